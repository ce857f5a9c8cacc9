package org.postroom.core.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;

/**
 * Rings when its time has come by the clock or by the timers, whichever says so first. The clock is
 * looked at once a minute, because timers stand while a machine sleeps. Threads share it.
 *
 * <p>Whoever sets it to a later time leaves its timer as it is: that looks at the clock then, and
 * goes on.
 */
final class Alarm {
  private static final Duration LOOK_AT_CLOCK = Duration.ofMinutes(1);

  private final Clock clock;
  private final Timers timers;
  private final Runnable ring;

  /** What runs until the next look at the clock. */
  private @Nullable Look look;

  /** When it rings; null for never. */
  private @Nullable Instant due;

  private long dueNanos;

  /** One that is not set. */
  Alarm(Clock clock, Timers timers, Runnable ring) {
    this.clock = clock;
    this.timers = timers;
    this.ring = ring;
  }

  /** Rings after {@code wait}, instead of whenever it was to ring. */
  synchronized void set(Duration wait) {
    due = clock.instant().plus(wait);
    dueNanos = timers.nanoTime() + wait.toNanos();
    lookAfter(wait);
  }

  /** Does not ring. */
  synchronized void cancel() {
    due = null;
    stop();
  }

  private void lookAfter(Duration wait) {
    Duration left = wait.compareTo(LOOK_AT_CLOCK) < 0 ? wait : LOOK_AT_CLOCK;
    long at = timers.nanoTime() + left.toNanos();
    if (look == null || look.at - at > 0) {
      stop();
      look = new Look(at);
      look.timer = timers.after(left, look);
    }
  }

  private void stop() {
    if (look != null && look.timer != null) {
      look.timer.cancel();
    }
    look = null;
  }

  private final class Look implements Runnable {
    private final long at;
    private Timers.@Nullable Timer timer;

    Look(long at) {
      this.at = at;
    }

    @Override
    public void run() {
      if (hasCome(this)) {
        ring.run();
      }
    }
  }

  private synchronized boolean hasCome(Look by) {
    if (look != by) {
      return false;
    }
    look = null;
    if (due == null) {
      return false;
    }
    Duration left =
        shorter(
            Duration.between(clock.instant(), due), OptionalLong.of(dueNanos - timers.nanoTime()));
    if (left.isNegative() || left.isZero()) {
      due = null;
      return true;
    }
    lookAfter(left);
    return false;
  }

  /** A wait that ends after so many nanoseconds, if there is such an end and it is earlier. */
  static Duration shorter(Duration wait, OptionalLong nanos) {
    return nanos.isPresent() && wait.compareTo(Duration.ofNanos(nanos.getAsLong())) > 0
        ? Duration.ofNanos(nanos.getAsLong())
        : wait;
  }
}
