package org.postroom.core.machine;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.postroom.core.life.Lifeline;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timers that go by the machine's clock, on one daemon thread. Setting and cancelling cost O(log n)
 * and a cancelled timer is forgotten at once. After {@link #close} nothing runs any more, and new
 * timers are accepted and forgotten: who stops needs no order for it.
 */
public final class SystemTimers implements Timers, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SystemTimers.class);

  private final ScheduledThreadPoolExecutor scheduler;
  private final Lifeline lifeline;

  /**
   * Starts the thread with the first timer.
   *
   * @param name the thread's name
   */
  public SystemTimers(String name) {
    this(name, new Lifeline());
  }

  /**
   * The same.
   *
   * @param lifeline hears when a task has met an error after which nothing can be relied upon
   */
  public SystemTimers(String name, Lifeline lifeline) {
    this.lifeline = lifeline;
    ThreadFactory threads =
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        };
    scheduler = new ScheduledThreadPoolExecutor(1, threads);
    scheduler.setRemoveOnCancelPolicy(true);
    scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    try {
      ScheduledFuture<?> due =
          scheduler.schedule(() -> run(task), nanos(delay), TimeUnit.NANOSECONDS);
      return () -> due.cancel(false);
    } catch (RejectedExecutionException closed) {
      return () -> {};
    }
  }

  private static long nanos(Duration delay) {
    // A Duration may be longer than a long of nanoseconds; half of it keeps differences comparable.
    return delay.compareTo(Duration.ofDays(50_000)) > 0 ? Long.MAX_VALUE / 2 : delay.toNanos();
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      lifeline.heed("timers", e);
      LOG.error("A timer's task failed", e);
    }
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
  }
}
