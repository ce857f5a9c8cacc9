package org.postroom.core.mailbox;

/**
 * A message's flags as one word: bits 0 to 7 are the system flags, bits 8 to 62 the keywords of its
 * mailbox by their position in {@link Mailbox#keywords}.
 */
public record Flags(long bits) {
  public static final Flags NONE = new Flags(0);
  public static final long SEEN = 1;
  public static final long ANSWERED = 1 << 1;
  public static final long FLAGGED = 1 << 2;
  public static final long DELETED = 1 << 3;
  public static final long DRAFT = 1 << 4;

  /** All system flags that messages can have. */
  public static final long SYSTEM = SEEN | ANSWERED | FLAGGED | DELETED | DRAFT;

  /** How many different keywords one mailbox can have. */
  public static final int MAX_KEYWORDS = 55;

  /** The bit of the keyword at {@code position} of its mailbox. */
  public static long keywordBit(int position) {
    if (position < 0 || position >= MAX_KEYWORDS) {
      throw new IllegalArgumentException("keyword position: " + position);
    }
    return 1L << (8 + position);
  }

  /** Whether all bits of {@code mask} are set. */
  public boolean has(long mask) {
    return (bits & mask) == mask;
  }
}
