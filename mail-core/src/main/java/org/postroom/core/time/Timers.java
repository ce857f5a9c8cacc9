package org.postroom.core.time;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

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

  /**
   * Says that something is under way because its time has come, on other threads than the timers':
   * an attempt, what is written of it, what follows from that. The machine's clock does not care; a
   * virtual one stands until it has ended, so that what follows happens at its own time, too.
   */
  default Work begin() {
    return Work.UNCOUNTED;
  }

  /**
   * Hands {@code task} on to {@code workers}, as work under way until it has run. When they take
   * nothing any more, because they stop, it is dropped.
   *
   * @return whether it was taken
   */
  default boolean handOn(Executor workers, Runnable task) {
    Work work = begin();
    try {
      workers.execute(
          () -> {
            try {
              task.run();
            } finally {
              work.end();
            }
          });
      return true;
    } catch (RejectedExecutionException e) {
      work.end();
      return false;
    }
  }

  /** Something that is under way. */
  interface Work {
    /** What no clock waits for. */
    Work UNCOUNTED = () -> {};

    /** It is over. From any thread; only the first call counts. */
    void end();
  }

  /** Something that is due. */
  interface Timer {

    /** Takes it back. Without effect when it has run already. */
    void cancel();
  }
}
