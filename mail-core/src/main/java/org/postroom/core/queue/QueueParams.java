package org.postroom.core.queue;

import java.time.Duration;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;

/** When mail is tried again, how long, and how much of it at once. */
public final class QueueParams {
  private static final ParamSet.Builder SET = ParamSet.named("queue");

  public static final Param<Duration> MINIMAL_BACKOFF =
      SET.time(
          "minimal_backoff_time",
          "300s",
          Bounds.atLeast("1s"),
          "The shortest wait between two attempts.");

  public static final Param<Duration> MAXIMAL_BACKOFF =
      SET.time(
          "maximal_backoff_time",
          "4000s",
          Bounds.atLeast("1s"),
          "The longest wait between two attempts; the wait grows with the mail's age.");

  public static final Param<Duration> LIFETIME =
      SET.time(
          "maximal_queue_lifetime",
          "5d",
          "How long a mail is tried before its sender hears that it failed; 0 is one attempt.");

  public static final Param<Duration> BOUNCE_LIFETIME =
      SET.time(
          "bounce_queue_lifetime",
          "5d",
          "The same for mail from the null sender; 0 is one attempt.");

  public static final Param<Duration> DELAY_WARNING =
      SET.time(
          "delay_warning_time",
          "0h",
          "After how long a sender is told that his mail is late; 0 is never.");

  public static final Param<Integer> DESTINATION_CONCURRENCY =
      SET.integer(
          "default_destination_concurrency_limit",
          "20",
          Bounds.atLeast("1"),
          "Attempts to one destination at the same time.");

  public static final Param<Integer> INITIAL_CONCURRENCY =
      SET.integer(
          "initial_destination_concurrency",
          "5",
          Bounds.atLeast("1"),
          "The same for a destination that has not answered yet; each answer adds one.");

  public static final Param<Integer> DESTINATION_RECIPIENTS =
      SET.integer(
          "default_destination_recipient_limit",
          "50",
          Bounds.atLeast("1"),
          "The most recipients of one attempt.");

  public static final Param<Integer> ACTIVE =
      SET.integer(
          "qmgr_message_active_limit",
          "400",
          Bounds.atLeast("1"),
          "The most attempts under way in all; what waits beyond them is in the store only.");

  public static final Param<Duration> REST =
      SET.time(
          "transport_retry_time",
          "60s",
          Bounds.atLeast("1s"),
          "How long a destination that cannot be reached is left alone.");

  public static final Param<Duration> ATTEMPT_LIMIT =
      SET.time(
          "attempt_time_limit",
          "2h",
          Bounds.atLeast("1s"),
          """
          How long one attempt may take in all, whatever the far side or the transport does. Then its
          connection is cut and the mail waits for the next.""");

  public static final Param<Boolean> SOFT_BOUNCE =
      SET.bool(
          "soft_bounce",
          "no",
          """
          Whether nothing fails for good: clients are refused for now, and mail that others refuse for
          good waits. To try out a configuration.\
          """);

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private QueueParams() {}

  /** The schedule that settings ask for. */
  public static RetrySchedule schedule(Settings settings) {
    return new RetrySchedule(
        settings.get(MINIMAL_BACKOFF),
        settings.get(MAXIMAL_BACKOFF),
        settings.get(LIFETIME),
        settings.get(BOUNCE_LIFETIME),
        settings.get(DELAY_WARNING),
        settings.get(SOFT_BOUNCE));
  }

  /** The limits that settings ask for. */
  public static QueueLimits limits(Settings settings) {
    return new QueueLimits(
        settings.get(DESTINATION_CONCURRENCY),
        settings.get(INITIAL_CONCURRENCY),
        settings.get(DESTINATION_RECIPIENTS),
        settings.get(ACTIVE),
        settings.get(REST),
        QueueLimits.DEFAULT.lease());
  }
}
