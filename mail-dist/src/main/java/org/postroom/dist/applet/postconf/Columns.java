package org.postroom.dist.applet.postconf;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.config.LogicalLines;

/**
 * Lines as postconf(1) prints them: words with one space between, folded where that is asked for.
 */
final class Columns {
  static final int WIDTH = 80;
  static final String INDENT = "    ";

  private Columns() {}

  /** {@code name = value} or one of them, with a line's end. */
  static String assignment(String name, String value, PostconfRequest request) {
    String text = request.has('h') ? value : request.has('H') ? name : name + " = " + value;
    return line(text, request.has('f'));
  }

  /** The words of a text. */
  static String line(String text, boolean folded) {
    StringBuilder out = new StringBuilder(text.length() + 1);
    int length = 0;
    for (String word : words(text)) {
      if (length > 0 && folded && length + word.length() >= WIDTH) {
        out.append('\n').append(INDENT);
        length = INDENT.length();
      } else if (length > 0) {
        out.append(' ');
        length++;
      }
      out.append(word);
      length += word.length();
    }
    return out.append('\n').toString();
  }

  /** At white space as C has it. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean inside = i < text.length() && !LogicalLines.isSpace(text.charAt(i));
      if (inside && start < 0) {
        start = i;
      } else if (!inside && start >= 0) {
        words.add(text.substring(start, i));
        start = -1;
      }
    }
    return words;
  }
}
