package org.postroom.dist;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.machine.Uninterrupted;
import org.postroom.core.time.Timers;

/**
 * Looks again and again for what nobody tells of: at a steady pace, and more often for some seconds
 * after it may be there. One look at a time, on a worker. Threads share it.
 */
final class Looking implements AutoCloseable {
  /** The first look after it may be there; each further one takes twice as long. */
  private static final Duration FIRST = Duration.ofMillis(10);

  private static final int LOOKS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Timers timers;
  private final Executor workers;
  private final Supplier<Duration> pace;
  private final Runnable look;

  // Guarded by this.
  private Timers.@Nullable Timer timer;

  /** When that is due, by {@link Timers#nanoTime}. */
  private long due;

  /** Which one it is: others that come all the same are void. */
  private long number;

  private boolean closed;
  private boolean looking;
  private int looks = LOOKS;

  /**
   * Not begun.
   *
   * @param pace the longest time between two looks
   * @param look may take its time
   */
  Looking(Timers timers, Executor workers, Supplier<Duration> pace, Runnable look) {
    this.timers = timers;
    this.workers = workers;
    this.pace = pace;
    this.look = look;
  }

  /** It may be there, now or in a moment. */
  synchronized void soon() {
    looks = 0;
    if (!looking) {
      schedule();
    }
  }

  /** What is due sooner stays: whoever says again and again that it may be there puts off none. */
  private synchronized void schedule() {
    if (closed) {
      return;
    }
    Duration most = pace.get();
    Duration next = looks < LOOKS ? FIRST.multipliedBy(1L << looks++) : most;
    Duration wait = next.compareTo(most) < 0 ? next : most;
    long then = timers.nanoTime() + wait.toNanos();
    if (timer != null) {
      if (due - then <= 0) {
        return;
      }
      timer.cancel();
    }
    due = then;
    long mine = ++number;
    timer =
        timers.after(
            wait,
            () -> {
              boolean unused = timers.handOn(workers, () -> look(mine));
            });
  }

  private void look(long mine) {
    synchronized (this) {
      if (closed || mine != number) {
        return;
      }
      timer = null;
      looking = true;
    }
    try {
      look.run();
    } finally {
      synchronized (this) {
        looking = false;
        notifyAll();
        schedule();
      }
    }
  }

  /**
   * No look begins any more; the one that is under way is waited for, for a while: whoever closes
   * may be called by it.
   */
  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    Uninterrupted.await(() -> awaitLooked(end));
  }

  private synchronized void awaitLooked(long end) throws InterruptedException {
    for (long left = millisTo(end); looking && left > 0; left = millisTo(end)) {
      wait(left);
    }
  }

  private static long millisTo(long end) {
    return (end - System.nanoTime()) / 1_000_000;
  }
}
