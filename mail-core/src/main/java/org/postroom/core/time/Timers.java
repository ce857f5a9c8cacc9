package org.postroom.core.time;

import java.time.Duration;

/**
 * Runs things later. Everything in the server that is due at some time is due here, so that a
 * virtual clock can make it happen at once and in order.
 */
public interface Timers {

  /**
   * Runs {@code task} once, {@code delay} from now, on a thread of the timers: it must be short and
   * must not block; longer work is handed on to an executor.
   */
  Timer after(Duration delay, Runnable task);

  /**
   * Nanoseconds since some fixed moment, on the clock these timers go by: for measuring how much of
   * a time limit is left. Never goes back.
   */
  default long nanoTime() {
    return System.nanoTime();
  }

  /** Something that is due. */
  interface Timer {

    /** Takes it back. Without effect when it has run already. */
    void cancel();
  }
}
