package org.postroom.core.wire;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postroom.core.life.Lifeline;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads of the application that the server is part of. They are not ours to end: at the end what
 * runs is interrupted and waited for, and what waits does nothing when its turn comes. A task never
 * runs in its caller, who may be an event loop and hold a lock: an executor that would have it so
 * has refused it.
 */
final class HostThreads implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HostThreads.class);
  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);
  private static final long PATIENCE_SECONDS = 5;

  private final Executor host;
  private final Timers timers;
  private final Lifeline lifeline;
  private final Set<Task> running = ConcurrentHashMap.newKeySet();
  private final AtomicLong refused = new AtomicLong();
  private volatile boolean closed;

  // Guarded by this.
  private boolean warned;
  private long warnedAt;

  HostThreads(Executor host, Timers timers, Lifeline lifeline) {
    this.host = host;
    this.timers = timers;
    this.lifeline = lifeline;
  }

  /**
   * Tries it out.
   *
   * @throws IllegalArgumentException when it runs tasks in their caller
   * @throws RejectedExecutionException when it takes none
   */
  static void check(Executor host) {
    Thread caller = Thread.currentThread();
    Thread[] runner = new Thread[1];
    host.execute(() -> runner[0] = Thread.currentThread());
    if (runner[0] == caller) {
      throw new IllegalArgumentException(
          "The executor for workers runs a task in the thread that hands it over;"
              + " it must have threads of its own");
    }
  }

  /**
   * Has the application run it.
   *
   * @throws RejectedExecutionException when it does not
   */
  @Override
  public void execute(Runnable work) {
    if (closed) {
      throw new RejectedExecutionException("the server has ended");
    }
    Task task = new Task(work);
    try {
      host.execute(task);
    } catch (RuntimeException | Error e) { // of whatever kind: it may not be made to the end
      if (task.isWithdrawn()) {
        throw refused(e);
      }
      lifeline.heed("the application's executor", e);
      LOG.warn("the application's executor has failed, and runs the task all the same", e);
      return;
    }
    if (!task.isHandedOver()) {
      RejectedExecutionException e = new RejectedExecutionException("it was to run in its caller");
      warn(e);
      throw e;
    }
  }

  /** Tells of it; an error is the caller's to hear. */
  private RejectedExecutionException refused(Throwable why) {
    if (why instanceof Error error) {
      throw error;
    }
    warn(why);
    return why instanceof RejectedExecutionException e ? e : new RejectedExecutionException(why);
  }

  boolean isClosed() {
    return closed;
  }

  /** Not for each of those that come by the thousand. */
  private void warn(Throwable why) {
    refused.incrementAndGet();
    synchronized (this) {
      long now = timers.nanoTime();
      if (warned && now - warnedAt < BETWEEN_WARNINGS.toNanos()) {
        return;
      }
      warned = true;
      warnedAt = now;
    }
    LOG.warn(
        "the application's executor has refused {} tasks: clients are told to come again, and the"
            + " rest is done later ({})",
        refused.getAndSet(0),
        why.toString());
  }

  @Override
  public void close() {
    closed = true;
    running.forEach(Task::interrupt);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (running) {
      try {
        for (long left = 1; !running.isEmpty() && left > 0; ) {
          left = end - System.nanoTime();
          TimeUnit.NANOSECONDS.timedWait(running, left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void ended(Task task) {
    running.remove(task);
    if (closed) {
      synchronized (running) {
        running.notifyAll();
      }
    }
  }

  /** One task, run once at most. */
  private final class Task implements Runnable {
    private final Runnable work;
    private final Thread caller = Thread.currentThread();

    // The caller's.
    private boolean handedOver;
    private boolean cameBack;

    // Guarded by this.
    private boolean begun;
    private boolean withdrawn;
    private boolean interrupted;
    private @Nullable Thread runner;

    Task(Runnable work) {
      this.work = work;
    }

    /** The executor has returned: whether it has done so without running the task here. */
    boolean isHandedOver() {
      handedOver = true;
      return !cameBack;
    }

    /** The executor has thrown: whether the task has not begun, and never will. */
    synchronized boolean isWithdrawn() {
      withdrawn = !begun;
      return withdrawn;
    }

    @Override
    public void run() {
      Thread self = Thread.currentThread();
      if (self == caller && !handedOver) {
        cameBack = true;
        return;
      }
      synchronized (this) {
        if (begun || cameBack || withdrawn) {
          return;
        }
        begun = true;
        runner = self;
      }
      running.add(this);
      try {
        if (!closed) {
          // The thread stays as it was when we are gone.
          boolean unused = Callers.leave(this::work);
        }
      } finally {
        leave();
        ended(this);
      }
    }

    /** What it throws is no matter of the application's. */
    private boolean work() {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        lifeline.heed("a worker", e);
        LOG.error("A worker's task failed", e);
      }
      return true;
    }

    synchronized void interrupt() {
      if (runner != null) {
        interrupted = true;
        runner.interrupt();
      }
    }

    /** The thread is the application's again, and not interrupted by us any more. */
    private synchronized void leave() {
      runner = null;
      if (interrupted) {
        boolean unused = Thread.interrupted();
      }
    }
  }
}
