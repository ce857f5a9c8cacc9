package org.postroom.core.mail;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes queue ids: the microsecond of the making, pushed on by one whenever two fall together or
 * the clock goes back, and the seed of whoever makes them. 14 characters; later ones sort behind
 * earlier ones.
 *
 * <p>Ids of one generator never repeat. Those of two generators (another node, an earlier run)
 * never meet when their seeds differ, or when their clocks never showed the same time.
 *
 * <p>Threads may share it.
 */
public final class QueueIds {
  /** Seeds are below this. */
  public static final int SEEDS = 30 * 30 * 30;

  // No vowels, so that no words come about.
  private static final String DIGITS = "0123456789BCDFGHJKLMNPQRSTVWXZ";
  private static final int TIME_DIGITS = 11;
  private static final int SEED_DIGITS = 3;
  private static final Instant EPOCH = Instant.parse("2020-01-01T00:00:00Z");

  private final Clock clock;
  private final String seed;
  private final AtomicLong last = new AtomicLong();

  /**
   * Makes a generator.
   *
   * @param seed 0 to {@link #SEEDS} - 1: who makes the ids
   */
  public QueueIds(Clock clock, int seed) {
    if (seed < 0 || seed >= SEEDS) {
      throw new IllegalArgumentException("seed: " + seed);
    }
    this.clock = clock;
    this.seed = digits(seed, SEED_DIGITS);
  }

  /** An id that was never given before. */
  public QueueId next() {
    long now = Math.max(0, ChronoUnit.MICROS.between(EPOCH, clock.instant()));
    long tick = last.updateAndGet(before -> Math.max(before + 1, now));
    return new QueueId(digits(tick, TIME_DIGITS) + seed);
  }

  private static String digits(long value, int count) {
    char[] text = new char[count];
    long rest = value;
    for (int i = count - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt((int) (rest % DIGITS.length()));
      rest /= DIGITS.length();
    }
    return new String(text);
  }
}
