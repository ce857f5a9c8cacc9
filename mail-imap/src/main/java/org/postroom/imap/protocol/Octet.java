package org.postroom.imap.protocol;

/** The classes of octets in IMAP's grammar (RFC 9051, 9). */
final class Octet {
  private Octet() {}

  /** ATOM-CHAR. */
  static boolean isAtom(int c) {
    return switch (c) {
      case '(', ')', '{', ' ', '%', '*', '"', '\\', ']' -> false;
      default -> c > 0x20 && c < 0x7f;
    };
  }

  /** ASTRING-CHAR. */
  static boolean isAstring(int c) {
    return c == ']' || isAtom(c);
  }

  /** What a tag may be made of. */
  static boolean isTag(int c) {
    return c != '+' && isAstring(c);
  }

  /** What may stand in a LIST pattern without quotes. */
  static boolean isPattern(int c) {
    return c == '%' || c == '*' || isAstring(c);
  }
}
