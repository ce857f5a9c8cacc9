package org.postroom.core.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A clock that stands until it is told to go, with timers that go by it: five days of retries pass
 * in a test at once and in order. Thread-safe; what is due runs on the thread that advances.
 */
public final class VirtualTime extends Clock implements Timers {
  private final Moment moment;
  private final ZoneId zone;

  private VirtualTime(Moment moment, ZoneId zone) {
    this.moment = moment;
    this.zone = zone;
  }

  /** Time that stands at {@code start}, in UTC. */
  public static VirtualTime startingAt(Instant start) {
    return new VirtualTime(new Moment(start), ZoneOffset.UTC);
  }

  /**
   * Lets {@code step} pass: runs all that becomes due meanwhile in the order of its due times, each
   * at its own time, timers set by such tasks included. A task's exception ends the step there and
   * comes out here.
   */
  public void advance(Duration step) {
    moment.advance(step);
  }

  /** How many timers are waiting. */
  public int pending() {
    return moment.pending();
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    return moment.add(delay.isNegative() ? Duration.ZERO : delay, task);
  }

  @Override
  public long nanoTime() {
    return moment.elapsedNanos();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new VirtualTime(moment, other);
  }

  @Override
  public Instant instant() {
    return moment.now();
  }

  /** Shared by the clocks of all zones. */
  private static final class Moment {
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock advancing = new ReentrantLock();
    private final PriorityQueue<Due> due =
        new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
    private final Instant start;
    private Instant now;
    private long order;

    Moment(Instant start) {
      this.start = start;
      this.now = start;
    }

    Instant now() {
      lock.lock();
      try {
        return now;
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

    Timer add(Duration delay, Runnable task) {
      lock.lock();
      try {
        Due entry = new Due(now.plus(delay), order++, task);
        due.add(entry);
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
      advancing.lock(); // two who advance do it one after the other
      try {
        Instant target = now().plus(step);
        while (true) {
          Runnable task;
          lock.lock();
          try {
            Due next = due.peek();
            if (next == null || next.at().isAfter(target)) {
              now = target;
              return;
            }
            due.remove();
            now = next.at();
            task = next.task();
          } finally {
            lock.unlock();
          }
          task.run();
        }
      } finally {
        advancing.unlock();
      }
    }
  }

  private record Due(Instant at, long order, Runnable task) {}
}
