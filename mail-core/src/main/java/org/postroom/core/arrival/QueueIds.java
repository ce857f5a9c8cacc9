package org.postroom.core.arrival;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.postroom.core.mail.QueueId;

/**
 * Makes queue ids in the form of Postfix's long ones, which programs look for: the second and the
 * microsecond of the making, pushed on by one whenever two fall together or the clock goes back, a
 * {@code z}, and the seed of whoever makes them in the place of a file's number. 14 characters
 * until the year 2600; later ones sort behind earlier ones.
 *
 * <p>Ids of one generator never repeat. Those of two generators (another node, an earlier run)
 * never meet when their seeds differ, or when their clocks never showed the same time.
 *
 * <p>Threads may share it.
 */
public final class QueueIds {
  /** Seeds are below this. */
  public static final int SEEDS = 51 * 51 * 51;

  // No vowels, so that no words come about; the last one ends the time.
  private static final String DIGITS = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
  private static final int TIME_BASE = 52;
  private static final int SEED_BASE = 51;
  private static final int SECOND_DIGITS = 6;
  private static final int MICROSECOND_DIGITS = 4;
  private static final int SEED_DIGITS = 3;
  private static final long MICROSECONDS = 1_000_000;

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
    this.seed = "z" + digits(seed, SEED_BASE, SEED_DIGITS);
  }

  /** An id that was never given before. */
  public QueueId next() {
    long now = Math.max(0, ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()));
    long tick = last.updateAndGet(before -> Math.max(before + 1, now));
    return new QueueId(
        digits(tick / MICROSECONDS, TIME_BASE, SECOND_DIGITS)
            + digits(tick % MICROSECONDS, TIME_BASE, MICROSECOND_DIGITS)
            + seed);
  }

  private static String digits(long value, int base, int count) {
    char[] text = new char[count];
    long rest = value;
    for (int i = count - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt((int) (rest % base));
      rest /= base;
    }
    return new String(text);
  }
}
