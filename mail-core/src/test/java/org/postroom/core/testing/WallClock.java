package org.postroom.core.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/**
 * The clock on the wall: it goes as time does, until somebody sets it. So it is after a machine has
 * slept, and where the right time comes from elsewhere.
 */
public final class WallClock extends Clock {
  private final Clock time;
  private volatile Duration ahead = Duration.ZERO;

  public WallClock(Clock time) {
    this.time = time;
  }

  /** Is set by so much, forward or back. */
  public void jump(Duration step) {
    ahead = ahead.plus(step);
  }

  @Override
  public Instant instant() {
    return time.instant().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return time.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("nobody needs it here");
  }
}
