package org.postroom.dist.applet.doctor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** One time limit for all that is asked of others. */
record Deadline(Clock clock, Instant end) {

  static Deadline in(Duration limit, Clock clock) {
    return new Deadline(clock, clock.instant().plus(limit));
  }

  /** What is left; nothing when it is over. */
  Duration left() {
    Duration left = Duration.between(clock.instant(), end);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** The same, and no more than {@code most}. */
  Duration left(Duration most) {
    Duration left = left();
    return left.compareTo(most) < 0 ? left : most;
  }
}
