package org.postroom.testkit.fault;

/**
 * The how manieth times.
 *
 * @param first from 1
 */
record Times(long first, long count) {
  static final Times ALL = new Times(1, Long.MAX_VALUE);

  Times {
    if (first < 1 || count < 1) {
      throw new IllegalArgumentException("no time: the first is 1, and there is one at least");
    }
  }

  boolean contain(long time) {
    return time >= first && time - first < count;
  }

  /** Whether none comes behind that one. */
  boolean areOver(long time) {
    return time >= first && time - first >= count - 1;
  }

  @Override
  public String toString() {
    if (count == Long.MAX_VALUE) {
      return first == 1 ? "every" : "every from the " + first + ".";
    }
    return first == 1 && count == 1
        ? "next"
        : first == 1
            ? "next " + count
            : count == 1 ? first + "." : first + ". and " + (count - 1) + " more";
  }
}
