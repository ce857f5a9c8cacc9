package org.postroom.core.wire;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;

/**
 * How long a connection's peer has, and how long the session holds back: its deadline, its hold,
 * and the one timer of both, which looks again when the deadline has moved. All of it under the
 * connection's lock.
 */
final class Patience {
  private static final Duration LONGEST = Duration.ofDays(3650);

  private final NearEnd end;
  private final Timers timers;
  private final Heard heard;
  private Timers.@Nullable Timer timer;
  private long timerAt;
  private long limit;
  private long deadlineAt;
  private long heldUntil;
  private boolean held;
  private boolean expired;
  private boolean over;

  /** Who hears of what has come to its end; under the lock. */
  interface Heard {

    /** The hold is over. */
    void holdIsOver();

    /** Whether the deadline counts now. */
    boolean mayExpire();

    /** It has passed. */
    void expired();
  }

  Patience(NearEnd end, Timers timers, Duration first, Heard heard) {
    this.end = end;
    this.timers = timers;
    this.heard = heard;
    this.limit = nanos(first);
    this.deadlineAt = timers.nanoTime() + limit;
  }

  private static long nanos(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : duration.toNanos();
  }

  /** The deadline's length, from now on and for now. */
  void limit(Duration within) {
    limit = nanos(within);
    beginAnew();
    armEarlier();
  }

  Duration limit() {
    return Duration.ofNanos(limit);
  }

  /** The deadline counts from now. */
  void beginAnew() {
    deadlineAt = timers.nanoTime() + limit;
  }

  /** No turn begins before {@code wait} has passed. */
  void hold(Duration wait) {
    held = true;
    heldUntil = timers.nanoTime() + nanos(wait);
    armEarlier();
  }

  boolean isHeld() {
    return held;
  }

  boolean isExpired() {
    return expired;
  }

  /** The session says its last words, for which it has its time once more. */
  void forLastWords() {
    expired = false;
    held = false;
    beginAnew();
  }

  /** The session sleeps from now on, or from the end of its hold: returns when that is. */
  long rest() {
    long since = held ? heldUntil : timers.nanoTime();
    deadlineAt = since + limit;
    return since;
  }

  /** Sees to it that the deadline is heard, while the session sleeps. */
  void watch() {
    if (timer == null || timerAt - dueAt() > 0) {
      arm();
    }
  }

  /** The same for a turn that begins to wait. */
  void armIfIdle() {
    if (timer == null) {
      arm();
    }
  }

  /** Nothing is due any more. */
  void end() {
    over = true;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private long dueAt() {
    return held ? heldUntil : deadlineAt;
  }

  private void armEarlier() {
    if (timer != null && timerAt - dueAt() > 0) {
      arm();
    }
  }

  private void arm() {
    if (timer != null) {
      timer.cancel();
    }
    timerAt = dueAt();
    long wait = Math.max(0, timerAt - timers.nanoTime());
    timer = timers.after(Duration.ofNanos(wait), this::timerRan);
  }

  /** Takes the lock itself. */
  private void timerRan() {
    end.lock();
    try {
      timer = null;
      if (over) {
        return;
      }
      long now = timers.nanoTime();
      if (dueAt() - now > 0) {
        arm();
      } else if (held) {
        held = false;
        deadlineAt = now + limit;
        arm();
        heard.holdIsOver();
      } else if (heard.mayExpire()) {
        expired = true;
        heard.expired();
      }
      // Else the turn is busy with something of its own, or the session is suspended: it is armed
      // again when the turn waits, and when that or the next one ends.
    } finally {
      end.unlock();
    }
  }
}
