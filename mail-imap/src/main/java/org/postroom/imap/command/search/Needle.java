package org.postroom.imap.command.search;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * The text that is looked for, anywhere in a text and without regard to case (RFC 9051, 6.4.4).
 * ASCII is compared octet by octet; anything else as upper-case Unicode.
 */
final class Needle {
  private final String upper;
  private final byte[] ascii;
  private final boolean isAscii;

  /** How far to go on when this octet stands where the last one should; 0 when it is the last. */
  private final int[] skips = new int[256];

  private final int afterLast;

  Needle(String text) {
    upper = upper(text);
    isAscii = text.chars().allMatch(c -> c < 0x80);
    ascii = upper.getBytes(StandardCharsets.UTF_8);
    Arrays.fill(skips, ascii.length);
    int last = ascii.length - 1;
    int again = ascii.length;
    for (int i = 0; i < last; i++) {
      skips[ascii[i] & 0xFF] = last - i;
      skips[lower(ascii[i]) & 0xFF] = last - i;
      again = ascii[i] == ascii[last] ? last - i : again;
    }
    if (last >= 0) {
      skips[ascii[last] & 0xFF] = 0;
      skips[lower(ascii[last]) & 0xFF] = 0;
    }
    afterLast = again;
  }

  private static byte lower(byte c) {
    return c >= 'A' && c <= 'Z' ? (byte) (c + 32) : c;
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

  /**
   * Whether these octets, taken as ASCII, hold it; only meaningful for {@link #isAscii}. Skips as
   * Horspool does: most octets are never looked at.
   */
  boolean isIn(byte[] octets, int offset, int length) {
    int last = ascii.length - 1;
    if (last < 0) {
      return true;
    }
    int end = offset + length;
    int at = offset + last;
    while (at < end) {
      int skip = skips[octets[at] & 0xFF];
      if (skip == 0) {
        if (follows(octets, at - last)) {
          return true;
        }
        skip = afterLast;
      }
      at += skip;
    }
    return false;
  }

  private boolean follows(byte[] octets, int at) {
    for (int i = 0; i < ascii.length; i++) {
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
