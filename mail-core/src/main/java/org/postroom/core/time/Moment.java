package org.postroom.core.time;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The moment that a virtual clock shows, in all zones, and what is due after it. */
final class Moment implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Moment.class);

  /** Longer than a test lives, and nothing overflows. */
  private static final Duration FAR = Duration.ofDays(50_000);

  private record Due(Instant at, long order, Runnable task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ReentrantLock running = new ReentrantLock(); // whose holder runs what is due
  private final PriorityQueue<Due> due = new PriorityQueue<>();
  private final WorkUnderWay work;
  private final Instant start;

  // Guarded by the lock.
  private Instant now;
  private long order;
  private boolean flows;
  private boolean held; // while somebody advances, time goes in his steps alone
  private boolean closed;
  private long flowsSince;
  private @Nullable Thread ticker;

  Moment(Instant start, Duration patience) {
    this.start = start;
    this.now = start;
    this.work = new WorkUnderWay(patience.toNanos());
  }

  Instant now() {
    lock.lock();
    try {
      return current();
    } finally {
      lock.unlock();
    }
  }

  long elapsedNanos() {
    return Duration.between(start, now()).toNanos();
  }

  int pending() {
    lock.lock();
    try {
      return due.size();
    } finally {
      lock.unlock();
    }
  }

  Timers.Work begin() {
    return work.begin();
  }

  Timers.Timer add(Duration delay, Runnable task) {
    lock.lock();
    try {
      if (closed) {
        return () -> {};
      }
      Duration within = delay.compareTo(FAR) > 0 ? FAR : delay;
      Due entry = new Due(current().plus(within), order++, task);
      Due first = due.peek();
      due.add(entry);
      if (first == null || entry.at().isBefore(first.at())) {
        changed.signalAll(); // else whoever waits for the first waits as long as before
      }
      return () -> remove(entry);
    } finally {
      lock.unlock();
    }
  }

  private void remove(Due entry) {
    lock.lock();
    try {
      due.remove(entry);
    } finally {
      lock.unlock();
    }
  }

  void advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("Time does not go back: " + step);
    }
    running.lock(); // two who advance do it one after the other
    try {
      Instant target = hold().plus(step);
      boolean roused = true;
      while (true) {
        Runnable task = takeDue();
        if (task != null) {
          task.run();
          roused = true;
          continue;
        }
        work.await(roused);
        roused = false;
        if (!goOn(target)) {
          return;
        }
      }
    } finally {
      letGo();
      running.unlock();
    }
  }

  /** Goes on to when the next is due; returns whether that is not after {@code target}. */
  private boolean goOn(Instant target) {
    lock.lock();
    try {
      Due next = due.peek();
      if (next == null || next.at().isAfter(target)) {
        now = target;
        return false;
      }
      now = next.at().isAfter(now) ? next.at() : now;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** What is due now, the first; null when nothing is. */
  private @Nullable Runnable takeDue() {
    lock.lock();
    try {
      Due next = due.peek();
      if (next == null || next.at().isAfter(current())) {
        return null;
      }
      due.remove();
      return next.task();
    } finally {
      lock.unlock();
    }
  }

  private Instant hold() {
    lock.lock();
    try {
      now = current();
      held = true;
      return now;
    } finally {
      lock.unlock();
    }
  }

  private void letGo() {
    lock.lock();
    try {
      held = false;
      flowsSince = System.nanoTime();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private Instant current() {
    return flows && !held ? now.plusNanos(System.nanoTime() - flowsSince) : now;
  }

  void freeze() {
    lock.lock();
    try {
      now = current();
      flows = false;
    } finally {
      lock.unlock();
    }
  }

  void flow() {
    lock.lock();
    try {
      if (flows || closed) {
        return;
      }
      flows = true;
      flowsSince = System.nanoTime();
      if (ticker == null) {
        ticker = new Thread(this::tick, "flowing-time");
        ticker.setDaemon(true);
        ticker.start();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    freeze();
    lock.lock();
    try {
      closed = true;
      due.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The life of the thread that runs what becomes due because time flows. */
  private void tick() {
    while (awaitDue()) {
      running.lock();
      try {
        for (Runnable task = takeDue(); task != null; task = takeDue()) {
          run(task);
        }
      } finally {
        running.unlock();
      }
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A timer's task failed", e);
    }
  }

  /** Waits until time that flows has made something due; false when there is no more to come. */
  private boolean awaitDue() {
    lock.lock();
    try {
      while (!closed) {
        Due next = due.peek();
        if (next == null || !flows || held) {
          changed.await();
        } else {
          long wait = Duration.between(current(), next.at()).toNanos();
          if (wait <= 0) {
            return true;
          }
          long unused = changed.awaitNanos(wait);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    return false;
  }
}
