package org.postroom.core.queue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attempts that are over and could not be written, because the store did not answer. They are kept
 * in order and written as soon as it does, each once: what a far side has taken must not be sent
 * again for want of a row. While there are any, nothing is leased, so they are no more than the
 * attempts that were under way.
 */
final class Unwritten {
  private static final Logger LOG = LoggerFactory.getLogger(Unwritten.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** One of them, and what is to follow when it is written. */
  record Entry(QueuedMail mail, Attempts.Made made, Runnable written) {}

  private final Timers timers;
  private final Executor workers;
  private final Deque<Entry> waiting = new ArrayDeque<>();

  /** Held by who writes what was kept, one at a time; taken before this object's monitor. */
  private final Object writing = new Object();

  private boolean scheduled;
  private boolean closed;

  /**
   * None yet.
   *
   * @param workers where they are written
   */
  Unwritten(Timers timers, Executor workers) {
    this.timers = timers;
    this.workers = workers;
  }

  synchronized boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Writes one, or keeps it for later. On a worker. */
  void write(Entry entry) {
    boolean now;
    synchronized (this) {
      now = waiting.isEmpty();
      if (!now) {
        waiting.add(entry); // behind those that were made before it
      }
    }
    if (now && !tryToWrite(entry)) {
      synchronized (this) {
        waiting.add(entry);
      }
      schedule();
    }
  }

  private static boolean tryToWrite(Entry entry) {
    try {
      entry.made().settle();
    } catch (StorageUnavailable e) {
      LOG.warn("{}: the outcome is kept until the store answers: {}", entry.mail().id(), cause(e));
      return false;
    } catch (RuntimeException e) {
      LOG.error("{}: the outcome could not be written and is kept", entry.mail().id(), e);
      return false;
    }
    entry.written().run();
    return true;
  }

  private static String cause(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }

  private synchronized void schedule() {
    if (!scheduled && !closed) {
      scheduled = true;
      timers.after(PAUSE, () -> timers.handOn(workers, this::writeAll));
    }
  }

  private void writeAll() {
    synchronized (this) {
      scheduled = false;
    }
    for (int left = size(); left > 0 && !isClosed(); left--) {
      if (!writeFirst()) {
        break;
      }
    }
    if (!isEmpty()) {
      schedule();
    }
  }

  /** Writes the first; where that fails it becomes the last, so that one alone stops nobody. */
  private boolean writeFirst() {
    synchronized (writing) {
      return writeNext();
    }
  }

  private boolean writeNext() {
    Entry first;
    synchronized (this) {
      first = waiting.peek();
    }
    if (first == null) {
      return false;
    }
    boolean written = tryToWrite(first);
    synchronized (this) {
      waiting.remove();
      if (!written) {
        waiting.add(first);
      }
    }
    return written;
  }

  private synchronized int size() {
    return waiting.size();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Writes what it can, once; whatever is left is sent again after a start. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    while (!isEmpty()) {
      if (!writeFirst()) {
        LOG.error("queue: {} attempts could not be written and are made again", size());
        return;
      }
    }
  }
}
