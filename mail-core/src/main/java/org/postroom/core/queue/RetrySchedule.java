package org.postroom.core.queue;

import java.time.Duration;
import java.time.Instant;

/**
 * When a mail is tried again, and when no more: the wait grows with the mail's age, between two
 * bounds, until its lifetime is over.
 *
 * @param minimalBackoff the shortest wait
 * @param maximalBackoff the longest wait
 * @param lifetime how long a mail is tried; zero is one attempt
 * @param bounceLifetime the same for mail from the null sender
 * @param delayWarning after how long the sender is told of the delay, once; zero is never
 * @param softBounce whether what fails for good is tried again all the same
 */
public record RetrySchedule(
    Duration minimalBackoff,
    Duration maximalBackoff,
    Duration lifetime,
    Duration bounceLifetime,
    Duration delayWarning,
    boolean softBounce) {

  /** One by which what fails for good fails. */
  public RetrySchedule(
      Duration minimalBackoff,
      Duration maximalBackoff,
      Duration lifetime,
      Duration bounceLifetime,
      Duration delayWarning) {
    this(minimalBackoff, maximalBackoff, lifetime, bounceLifetime, delayWarning, false);
  }

  /** After the first attempt that came to nothing by our own fault; twice as much after each. */
  private static final Duration SOON = Duration.ofSeconds(5);

  private static final int MOST_DOUBLINGS = 20;

  /** Postfix's: 300 s to 4,000 s, five days. */
  public static final RetrySchedule DEFAULT =
      new RetrySchedule(
          Duration.ofSeconds(300),
          Duration.ofSeconds(4000),
          Duration.ofDays(5),
          Duration.ofDays(5),
          Duration.ZERO);

  /** Whether a mail whose attempt failed at {@code now} is given up. */
  public boolean isOver(Instant arrived, boolean nullSender, Instant now) {
    Duration age = Duration.between(arrived, now);
    return age.compareTo(nullSender ? bounceLifetime : lifetime) >= 0;
  }

  /** When a mail whose attempt failed at {@code now} is tried again. */
  public Instant next(Instant arrived, Instant now) {
    Duration age = Duration.between(arrived, now);
    Duration wait = age.compareTo(minimalBackoff) < 0 ? minimalBackoff : age;
    return now.plus(wait.compareTo(maximalBackoff) > 0 ? maximalBackoff : wait);
  }

  /**
   * The same where the fault was ours and passes soon: a store that is away for two seconds costs a
   * mail no five minutes. Never later than {@link #next}.
   *
   * @param attempts made before: what stays wrong is tried less and less often
   */
  public Instant soon(int attempts, Instant arrived, Instant now) {
    Instant soon = now.plus(SOON.multipliedBy(1L << Math.min(attempts, MOST_DOUBLINGS)));
    Instant next = next(arrived, now);
    return soon.isBefore(next) ? soon : next;
  }

  /** Whether the sender should hear at {@code now} that the mail is late. */
  public boolean isLate(Instant arrived, Instant now) {
    return !delayWarning.isZero() && !arrived.plus(delayWarning).isAfter(now);
  }
}
