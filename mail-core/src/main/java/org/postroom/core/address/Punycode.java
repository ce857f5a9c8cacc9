package org.postroom.core.address;

/** How the DNS writes what lies beyond ASCII (RFC 3492), without the {@code xn--} in front. */
final class Punycode {
  private static final int BASE = 36;
  private static final int LEAST = 1;
  private static final int MOST = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int FIRST_BIAS = 72;
  private static final int FIRST_POINT = 0x80;

  private Punycode() {}

  static String encode(String label) {
    StringBuilder encoded = new StringBuilder(label.length());
    int[] points = label.codePoints().toArray();
    for (int point : points) {
      if (point < FIRST_POINT) {
        encoded.append((char) point);
      }
    }
    int basic = encoded.length();
    int handled = basic;
    if (basic > 0) {
      encoded.append('-');
    }
    int next = FIRST_POINT;
    int delta = 0;
    int bias = FIRST_BIAS;
    while (handled < points.length) {
      int lowest = Integer.MAX_VALUE;
      for (int point : points) {
        if (point >= next && point < lowest) {
          lowest = point;
        }
      }
      delta = Math.addExact(delta, Math.multiplyExact(lowest - next, handled + 1));
      next = lowest;
      for (int point : points) {
        if (point < next) {
          delta++;
        } else if (point == next) {
          append(encoded, delta, bias);
          bias = bias(delta, handled + 1, handled == basic);
          delta = 0;
          handled++;
        }
      }
      delta++;
      next++;
    }
    return encoded.toString();
  }

  private static void append(StringBuilder encoded, int delta, int bias) {
    int rest = delta;
    for (int k = BASE; ; k += BASE) {
      int threshold = threshold(k, bias);
      if (rest < threshold) {
        encoded.append(digit(rest));
        return;
      }
      encoded.append(digit(threshold + (rest - threshold) % (BASE - threshold)));
      rest = (rest - threshold) / (BASE - threshold);
    }
  }

  /** {@link MalformedAddress} for what nothing is written as. */
  static String decode(String encoded) {
    int dash = encoded.lastIndexOf('-');
    StringBuilder decoded = new StringBuilder(encoded.substring(0, Math.max(0, dash)));
    int next = FIRST_POINT;
    int place = 0;
    int bias = FIRST_BIAS;
    int at = dash < 0 ? 0 : dash + 1;
    int length = decoded.length(); // all of them ASCII: one character a code point
    try {
      while (at < encoded.length()) {
        int before = place;
        int weight = 1;
        for (int k = BASE; ; k += BASE) {
          int digit = at < encoded.length() ? value(encoded.charAt(at++)) : BASE;
          if (digit >= BASE) {
            throw new MalformedAddress("not the encoding of a label: " + encoded);
          }
          place = Math.addExact(place, Math.multiplyExact(digit, weight));
          int threshold = threshold(k, bias);
          if (digit < threshold) {
            break;
          }
          weight = Math.multiplyExact(weight, BASE - threshold);
        }
        length++;
        bias = bias(place - before, length, before == 0);
        next = Math.addExact(next, place / length);
        place %= length;
        if (!Character.isValidCodePoint(next)) {
          throw new MalformedAddress("not the encoding of a label: " + encoded);
        }
        decoded.insert(decoded.offsetByCodePoints(0, place), Character.toString(next));
        place++;
      }
    } catch (ArithmeticException e) {
      throw new MalformedAddress("not the encoding of a label: " + encoded);
    }
    return decoded.toString();
  }

  private static int threshold(int k, int bias) {
    return Math.max(LEAST, Math.min(MOST, k - bias));
  }

  private static int bias(int delta, int points, boolean first) {
    int rest = first ? delta / DAMP : delta / 2;
    rest += rest / points;
    int k = 0;
    while (rest > (BASE - LEAST) * MOST / 2) {
      rest /= BASE - LEAST;
      k += BASE;
    }
    return k + (BASE - LEAST + 1) * rest / (rest + SKEW);
  }

  private static char digit(int value) {
    return (char) (value < 26 ? 'a' + value : '0' + value - 26);
  }

  private static int value(char digit) {
    if (digit >= 'a' && digit <= 'z') {
      return digit - 'a';
    }
    if (digit >= 'A' && digit <= 'Z') {
      return digit - 'A';
    }
    return digit >= '0' && digit <= '9' ? digit - '0' + 26 : BASE;
  }
}
