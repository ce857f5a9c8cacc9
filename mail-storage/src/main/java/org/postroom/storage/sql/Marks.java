package org.postroom.storage.sql;

import org.postroom.core.mailbox.Mailbox;

/**
 * A set of keywords by the numbers that {@link Keywords} gives them, laid out as pages hold them:
 * the first 55 as bits of a message's word of flags, the others beside it.
 *
 * @param word bits 8 to 62
 */
record Marks(long word, Wide wide) {
  static final Marks NONE = new Marks(0, Wide.NONE);

  /** The number of the first keyword that has no bit in the word. */
  static final int IN_WORD = 55;

  private static final int FIRST_BIT = 8;
  private static final long WORD = ((1L << IN_WORD) - 1) << FIRST_BIT;

  /** Of a message's flags the keywords alone. */
  static Marks of(long flags, Wide wide) {
    long word = flags & WORD;
    return word == 0 && wide.isEmpty() ? NONE : new Marks(word, wide);
  }

  static Marks of(int number) {
    if (number < 0 || number >= Mailbox.MAX_KEYWORDS) {
      throw new IllegalArgumentException("number of a keyword: " + number);
    }
    return number < IN_WORD
        ? new Marks(1L << (FIRST_BIT + number), Wide.NONE)
        : new Marks(0, Wide.of(number - IN_WORD));
  }

  boolean isEmpty() {
    return word == 0 && wide.isEmpty();
  }

  boolean has(int number) {
    return number < IN_WORD ? (word >>> (FIRST_BIT + number) & 1) != 0 : wide.has(number - IN_WORD);
  }

  Marks or(Marks other) {
    return isEmpty() ? other : new Marks(word | other.word, wide.or(other.wide));
  }

  Marks minus(Marks other) {
    return isEmpty() ? this : of(word & ~other.word, wide.minus(other.wide));
  }

  boolean meets(Marks other) {
    return (word & other.word) != 0 || wide.meets(other.wide);
  }
}
