package org.postroom.core.log;

/**
 * Text that somebody else chose, as a log line may show it: nothing in it ends the line, is hidden,
 * turns the direction of writing or speaks to a terminal. For people who look, not for machines:
 * the octets are lost.
 */
public final class LogText {
  private static final int MAX_TEXT = 500;

  private LogText() {}

  /** Cut after 500 characters; what is not to be shown is a question mark. */
  public static String of(String text) {
    int end = Math.min(text.length(), MAX_TEXT);
    int i = 0;
    while (i < end && text.charAt(i) >= ' ' && text.charAt(i) < 0x7F) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder shown = new StringBuilder(end).append(text, 0, i);
    while (i < end) {
      int point = text.codePointAt(i);
      shown.appendCodePoint(isShown(point) ? point : '?');
      i += Character.charCount(point);
    }
    return shown.toString();
  }

  private static boolean isShown(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL, // Cc: C0, DEL, C1
          Character.FORMAT, // Cf: bidirectional and zero-width marks, tags
          Character.LINE_SEPARATOR, // Zl
          Character.PARAGRAPH_SEPARATOR, // Zp
          Character.SURROGATE -> // Cs: half of a character
          false;
      default -> true;
    };
  }
}
