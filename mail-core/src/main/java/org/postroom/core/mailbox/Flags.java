package org.postroom.core.mailbox;

import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A message's flags by name: system flags as bits, keywords as they are called in its mailbox. A
 * mailbox gives back keywords that no message has any more, so a store numbers them for itself
 * alone: what it hands out means the same for as long as anybody keeps it.
 *
 * @param system bits of {@link #SYSTEM}
 * @param keywords in the order in which their mailbox names them; each once
 */
public record Flags(long system, List<Keyword> keywords) {
  public static final long SEEN = 1;
  public static final long ANSWERED = 1 << 1;
  public static final long FLAGGED = 1 << 2;
  public static final long DELETED = 1 << 3;
  public static final long DRAFT = 1 << 4;

  /** All system flags that messages can have. */
  public static final long SYSTEM = SEEN | ANSWERED | FLAGGED | DELETED | DRAFT;

  private static final List<Flags> PLAIN =
      LongStream.rangeClosed(0, SYSTEM).mapToObj(bits -> new Flags(bits, List.of())).toList();

  public static final Flags NONE = of(0);

  public Flags {
    keywords = keywords instanceof KeywordList ? keywords : List.copyOf(keywords);
    if ((system & ~SYSTEM) != 0) {
      throw new IllegalArgumentException("not system flags: " + Long.toBinaryString(system));
    }
  }

  /** Those of a message without keywords. */
  public static Flags of(long system) {
    if ((system & ~SYSTEM) != 0) {
      throw new IllegalArgumentException("not system flags: " + Long.toBinaryString(system));
    }
    return PLAIN.get((int) system);
  }

  /** Whether all system flags of {@code mask} are set. */
  public boolean has(long mask) {
    return (system & mask) == mask;
  }

  public boolean has(Keyword keyword) {
    return keywords.contains(keyword);
  }

  /** The same with the system flags of {@code mask}. */
  public Flags with(long mask) {
    if (has(mask)) {
      return this;
    }
    return keywords.isEmpty() ? of(system | mask) : new Flags(system | mask, keywords);
  }

  /** The same, of keywords only those that are {@code known}. */
  public Flags within(Set<Keyword> known) {
    return known.containsAll(keywords)
        ? this
        : new Flags(system, keywords.stream().filter(known::contains).toList());
  }

  /** Flags are equal whatever the order in which their keywords are named. */
  @Override
  public boolean equals(Object other) {
    return other == this
        || other instanceof Flags flags
            && flags.system == system
            && flags.keywords.size() == keywords.size()
            && flags.keywords.containsAll(keywords);
  }

  @Override
  public int hashCode() {
    int sum = 0;
    for (Keyword keyword : keywords) {
      sum += keyword.hashCode();
    }
    return 31 * Long.hashCode(system) + sum;
  }
}
