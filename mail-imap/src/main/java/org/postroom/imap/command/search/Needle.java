package org.postroom.imap.command.search;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The text that is looked for, anywhere in a text and without regard to case (RFC 9051, 6.4.4).
 * ASCII is compared octet by octet; anything else as upper-case Unicode.
 */
final class Needle {
  private final String upper;
  private final byte[] ascii;
  private final boolean isAscii;

  Needle(String text) {
    upper = upper(text);
    isAscii = text.chars().allMatch(c -> c < 0x80);
    ascii = upper.getBytes(StandardCharsets.UTF_8);
  }

  boolean isEmpty() {
    return upper.isEmpty();
  }

  int length() {
    return ascii.length;
  }

  static String upper(String text) {
    String plain =
        text.chars().allMatch(c -> c < 0x80)
            ? text
            : java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFD);
    return plain.toUpperCase(Locale.ROOT);
  }

  boolean isIn(String text) {
    return upper(text).contains(upper);
  }

  /** Whether these octets, taken as ASCII, hold it; only meaningful for {@link #isAscii}. */
  boolean isIn(byte[] octets, int offset, int length) {
    if (ascii.length == 0) {
      return true;
    }
    byte first = ascii[0];
    byte firstLower = first >= 'A' && first <= 'Z' ? (byte) (first + 32) : first;
    int last = offset + length - ascii.length;
    for (int i = offset; i <= last; i++) {
      byte c = octets[i];
      if ((c == first || c == firstLower) && follows(octets, i)) {
        return true;
      }
    }
    return false;
  }

  private boolean follows(byte[] octets, int at) {
    for (int i = 1; i < ascii.length; i++) {
      byte c = octets[at + i];
      if (c >= 'a' && c <= 'z') {
        c = (byte) (c - 32);
      }
      if (c != ascii[i]) {
        return false;
      }
    }
    return true;
  }

  boolean isAscii() {
    return isAscii;
  }
}
