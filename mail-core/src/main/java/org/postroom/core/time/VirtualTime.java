package org.postroom.core.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock that a test puts forward, with timers that go by it: five days of retries pass at once
 * and in order. It stands between, or it flows with real time and can be put forward beside that.
 *
 * <p>Whatever time set off is waited for before time goes on: what timers ran, and the {@link Work}
 * that follows from it. So each thing happens at its own time, and {@link #advance} returns when
 * all that was due is done. Work that waits for the clock itself (for a far side that says nothing,
 * until its time is over) ends only when time goes on, and nobody can tell that from work that
 * takes long. Where nothing began or ended for the <em>patience</em>, in real time, what is under
 * way is taken for such.
 *
 * <p>Thread-safe. What is due runs on the thread that advances, or, where time flows, on a thread
 * of its own until {@link #close}.
 */
public final class VirtualTime extends Clock implements Timers, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Moment moment;
  private final ZoneId zone;

  private VirtualTime(Moment moment, ZoneId zone) {
    this.moment = moment;
    this.zone = zone;
  }

  /** Time that stands at {@code start}, in UTC. */
  public static VirtualTime startingAt(Instant start) {
    return startingAt(start, PATIENCE);
  }

  /**
   * The same.
   *
   * @param patience how long, in real time, work under way is waited for in which nothing changes
   */
  public static VirtualTime startingAt(Instant start, Duration patience) {
    return new VirtualTime(new Moment(start, patience), ZoneOffset.UTC);
  }

  /** Time that flows on from {@code start} as real time does, in UTC. */
  public static VirtualTime flowingFrom(Instant start) {
    VirtualTime time = startingAt(start);
    time.flow();
    return time;
  }

  /**
   * Lets {@code step} pass: runs all that becomes due meanwhile in the order of its due times, each
   * at its own time, timers set by such tasks and the work that follows included. A task's
   * exception ends the step there and comes out here.
   */
  public void advance(Duration step) {
    moment.advance(step);
  }

  /** From now on time passes only by {@link #advance}. */
  public void freeze() {
    moment.freeze();
  }

  /** From now on time passes as real time does, and by {@link #advance} beside. */
  public void flow() {
    moment.flow();
  }

  /** How many timers are waiting. */
  public int pending() {
    return moment.pending();
  }

  /** Time stands for good; what is not due by now is forgotten. */
  @Override
  public void close() {
    moment.close();
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    return moment.add(delay.isNegative() ? Duration.ZERO : delay, task);
  }

  @Override
  public Work begin() {
    return moment.begin();
  }

  @Override
  public long nanoTime() {
    return moment.elapsedNanos();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new VirtualTime(moment, other);
  }

  @Override
  public Instant instant() {
    return moment.now();
  }
}
