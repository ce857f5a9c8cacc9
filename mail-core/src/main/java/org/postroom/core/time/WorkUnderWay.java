package org.postroom.core.time;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is under way while virtual time stands, and when time may go on: when all of it has ended,
 * or when what is left of it waits for time. Which of it does is a guess: that in which nothing has
 * changed for the patience. It is not waited for any more, but for the short moment in which a
 * timer that ran may have roused it.
 */
final class WorkUnderWay {
  private static final long ROUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final long patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Timers.Work> busy = new HashSet<>();
  private final Set<Timers.Work> waiting = new HashSet<>();
  private long changes;

  WorkUnderWay(long patienceNanos) {
    patience = patienceNanos;
  }

  Timers.Work begin() {
    Timers.Work work =
        new Timers.Work() {
          @Override
          public void end() {
            WorkUnderWay.this.end(this);
          }
        };
    lock.lock();
    try {
      busy.add(work);
      change();
    } finally {
      lock.unlock();
    }
    return work;
  }

  private void end(Timers.Work work) {
    lock.lock();
    try {
      if (busy.remove(work) || waiting.remove(work)) {
        change();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void change() {
    changes++;
    changed.signalAll();
  }

  /**
   * Waits until time may go on. Returns early, with the interrupt kept, when interrupted.
   *
   * @param roused whether a timer ran since the last time, so that what waited may go on
   */
  void await(boolean roused) {
    lock.lock();
    try {
      boolean doubtful = roused;
      while (!busy.isEmpty() || doubtful && !waiting.isEmpty()) {
        long seen = changes;
        if (!quietFor(busy.isEmpty() ? ROUSED_NANOS : patience, seen)) {
          continue;
        }
        waiting.addAll(busy);
        busy.clear();
        doubtful = false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: waits for a change; returns whether there was none for so long. */
  private boolean quietFor(long nanos, long seen) throws InterruptedException {
    long left = nanos;
    while (changes == seen && left > 0) {
      left = changed.awaitNanos(left);
    }
    return changes == seen;
  }
}
