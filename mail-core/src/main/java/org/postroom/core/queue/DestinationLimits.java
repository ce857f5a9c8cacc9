package org.postroom.core.queue;

import java.time.Duration;
import java.util.OptionalInt;
import org.postroom.core.config.Settings;

/**
 * How much may be under way to one destination of a transport at once.
 *
 * @param concurrency the most attempts at the same time
 * @param initial the same for a destination that has not answered yet
 * @param recipients the most recipients of one mail in one attempt
 * @param positive how much an answer opens the window
 * @param negative how much a failure to get there closes it
 * @param cohorts how many windows' worth of failures are the death of a destination, 0 for none;
 *     empty where the first failure is
 * @param pause between an attempt to a destination and the next
 * @param transportPause between the beginnings of two attempts, whatever their destinations
 */
record DestinationLimits(
    int concurrency,
    int initial,
    int recipients,
    Feedback positive,
    Feedback negative,
    OptionalInt cohorts,
    Duration pause,
    Duration transportPause) {

  /** No more recipients than that in one attempt, where settings say no limit. */
  private static final int MOST_RECIPIENTS = 1000;

  /** What settings say for a transport. */
  static DestinationLimits of(Settings settings, String transport) {
    Duration pause = settings.get(QueueParams.DESTINATION_RATE_DELAYS, transport);
    int limit = unlessZero(settings.get(QueueParams.CONCURRENCIES, transport));
    int concurrency = pause.isZero() ? limit : 1;
    return new DestinationLimits(
        concurrency,
        Math.min(settings.get(QueueParams.INITIAL_CONCURRENCIES, transport), concurrency),
        Math.min(
            unlessZero(settings.get(QueueParams.RECIPIENT_LIMITS, transport)), MOST_RECIPIENTS),
        settings.get(QueueParams.POSITIVE_FEEDBACKS, transport),
        settings.get(QueueParams.NEGATIVE_FEEDBACKS, transport),
        settings.get(QueueParams.COHORT_LIMITS, transport),
        pause,
        settings.get(QueueParams.TRANSPORT_RATE_DELAYS, transport));
  }

  private static int unlessZero(int limit) {
    return limit == 0 ? Integer.MAX_VALUE : limit;
  }

  /** What holds where both do. */
  DestinationLimits and(DestinationLimits other) {
    return new DestinationLimits(
        Math.min(concurrency, other.concurrency),
        Math.min(initial, other.initial),
        Math.min(recipients, other.recipients),
        positive,
        negative,
        cohorts,
        longer(pause, other.pause),
        longer(transportPause, other.transportPause));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /** Whether attempts follow each other with pauses. */
  boolean isPaced() {
    return !pause.isZero() || !transportPause.isZero();
  }

  /** Whether that many windows' worth of failures are a destination's death. */
  boolean isDead(double failed) {
    return cohorts.isEmpty() || cohorts.getAsInt() > 0 && failed >= cohorts.getAsInt();
  }
}
