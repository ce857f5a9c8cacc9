package org.postroom.core.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;

/**
 * A query as administrators write it, with {@code '%s'} in it, as a statement with question marks
 * and what is bound to each: a key never becomes a part of the statement, with quotes around it or
 * without.
 *
 * @param sql with a question mark for each of the values
 */
record SqlTemplate(String sql, List<KeyTemplate> values) {

  /** Of a text that means something else than what stands in it: {@code E'…'}, {@code U&'…'}. */
  private static final Pattern PREFIX =
      Pattern.compile("\\b(?:[EBXN]|U&)$", Pattern.CASE_INSENSITIVE);

  SqlTemplate {
    values = List.copyOf(values);
  }

  /**
   * {@link BadValue} for what cannot be bound.
   *
   * @param doubleQuotes whether text may stand in double quotes, too
   */
  static SqlTemplate parse(String query, boolean doubleQuotes) {
    StringBuilder sql = new StringBuilder();
    List<KeyTemplate> values = new ArrayList<>();
    for (int i = 0; i < query.length(); ) {
      char c = query.charAt(i);
      if (c == '\'' || c == '"') {
        int end = end(query, i);
        String inside = query.substring(i + 1, end - 1);
        KeyTemplate value = KeyTemplate.parse(inside.replace("" + c + c, "" + c));
        if (value.isText()) {
          sql.append(query.substring(i, end).replace("%%", "%"));
        } else if (c == '"' && !doubleQuotes) {
          throw new BadValue("a name in the query cannot hold a part of the key: " + inside);
        } else if (PREFIX.matcher(query.substring(0, i)).find()) {
          throw new BadValue("a text with a prefix cannot hold a part of the key: " + inside);
        } else {
          sql.append('?');
          values.add(value);
        }
        i = end;
      } else if (c == '%') {
        KeyTemplate value = KeyTemplate.parse(query.substring(i, Math.min(query.length(), i + 2)));
        sql.append(value.isText() ? "%" : "?");
        if (!value.isText()) {
          values.add(value);
        }
        i += 2;
      } else if (c == '?') {
        throw new BadValue("a question mark in the query, outside of quotes");
      } else {
        sql.append(c);
        i++;
      }
    }
    return new SqlTemplate(sql.toString(), values);
  }

  /** Behind the quote that ends the text; one that is doubled does not. */
  private static int end(String query, int start) {
    char quote = query.charAt(start);
    for (int i = start + 1; i < query.length(); i++) {
      if (query.charAt(i) == quote) {
        if (i + 1 < query.length() && query.charAt(i + 1) == quote) {
          i++;
        } else {
          return i + 1;
        }
      }
    }
    throw new BadValue("a quote in the query has no end");
  }

  /** What is bound for a key; empty where it lacks a part, so that nothing is asked. */
  Optional<List<String>> bound(KeyTemplate.Parts key) {
    List<String> bound = new ArrayList<>();
    for (KeyTemplate value : values) {
      Optional<String> text = value.filled(key);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      bound.add(text.get());
    }
    return Optional.of(bound);
  }
}
