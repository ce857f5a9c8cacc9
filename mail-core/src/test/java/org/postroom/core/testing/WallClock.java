package org.postroom.core.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The clock on the wall: it goes as time does, until somebody sets it. So it is after a machine has
 * slept, and where the right time comes from elsewhere.
 */
public final class WallClock extends Clock {
  private final Clock time;
  private final AtomicReference<Duration> ahead;

  public WallClock(Clock time) {
    this(time, new AtomicReference<>(Duration.ZERO));
  }

  private WallClock(Clock time, AtomicReference<Duration> ahead) {
    this.time = time;
    this.ahead = ahead;
  }

  /** Is set by so much, forward or back. */
  public void jump(Duration step) {
    ahead.updateAndGet(before -> before.plus(step));
  }

  @Override
  public Instant instant() {
    return time.instant().plus(ahead.get());
  }

  @Override
  public ZoneId getZone() {
    return time.getZone();
  }

  /** The same clock, read in another zone: one that is set is set for both. */
  @Override
  public Clock withZone(ZoneId zone) {
    return new WallClock(time.withZone(zone), ahead);
  }
}
