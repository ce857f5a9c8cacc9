package org.postroom.core.flow;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postroom.core.life.Lifeline;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has listeners hear of what is over, one thing after the other, on a worker that waits for nobody
 * else: who announces goes on at once, however long a listener takes, and whatever it throws ends
 * here. Of what a slow one has not heard so far, only so much is kept.
 */
final class Announcements {
  private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);
  private static final int MOST = 10_000;

  private final Timers timers;
  private final Executor workers;
  private final Lifeline lifeline;

  // Guarded by this object's monitor.
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean running;
  private boolean closed;
  private long lost;

  /**
   * Nothing is waiting.
   *
   * @param lifeline hears of a machine that fails under a listener
   */
  Announcements(Timers timers, Executor workers, Lifeline lifeline) {
    this.timers = timers;
    this.workers = workers;
    this.lifeline = lifeline;
  }

  /** Behind all that was announced before. From any thread. */
  void announce(Runnable announcement) {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (waiting.size() == MOST) {
        if (lost++ == 0) {
          LOG.warn(
              "a listener is so slow that {} announcements wait: it hears of no others until"
                  + " there is room",
              MOST);
        }
        return;
      }
      waiting.add(announcement);
      if (running) {
        return;
      }
      running = true;
    }
    if (!timers.handOn(workers, this::run)) {
      stop(); // the server ends
    }
  }

  private synchronized void stop() {
    running = false;
    waiting.clear();
  }

  /** What waits is not heard of any more; what is heard of now is the last. */
  synchronized void close() {
    closed = true;
    waiting.clear();
  }

  /** The first that waits; null when there is none, and so nobody who runs. */
  private synchronized @Nullable Runnable next() {
    Runnable next = waiting.poll();
    if (next == null) {
      running = false;
      if (lost > 0) {
        LOG.warn("a slow listener has not heard of {} announcements", lost);
        lost = 0;
      }
    }
    return next;
  }

  private void run() {
    for (Runnable next = next(); next != null; next = next()) {
      try {
        next.run();
      } catch (Throwable e) { // checked exceptions of other languages included
        lifeline.heed("listener for mail in the queue", e);
        LOG.error("a listener for mail in the queue failed", e);
      }
    }
  }
}
