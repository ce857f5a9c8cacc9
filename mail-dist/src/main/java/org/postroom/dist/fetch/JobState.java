package org.postroom.dist.fetch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.postroom.core.log.LogText;

/** What is known of one job. Guarded by the schedule, but for what only its round has. */
final class JobState {
  private static final Duration MOST = Duration.ofHours(4);
  private static final int DOUBLED = 10;

  /** Of its rounds, of which there is one at a time. */
  final PutOff putOff = new PutOff();

  FetchJob job;
  @Nullable FetchRound round;

  /** By {@code Timers.nanoTime}. */
  long due;

  private @Nullable Instant last;
  private int failures;

  /** Rounds that did not come to know what is there, one after the other. */
  private int unreached;

  private long fetched;
  private String result = "";

  /** One that is due at some time. */
  JobState(FetchJob job, long due) {
    this.job = job;
    this.due = due;
  }

  /**
   * A round has ended well.
   *
   * @return how long to wait for the next one
   */
  Duration ended(Tally tally, Instant now) {
    last = now;
    failures = 0;
    unreached = 0;
    fetched += tally.fetched();
    result = tally.toString();
    return tally.goesOn() ? Duration.ZERO : job.interval();
  }

  /**
   * A round has failed: a server that is away, or refuses the password, is left in peace more and
   * more. One that has come to the messages goes on with the others next time.
   *
   * @param fetched messages that are here all the same
   * @param reached whether it came to know what is there
   * @return how long to wait for the next one
   */
  Duration failed(String why, int fetched, boolean reached, Instant now) {
    last = now;
    failures++;
    unreached = reached ? 0 : unreached + 1;
    this.fetched += fetched;
    result = LogText.of(why);
    int doubled = Math.min(Math.max(unreached - 1, 0), DOUBLED);
    Duration wait = job.interval().multipliedBy(1L << doubled);
    Duration most = MOST.compareTo(job.interval()) > 0 ? MOST : job.interval();
    return wait.compareTo(most) > 0 ? most : wait;
  }

  FetchJobs.Status status(Clock clock, long nanoTime) {
    Instant next = clock.instant().plusNanos(Math.max(0, due - nanoTime));
    return new FetchJobs.Status(
        job.name(),
        job.remote().toString(),
        job.login(),
        job.folder().value(),
        job.leaving().word(),
        round != null ? "running" : failures > 0 ? "failing" : "waiting",
        last == null ? "" : seconds(last),
        round != null ? "" : seconds(next),
        failures,
        fetched,
        result);
  }

  static String seconds(Instant time) {
    return Instant.ofEpochSecond(time.getEpochSecond()).toString();
  }
}
