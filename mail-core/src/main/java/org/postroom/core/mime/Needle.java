package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * Text that is looked for anywhere in other text, without regard to case (RFC 9051, 6.4.4).
 *
 * <p>Text is compared decomposed (NFD) and in upper case by code point, in the manner of
 * i;unicode-casemap (RFC 5051); ASCII is thus compared as by i;ascii-casemap. Diacritics count:
 * {@code cafe} is not in {@code café}. Line breaks are never part of a match, so a needle with a CR
 * or LF is nowhere. Immutable.
 */
public final class Needle {
  private final String folded;
  private final boolean ascii;
  private final boolean impossible;
  private final byte[] octets;

  /** How far to go on when this octet stands where the last one should; 0 when it is the last. */
  private final int[] skips;

  private final int afterLast;

  /** For each length of a prefix, the longest shorter prefix that it ends with. */
  private final int[] borders;

  private Needle(String text) {
    folded = fold(text);
    ascii = isAscii(folded);
    impossible = text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0;
    octets = ascii ? folded.getBytes(ISO_8859_1) : new byte[0];
    skips = new int[ascii ? 256 : 0];
    afterLast = ascii ? fillSkips() : 0;
    borders = borders(folded);
  }

  /** Prepares a search; do it once for many messages. */
  public static Needle of(String text) {
    return new Needle(text);
  }

  /** Whether it is in every text. */
  public boolean isEmpty() {
    return folded.isEmpty();
  }

  /** Whether this text holds it. */
  public boolean isIn(String text) {
    TextMatcher matcher = new TextMatcher(this);
    char[] chars = text.toCharArray();
    matcher.text(chars, 0, chars.length);
    return matcher.finish();
  }

  boolean isAscii() {
    return ascii;
  }

  boolean isImpossible() {
    return impossible;
  }

  String folded() {
    return folded;
  }

  int border(int length) {
    return borders[length];
  }

  int length() {
    return octets.length;
  }

  private int fillSkips() {
    Arrays.fill(skips, octets.length);
    int last = octets.length - 1;
    int again = octets.length;
    for (int i = 0; i <= last; i++) {
      skips[octets[i]] = last - i;
      skips[Ascii.lower(octets[i])] = last - i;
      if (i < last && octets[i] == octets[last]) {
        again = last - i;
      }
    }
    return again;
  }

  private static int[] borders(String p) {
    int[] borders = new int[p.length() + 1];
    int border = 0;
    for (int i = 1; i < p.length(); i++) {
      while (border > 0 && p.charAt(i) != p.charAt(border)) {
        border = borders[border];
      }
      if (p.charAt(i) == p.charAt(border)) {
        border++;
      }
      borders[i + 1] = border;
    }
    return borders;
  }

  /**
   * Whether these octets hold it, for an ASCII needle and octets of a charset with ASCII within.
   * Skips as Horspool does: most octets are never looked at.
   *
   * @param utf8 whether a diacritic may follow
   * @param last whether nothing follows; else a match is not yet one when a diacritic may follow
   */
  boolean isIn(byte[] b, int from, int to, boolean utf8, boolean last) {
    int lastPlace = octets.length - 1;
    if (lastPlace < 0) {
      return true;
    }
    int at = from + lastPlace;
    while (at < to) {
      int skip = skips[b[at] & 0xFF];
      if (skip == 0) {
        if (stands(b, at - lastPlace) && (!utf8 || endsAt(b, at + 1, to, last))) {
          return true;
        }
        skip = afterLast;
      }
      at += skip;
    }
    return false;
  }

  private boolean stands(byte[] b, int at) {
    for (int i = 0; i < octets.length; i++) {
      int c = b[at + i];
      if ((c >= 'a' && c <= 'z' ? c - 32 : c) != octets[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean endsAt(byte[] b, int next, int to, boolean last) {
    if (next >= to) {
      return last;
    }
    int lead = b[next] & 0xFF;
    if (lead < 0xCC || lead > 0xEF || lead > 0xCD && lead < 0xE1) {
      return true;
    }
    int length = lead < 0xE0 ? 2 : 3;
    if (to - next < length) {
      return last;
    }
    int second = b[next + 1] & 0x3F;
    int c =
        length == 2
            ? (lead & 0x1F) << 6 | second
            : (lead & 0x0F) << 12 | second << 6 | b[next + 2] & 0x3F;
    boolean whole = (b[next + 1] & 0xC0) == 0x80 && (length == 2 || (b[next + 2] & 0xC0) == 0x80);
    return !whole || !isDiacritic((char) c);
  }

  /** Marks that make another letter of the one before, unlike vowel signs and points. */
  static boolean isDiacritic(char c) {
    return c >= 0x0300
        && (c <= 0x036F
            || c >= 0x1AB0 && c <= 0x1AFF
            || c >= 0x1DC0 && c <= 0x1DFF
            || c >= 0x20D0 && c <= 0x20FF
            || c == 0x3099
            || c == 0x309A
            || c >= 0xFE20 && c <= 0xFE2F);
  }

  static boolean isAscii(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static String fold(String text) {
    String nfd = Normalizer.normalize(text, Normalizer.Form.NFD);
    StringBuilder out = new StringBuilder(nfd.length());
    nfd.codePoints().map(Character::toUpperCase).forEach(out::appendCodePoint);
    return out.toString();
  }
}
