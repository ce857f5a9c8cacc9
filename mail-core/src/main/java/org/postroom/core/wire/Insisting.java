package org.postroom.core.wire;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;

/**
 * Hands on to threads of the application, again and again until they take it, in the order in which
 * it came: what belongs to the server itself (the queue, what was asked for, a mail on its way) is
 * put off by a refusal, and never lost. Each mail and session has no more than a few such tasks, so
 * there are no more than of those. Threads share it.
 */
final class Insisting implements Executor {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final HostThreads threads;
  private final Timers timers;

  // Guarded by this.
  private final Queue<Runnable> refused = new ArrayDeque<>();

  Insisting(HostThreads threads, Timers timers) {
    this.threads = threads;
    this.timers = timers;
  }

  /**
   * Runs it, now or later.
   *
   * @throws RejectedExecutionException when the server has ended
   */
  @Override
  public void execute(Runnable task) {
    if (threads.isClosed()) {
      throw new RejectedExecutionException("the server has ended");
    }
    synchronized (this) {
      if (!refused.isEmpty()) {
        refused.add(task); // behind the others
        return;
      }
    }
    if (!isTaken(task) && isFirst(task)) {
      insist();
    }
  }

  private boolean isTaken(Runnable task) {
    try {
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      if (threads.isClosed()) {
        throw e;
      }
      return false;
    }
  }

  /** Takes it in; whether nobody insists so far. */
  private synchronized boolean isFirst(Runnable task) {
    refused.add(task);
    return refused.size() == 1;
  }

  private void insist() {
    timers.after(PAUSE, this::tryAgain);
  }

  /** By one at a time: whoever has found no other waiting, until none waits. */
  private void tryAgain() {
    for (Runnable next = first(); next != null; next = following()) {
      try {
        if (!isTaken(next)) {
          insist();
          return;
        }
      } catch (RejectedExecutionException e) {
        return; // the server has ended
      } catch (Error e) { // no thread could be had, say: those behind must not wait for ever
        if (!threads.isClosed()) {
          insist();
        }
        throw e;
      }
    }
  }

  private synchronized @Nullable Runnable first() {
    return refused.peek();
  }

  private synchronized @Nullable Runnable following() {
    refused.remove();
    return refused.peek();
  }
}
