package org.postroom.storage.sql;

/**
 * Keywords beyond those that a message's word of flags has bits for, as a set of the numbers from 0
 * (the first of them) to 255. Few messages have any: pages hold one for those alone, and share
 * equal ones.
 */
record Wide(long a, long b, long c, long d) {
  static final Wide NONE = new Wide(0, 0, 0, 0);

  /** Octets in memory, about. */
  static final int OCTETS = 48;

  static Wide of(int number) {
    long bit = 1L << number;
    return switch (number >> 6) {
      case 0 -> new Wide(bit, 0, 0, 0);
      case 1 -> new Wide(0, bit, 0, 0);
      case 2 -> new Wide(0, 0, bit, 0);
      case 3 -> new Wide(0, 0, 0, bit);
      default -> throw new IllegalArgumentException("number: " + number);
    };
  }

  boolean isEmpty() {
    return (a | b | c | d) == 0;
  }

  boolean has(int number) {
    return (word(number >> 6) >>> number & 1) != 0;
  }

  private long word(int index) {
    return switch (index) {
      case 0 -> a;
      case 1 -> b;
      case 2 -> c;
      default -> d;
    };
  }

  Wide or(Wide other) {
    if (other.isEmpty()) {
      return this;
    }
    return isEmpty() ? other : changed(a | other.a, b | other.b, c | other.c, d | other.d);
  }

  Wide minus(Wide other) {
    return isEmpty() || other.isEmpty()
        ? this
        : changed(a & ~other.a, b & ~other.b, c & ~other.c, d & ~other.d);
  }

  /** The same object where nothing has changed, and where nothing is left. */
  private Wide changed(long newA, long newB, long newC, long newD) {
    if (newA == a && newB == b && newC == c && newD == d) {
      return this;
    }
    return (newA | newB | newC | newD) == 0 ? NONE : new Wide(newA, newB, newC, newD);
  }

  boolean meets(Wide other) {
    return (a & other.a | b & other.b | c & other.c | d & other.d) != 0;
  }

  void encode(Octets out) {
    out.number(a);
    out.number(b);
    out.number(c);
    out.number(d);
  }

  static Wide decode(Octets.Reader in) {
    return new Wide(in.number(), in.number(), in.number(), in.number());
  }
}
