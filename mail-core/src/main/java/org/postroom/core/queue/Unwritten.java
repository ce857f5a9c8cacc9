package org.postroom.core.queue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.Executor;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attempts that are over and not written yet: on their way to a worker, or kept because the store
 * did not answer, and written as soon as it does, each once. What a far side has taken must not be
 * sent again for want of a row, or of a thread. While the store does not answer, nothing is leased;
 * each keeps its place among the attempts that are under way, so they are no more than these. One
 * that alone cannot be written, by a store that answers, holds back nobody else: whether it does is
 * asked with a unit of work that writes nothing.
 */
final class Unwritten {
  private static final Logger LOG = LoggerFactory.getLogger(Unwritten.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** One of them, and what is to follow when it is written. */
  record Entry(QueuedMail mail, Attempts.Made made, Runnable written) {}

  private final Timers timers;
  private final Executor workers;
  private final Runnable question;
  private final Runnable answering;
  private final Deque<Entry> waiting = new ArrayDeque<>();

  /** Those that no worker has begun to write. */
  private final Set<Entry> told = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Held by who writes what was kept, one at a time; taken before this object's monitor. */
  private final Object writing = new Object();

  /** Whether the last write failed because the store did not answer, or had no room at all. */
  private boolean silent;

  private boolean scheduled;
  private boolean closed;

  /**
   * None yet.
   *
   * @param workers where they are written
   * @param question has the store do something, durably, that it can always do; throws when it does
   *     not answer
   * @param answering called when the store answers again, after this has come to know it
   */
  Unwritten(Timers timers, Executor workers, Runnable question, Runnable answering) {
    this.timers = timers;
    this.workers = workers;
    this.question = question;
    this.answering = answering;
  }

  /** Whether the store took nothing when it was last written to: then nothing new is to begin. */
  synchronized boolean isStoreSilent() {
    return silent;
  }

  private synchronized boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Takes one in that a worker is to {@linkplain #write write}, if there is one before the end. */
  synchronized void take(Entry entry) {
    told.add(entry);
  }

  /** Writes one that was taken in, or keeps it for later. On a worker. */
  void write(Entry entry) {
    boolean now;
    synchronized (this) {
      if (!told.remove(entry)) {
        return; // the end was quicker
      }
      now = !silent;
      if (!now) {
        waiting.add(entry);
      }
    }
    if (now && tryToWrite(entry)) {
      entry.written().run();
      return;
    }
    if (now) {
      synchronized (this) {
        waiting.add(entry);
      }
    }
    schedule();
  }

  private boolean tryToWrite(Entry entry) {
    try {
      entry.made().settle();
    } catch (StorageFull e) {
      LOG.warn("{}: the outcome is kept until there is room: {}", entry.mail().id(), cause(e));
      heard(false);
      return false;
    } catch (StorageUnavailable e) {
      boolean answers = answers();
      LOG.warn(
          "{}: the outcome is kept until the store {}: {}",
          entry.mail().id(),
          answers ? "takes it" : "answers",
          cause(e));
      heard(answers);
      return false;
    } catch (RuntimeException e) {
      LOG.error("{}: the outcome could not be written and is kept", entry.mail().id(), e);
      heard(true);
      return false;
    }
    heard(true);
    return true;
  }

  private boolean answers() {
    try {
      question.run();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Outside the monitor: whoever is told looks here. */
  private void heard(boolean answer) {
    boolean again;
    synchronized (this) {
      again = answer && silent;
      silent = !answer;
    }
    if (again) {
      answering.run();
    }
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
      if (!writeFirst() && isStoreSilent()) {
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
    if (written) {
      first.written().run(); // when it is not kept any more: whoever hears of it looks here
    }
    return written;
  }

  private synchronized int size() {
    return waiting.size();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /**
   * Writes what it can, once; whatever is left after the last call is sent again after a start. May
   * be called again when more has come in.
   */
  void close() {
    synchronized (this) {
      closed = true;
      waiting.addAll(told);
      told.clear();
    }
    for (int left = size(); left > 0; left--) {
      if (!writeFirst() && isStoreSilent()) {
        break;
      }
    }
    if (!isEmpty()) {
      LOG.error("queue: {} attempts cannot be written, and may be made again", size());
    }
  }
}
