package org.postroom.dist.log;

/** Text of whoever logs, as a line may show it; what our own services say is so already. */
final class Shown {

  private Shown() {}

  /** Appends {@code text}; what would end the line or is hidden is a question mark. */
  static void append(StringBuilder line, String text, boolean tabs) {
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      boolean plain = point >= ' ' && point < 0x7F || tabs && point == '\t';
      line.appendCodePoint(plain || isShown(point) ? point : '?');
      i += Character.charCount(point);
    }
  }

  private static boolean isShown(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
