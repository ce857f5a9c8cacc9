package org.postroom.core.table;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;

/**
 * The right side of a rule, with {@code $1}, {@code ${1}}, {@code $(1)} and {@code $$}.
 *
 * @param texts those between the groups, one more than there are groups
 * @param groups the numbers
 */
record Template(List<String> texts, List<Integer> groups) {

  Template {
    texts = List.copyOf(texts);
    groups = List.copyOf(groups);
  }

  /** {@link IllegalArgumentException}, with the reason, for what is none. */
  static Template parse(String text) {
    List<String> texts = new ArrayList<>();
    List<Integer> groups = new ArrayList<>();
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); ) {
      char c = text.charAt(i++);
      char next = i < text.length() ? text.charAt(i) : ' ';
      if (c != '$') {
        plain.append(c);
      } else if (next == '$') {
        plain.append('$');
        i++;
      } else {
        boolean bracketed = next == '{' || next == '(';
        int start = bracketed ? i + 1 : i;
        int end = start;
        while (end < text.length() && isWord(text.charAt(end))) {
          end++;
        }
        groups.add(number(text.substring(start, end)));
        texts.add(plain.toString());
        plain.setLength(0);
        if (bracketed && !text.startsWith(next == '{' ? "}" : ")", end)) {
          throw new IllegalArgumentException("truncated macro reference: bad replacement syntax");
        }
        i = bracketed ? end + 1 : end;
      }
    }
    texts.add(plain.toString());
    return new Template(texts, groups);
  }

  private static int number(String name) {
    if (!name.matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException(
          "non-numeric replacement index \"" + name + "\": bad replacement syntax");
    }
    return Integer.parseInt(name);
  }

  private static boolean isWord(char c) {
    return c == '_' || c < 0x80 && Character.isLetterOrDigit(c);
  }

  /** The highest number, or -1 where nothing is put in; 0 is no number of a group. */
  int highest() {
    return groups.stream().mapToInt(n -> n == 0 ? Integer.MAX_VALUE : n).max().orElse(-1);
  }

  /** With what was matched; a group that took no part is empty. */
  String filled(MatchResult match) {
    if (groups.isEmpty()) {
      return texts.get(0);
    }
    StringBuilder all = new StringBuilder(texts.get(0));
    for (int i = 0; i < groups.size(); i++) {
      String group = match.group(groups.get(i));
      all.append(group == null ? "" : group).append(texts.get(i + 1));
    }
    return all.toString();
  }
}
