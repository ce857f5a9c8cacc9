package org.postroom.core.queue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamFamily;
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
          Bounds.atLeast("0"),
          "Attempts to one destination at the same time; 0 is without limit.");

  static final ParamFamily<Integer> CONCURRENCIES =
      SET.forEachTransport("_destination_concurrency_limit", DESTINATION_CONCURRENCY);

  public static final Param<Integer> INITIAL_CONCURRENCY =
      SET.integer(
          "initial_destination_concurrency",
          "5",
          Bounds.atLeast("1"),
          "The same for a destination that has not answered yet; answers make it more.");

  static final ParamFamily<Integer> INITIAL_CONCURRENCIES =
      SET.forEachTransport("_initial_destination_concurrency", INITIAL_CONCURRENCY);

  public static final Param<Integer> DESTINATION_RECIPIENTS =
      SET.integer(
          "default_destination_recipient_limit",
          "50",
          Bounds.atLeast("0"),
          """
          The most recipients of one mail in one attempt; for the others there are further attempts. 0 is
          as many as the mail has, up to 1000.\
          """);

  static final ParamFamily<Integer> RECIPIENT_LIMITS =
      SET.forEachTransport("_destination_recipient_limit", DESTINATION_RECIPIENTS);

  static final Param<Feedback> POSITIVE_FEEDBACK =
      feedback(
          "default_destination_concurrency_positive_feedback",
          "How many more attempts to a destination may be made at the same time for each answer.");

  static final ParamFamily<Feedback> POSITIVE_FEEDBACKS =
      SET.forEachTransport("_destination_concurrency_positive_feedback", POSITIVE_FEEDBACK);

  static final Param<Feedback> NEGATIVE_FEEDBACK =
      feedback(
          "default_destination_concurrency_negative_feedback",
          "How many fewer for each attempt that did not get there.");

  static final ParamFamily<Feedback> NEGATIVE_FEEDBACKS =
      SET.forEachTransport("_destination_concurrency_negative_feedback", NEGATIVE_FEEDBACK);

  static final Param<OptionalInt> COHORT_LIMIT =
      SET.value(
          "default_destination_concurrency_failed_cohort_limit",
          "",
          "a whole number of at least 0, or nothing",
          QueueParams::cohorts,
          limit -> limit.isPresent() ? String.valueOf(limit.getAsInt()) : "",
          """
          How often as many attempts as may be made at the same time must fail to get there, with no answer
          between them, before the destination is left alone; 0 is never. Where nothing is said one attempt
          is enough, since it has tried all exchangers.\
          """);

  static final ParamFamily<OptionalInt> COHORT_LIMITS =
      SET.forEachTransport("_destination_concurrency_failed_cohort_limit", COHORT_LIMIT);

  static final Param<Duration> DESTINATION_RATE_DELAY =
      SET.time(
          "default_destination_rate_delay",
          "0s",
          """
          The pause between an attempt to a destination and the next. With a pause there is one attempt at
          a time.\
          """);

  static final ParamFamily<Duration> DESTINATION_RATE_DELAYS =
      SET.forEachTransport("_destination_rate_delay", DESTINATION_RATE_DELAY);

  static final Param<Duration> TRANSPORT_RATE_DELAY =
      SET.time(
          "default_transport_rate_delay",
          "0s",
          "The pause between two attempts by one transport, whatever their destinations.");

  static final ParamFamily<Duration> TRANSPORT_RATE_DELAYS =
      SET.forEachTransport("_transport_rate_delay", TRANSPORT_RATE_DELAY);

  static final Param<List<String>> DEFER_TRANSPORTS =
      SET.value(
          "defer_transports",
          "",
          "a list of transports other than local and virtual",
          QueueParams::deferred,
          names -> String.join(", ", names),
          """
          Transports by which mail leaves only when somebody asks for its attempt (postqueue -f, sendmail
          -q, postroom queue run). What waits for that is not given up meanwhile.\
          """);

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

  private static Param<Feedback> feedback(String name, String doc) {
    return SET.value(name, "1", Feedback.EXPECTED, Feedback::parse, Feedback::toString, doc);
  }

  private static OptionalInt cohorts(String text) {
    if (!text.matches("[0-9]{0,9}")) {
      throw new BadValue("");
    }
    return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
  }

  private static List<String> deferred(String text) {
    List<String> names =
        Arrays.stream(text.split("[\\s,]+")).filter(name -> !name.isEmpty()).toList();
    if (names.stream().anyMatch(QueueLimits.HOME::contains)) {
      throw new BadValue("mail for mailboxes here is in them as soon as it is accepted");
    }
    return names;
  }

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
    return new QueueLimits(settings);
  }

  /** How many recipients of one mail a transport is given at once, at most. */
  public static int recipientsAtOnce(Settings settings, String transport) {
    return DestinationLimits.of(settings, transport).recipients();
  }
}
