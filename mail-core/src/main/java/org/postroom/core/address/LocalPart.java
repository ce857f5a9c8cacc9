package org.postroom.core.address;

/** What may stand before the sign, and how it is written (RFC 5321, 4.1.2; RFC 6531, 3.3). */
final class LocalPart {
  private static final String ATEXT_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

  /** Which of US-ASCII may stand in a word: asked a dozen times for each address of a mail. */
  private static final boolean[] ATEXT = new boolean[0x80];

  static {
    for (char c = 0; c < ATEXT.length; c++) {
      ATEXT[c] =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || ATEXT_SPECIALS.indexOf(c) >= 0;
    }
  }

  private LocalPart() {}

  /** The same text, without quotes; {@link MalformedAddress} if a control character is in it. */
  static String checked(String text) {
    int plain = 0;
    while (plain < text.length() && isPrintable(text.charAt(plain))) {
      plain++;
    }
    for (int i = plain; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (c >= 0x80 ? !isUtf8Character(c) : !isPrintable(c)) {
        throw new MalformedAddress("a control character in the local part");
      }
      i += Character.charCount(c);
    }
    return text;
  }

  /** As SMTP writes it: in quotes, unless it is words with single dots between them. */
  static String written(String text) {
    return isDotString(text) ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Whether every character is one of a word, or a dot, wherever that stands. */
  static boolean isBare(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i); // half of a character is above 0x80, as the whole one is
      if (c != '.' && !isAtext(c)) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isDotString(String text) {
    char before = '.';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' ? before == '.' : !isAtext(c)) {
        return false;
      }
      before = c;
    }
    return before != '.';
  }

  private static boolean isAtext(char c) {
    return c >= 0x80 || ATEXT[c];
  }

  private static boolean isPrintable(int c) {
    return c >= ' ' && c < 0x7F;
  }

  /** U+FFFD stands for octets that were no UTF-8. */
  private static boolean isUtf8Character(int c) {
    return c > 0x9F
        && c != 0xFFFD
        && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
        && !Character.isWhitespace(c)
        && !Character.isSpaceChar(c);
  }
}
