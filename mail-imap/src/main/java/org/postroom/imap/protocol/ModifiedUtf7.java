package org.postroom.imap.protocol;

/**
 * Mailbox names on the wire of IMAP4rev1 (RFC 3501, 5.1.3): UTF-16 in a base64 of its own between
 * {@code &} and {@code -}. Decoding is strict, so that one name has one form.
 */
public final class ModifiedUtf7 {
  private static final String DIGITS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

  private ModifiedUtf7() {}

  /** The wire's form of a name. */
  public static String encode(String name) {
    StringBuilder out = new StringBuilder(name.length() + 8);
    for (int i = 0; i < name.length(); ) {
      char c = name.charAt(i);
      if (c == '&') {
        out.append("&-");
        i++;
      } else if (c >= 0x20 && c < 0x7f) {
        out.append(c);
        i++;
      } else {
        int end = i;
        while (end < name.length() && (name.charAt(end) < 0x20 || name.charAt(end) >= 0x7f)) {
          end++;
        }
        shift(name, i, end, out);
        i = end;
      }
    }
    return out.toString();
  }

  private static void shift(String name, int from, int to, StringBuilder out) {
    out.append('&');
    int bits = 0;
    int held = 0;
    for (int i = from; i < to; i++) {
      held = held << 16 | name.charAt(i);
      bits += 16;
      while (bits >= 6) {
        bits -= 6;
        out.append(DIGITS.charAt(held >> bits & 63));
      }
      held &= (1 << bits) - 1;
    }
    if (bits > 0) {
      out.append(DIGITS.charAt(held << (6 - bits) & 63));
    }
    out.append('-');
  }

  /**
   * The name behind the wire's form.
   *
   * @throws IllegalArgumentException when no encoder would have written it
   */
  public static String decode(String wire) {
    StringBuilder out = new StringBuilder(wire.length());
    int i = 0;
    while (i < wire.length()) {
      char c = wire.charAt(i);
      if (c != '&') {
        if (c < 0x20 || c >= 0x7f) {
          throw new IllegalArgumentException("not ASCII");
        }
        out.append(c);
        i++;
        continue;
      }
      int end = wire.indexOf('-', i);
      if (end < 0) {
        throw new IllegalArgumentException("unfinished shift");
      }
      if (end == i + 1) {
        out.append('&');
      } else {
        unshift(wire, i + 1, end, out);
        if (end + 1 < wire.length()
            && wire.charAt(end + 1) == '&'
            && !escapedAmpersand(wire, end + 1)) {
          throw new IllegalArgumentException("unnecessary shift");
        }
      }
      i = end + 1;
    }
    return out.toString();
  }

  private static boolean escapedAmpersand(String wire, int at) {
    return at + 1 < wire.length() && wire.charAt(at + 1) == '-';
  }

  private static void unshift(String wire, int from, int to, StringBuilder out) {
    int start = out.length();
    int bits = 0;
    int held = 0;
    for (int i = from; i < to; i++) {
      int digit = DIGITS.indexOf(wire.charAt(i));
      if (digit < 0) {
        throw new IllegalArgumentException("not base64");
      }
      held = held << 6 | digit;
      bits += 6;
      if (bits >= 16) {
        bits -= 16;
        out.append((char) (held >> bits));
        held &= (1 << bits) - 1;
      }
    }
    if (bits >= 6 || held != 0) {
      throw new IllegalArgumentException("padding");
    }
    for (int i = start; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c >= 0x20 && c < 0x7f) {
        throw new IllegalArgumentException("printable ASCII in base64");
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < out.length()
          && Character.isLowSurrogate(out.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException("unpaired surrogate");
      }
    }
  }
}
