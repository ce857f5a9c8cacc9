package org.postroom.core.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How events of one kind are written: their words, with places for fields, once for both forms of
 * the log. {@code {name}} is a field; {@code {{…}}} stands there only when the field in it has a
 * value.
 */
final class Form {
  private final String event;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<String> names;

  /**
   * A piece of the words.
   *
   * @param before what stands before the field
   * @param field its number; below 0 for words alone
   * @param behind what stands behind it
   * @param optional whether all of it is left out without a value
   */
  private record Piece(String before, int field, String behind, boolean optional) {}

  private Form(String event, List<String> names) {
    this.event = event;
    this.names = names;
  }

  /**
   * A form.
   *
   * @param event what programs call it
   * @param words as people read it
   * @param unseen fields that the words have no place for, behind those that they have
   */
  static Form of(String event, String words, String... unseen) {
    List<String> names = new ArrayList<>();
    Form form = new Form(event, names);
    int at = 0;
    while (at < words.length()) {
      int open = words.indexOf('{', at);
      if (open < 0) {
        form.pieces.add(new Piece(words.substring(at), -1, "", false));
        break;
      }
      boolean optional = words.startsWith("{{", open);
      int start = optional ? words.indexOf('{', open + 2) : open;
      int end = words.indexOf('}', start);
      int close = optional ? words.indexOf("}}", end + 1) : end;
      if (open > at) {
        form.pieces.add(new Piece(words.substring(at, open), -1, "", false));
      }
      names.add(words.substring(start + 1, end));
      form.pieces.add(
          new Piece(
              optional ? words.substring(open + 2, start) : "",
              names.size() - 1,
              optional ? words.substring(end + 1, close) : "",
              optional));
      at = close + (optional ? 2 : 1);
    }
    names.addAll(Arrays.asList(unseen));
    return form;
  }

  String event() {
    return event;
  }

  /** An event with these values, in the order of the fields. An empty text is no value. */
  LogEvent filled(Object... values) {
    if (values.length != names.size()) {
      throw new IllegalArgumentException(event + ": " + names + " are not " + values.length);
    }
    return new LogEvent(this, values);
  }

  String text(Object[] values) {
    StringBuilder text = new StringBuilder(120);
    for (Piece piece : pieces) {
      if (piece.field() < 0) {
        text.append(piece.before());
        continue;
      }
      String value = String.valueOf(values[piece.field()]);
      if (!piece.optional() || !value.isEmpty()) {
        text.append(piece.before()).append(LogText.of(value)).append(piece.behind());
      }
    }
    return text.toString();
  }

  Map<String, Object> fields(Object[] values) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      String name = names.get(i);
      value(values[i]).ifPresent(value -> fields.put(name, value));
    }
    return fields;
  }

  Optional<Object> field(String name, Object[] values) {
    int at = names.indexOf(name);
    return at < 0 ? Optional.empty() : value(values[at]);
  }

  private static Optional<Object> value(Object given) {
    Object value = given instanceof Number ? given : LogText.of(given.toString());
    return value.equals("") ? Optional.empty() : Optional.of(value);
  }
}
