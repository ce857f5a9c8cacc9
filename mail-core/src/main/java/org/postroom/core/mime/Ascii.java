package org.postroom.core.mime;

/** ASCII questions about octets. */
final class Ascii {
  private Ascii() {}

  static int lower(int c) {
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  }

  static boolean equalsIgnoreCase(byte[] b, int off, int len, String ascii) {
    if (len != ascii.length()) {
      return false;
    }
    for (int i = 0; i < len; i++) {
      if (lower(b[off + i] & 0xFF) != lower(ascii.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static boolean blank(int c) {
    return c == ' ' || c == '\t';
  }

  /** Blanks and the octets of line ends. */
  static boolean space(int c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }
}
