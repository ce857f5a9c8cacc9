package org.postroom.dist.auth;

import java.util.ArrayList;
import java.util.List;

/**
 * The fields of one line, with tabs between them, read one after the other. What cannot stand in
 * one is written with an octet 1 before it.
 */
final class Fields {
  private static final char ESCAPE = '\u0001';
  private static final String ESCAPED = "\0\u0001\t\r\n";
  private static final String LETTERS = "01trn";

  private final List<String> fields;
  private int next;

  private Fields(List<String> fields) {
    this.fields = fields;
  }

  static Fields of(String line) {
    List<String> fields = new ArrayList<>();
    for (String field : line.split("\t", -1)) {
      fields.add(read(field));
    }
    return new Fields(fields);
  }

  boolean isAtEnd() {
    return next == fields.size();
  }

  /**
   * The next one.
   *
   * @throws ProtocolError when there is none
   */
  String field(String what) {
    if (isAtEnd()) {
      throw new ProtocolError("no " + what);
    }
    return fields.get(next++);
  }

  /** The next one as a number of 32 bits without a sign. */
  long number(String what) {
    String text = field(what);
    if (text.matches("[0-9]{1,10}") && Long.parseLong(text) <= 0xFFFF_FFFFL) {
      return Long.parseLong(text);
    }
    throw new ProtocolError("no number for " + what);
  }

  private static String read(String field) {
    if (field.indexOf(ESCAPE) < 0) {
      return field;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == ESCAPE && i + 1 < field.length()) {
        c = field.charAt(++i);
        int letter = LETTERS.indexOf(c);
        c = letter < 0 ? c : ESCAPED.charAt(letter);
      }
      text.append(c);
    }
    return text.toString();
  }

  /** A line of these fields, with its end. */
  static String line(List<String> fields) {
    StringBuilder line = new StringBuilder();
    for (String field : fields) {
      line.append(line.isEmpty() ? "" : "\t");
      for (int i = 0; i < field.length(); i++) {
        int letter = ESCAPED.indexOf(field.charAt(i));
        if (letter < 0) {
          line.append(field.charAt(i));
        } else {
          line.append(ESCAPE).append(LETTERS.charAt(letter));
        }
      }
    }
    return line.append('\n').toString();
  }
}
