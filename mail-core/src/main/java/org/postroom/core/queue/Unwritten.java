package org.postroom.core.queue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.QueueId;
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
 *
 * <p>Those that are {@linkplain Attempts.RowsOnly rows only} gather while such a unit of work is
 * under way, and are the next one together. When that fails, each is written by itself.
 */
final class Unwritten {
  private static final Logger LOG = LoggerFactory.getLogger(Unwritten.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** So many are one unit of work at most. */
  private static final int TOGETHER = 100;

  /** One of them, and what is to follow when it is written. */
  record Entry(QueuedMail mail, Attempts.Made made, Runnable written) {}

  /** What it needs of the {@link QueueStore}. */
  interface Store {

    /** As {@link QueueStore#settle(List)}. */
    Set<QueueId> settle(List<QueueStore.Ending> endings);
  }

  private final Timers timers;
  private final Executor workers;
  private final Store store;
  private final Runnable answering;
  private final Deque<Entry> waiting = new ArrayDeque<>();

  /** Those that no worker has begun to write, and that are written each by itself. */
  private final Set<Entry> told = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The same of those that are written together. */
  private final Deque<Entry> gathered = new ArrayDeque<>();

  /** Whether a worker is to write what has gathered. */
  private boolean gathering;

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
   * @param store writes several at once; of none it does something, durably, that it can always do,
   *     and throws when it does not answer
   * @param answering called when the store answers again, after this has come to know it
   */
  Unwritten(Timers timers, Executor workers, Store store, Runnable answering) {
    this.timers = timers;
    this.workers = workers;
    this.store = store;
    this.answering = answering;
  }

  /** Whether the store took nothing when it was last written to: then nothing new is to begin. */
  synchronized boolean isStoreSilent() {
    return silent;
  }

  private synchronized boolean isEmpty() {
    return waiting.isEmpty();
  }

  /**
   * Takes one in that is to be written.
   *
   * @param handOn has a worker do something, and says whether there is one
   */
  void take(Entry entry, Predicate<Runnable> handOn) {
    boolean together = entry.made().rowsOnly().isPresent();
    synchronized (this) {
      if (together) {
        gathered.add(entry);
        if (gathering) {
          return;
        }
        gathering = true;
      } else {
        told.add(entry);
      }
    }
    Runnable task = together ? this::writeGathered : () -> write(entry);
    if (!handOn.test(task)) {
      // The workers have ended, the store has not: what was taken is not sent again.
      task.run();
    }
  }

  private void write(Entry entry) {
    synchronized (this) {
      if (!told.remove(entry)) {
        return; // the end was quicker
      }
    }
    writeAlone(entry);
  }

  /** Writes what has gathered, and what gathers meanwhile. */
  private void writeGathered() {
    List<Entry> together = nextGathered();
    while (!together.isEmpty()) {
      if (together.size() == 1 || isStoreSilent() || !tryToWrite(together)) {
        together.forEach(this::writeAlone);
      }
      together = nextGathered();
    }
  }

  private synchronized List<Entry> nextGathered() {
    List<Entry> next = new ArrayList<>();
    while (next.size() < TOGETHER && !gathered.isEmpty()) {
      next.add(gathered.remove());
    }
    gathering = !next.isEmpty();
    return next;
  }

  private boolean tryToWrite(List<Entry> together) {
    List<Attempts.RowsOnly> rows =
        together.stream().flatMap(entry -> entry.made().rowsOnly().stream()).toList();
    Set<QueueId> gone;
    try {
      gone =
          store.settle(
              rows.stream()
                  .map(one -> new QueueStore.Ending(one.settlements(), List.of()))
                  .toList());
    } catch (RuntimeException e) {
      return false; // what is wrong, and with whom, is found by looking at each
    }
    heard(true);
    // A mail's last words come last.
    Map<QueueId, Integer> last = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      last.put(together.get(i).mail().id(), i);
    }
    for (int i = 0; i < rows.size(); i++) {
      QueueId mail = together.get(i).mail().id();
      say(rows.get(i), mail, gone.contains(mail) && Integer.valueOf(i).equals(last.get(mail)));
      together.get(i).written().run();
    }
    return true;
  }

  /** It is written, whatever becomes of the words. */
  private static void say(Attempts.RowsOnly one, QueueId mail, boolean gone) {
    try {
      one.written(gone);
    } catch (RuntimeException e) {
      LOG.error("{}: what an attempt came to is written, and could not be told", mail, e);
    }
  }

  /** Writes one, or keeps it for later. On a worker. */
  private void writeAlone(Entry entry) {
    boolean now = !isStoreSilent();
    if (now && tryToWrite(entry)) {
      entry.written().run();
      return;
    }
    synchronized (this) {
      waiting.add(entry);
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
      Set<QueueId> unused = store.settle(List.of());
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
    writeKept(() -> !isClosed());
    if (!isEmpty()) {
      schedule();
    }
  }

  /** The first says whether the store answers; then those that can go together, then each. */
  private void writeKept(BooleanSupplier goesOn) {
    boolean together = true;
    for (int left = sizeWithAll(); left > 0 && goesOn.getAsBoolean(); left--) {
      if (!writeFirst() && isStoreSilent()) {
        return;
      }
      if (together) {
        together = false;
        writeRowsOnly();
      }
    }
  }

  /** Writes those that are rows only, many at a time, as long as that goes well. */
  private void writeRowsOnly() {
    synchronized (writing) {
      boolean written = true;
      while (written && !isStoreSilent()) {
        List<Entry> many = takeRowsOnly();
        written = false;
        try {
          written = many.size() > 1 && tryToWrite(many);
        } finally {
          if (!written) {
            keep(many);
          }
        }
      }
    }
  }

  private synchronized List<Entry> takeRowsOnly() {
    List<Entry> many = new ArrayList<>();
    for (Iterator<Entry> all = waiting.iterator(); all.hasNext() && many.size() < TOGETHER; ) {
      Entry one = all.next();
      if (one.made().rowsOnly().isPresent()) {
        many.add(one);
        all.remove();
      }
    }
    return many;
  }

  private synchronized void keep(List<Entry> many) {
    waiting.addAll(many);
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

  /** With those that somebody is writing together, if that fails: waits for him. */
  private int sizeWithAll() {
    synchronized (writing) {
      return size();
    }
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
      waiting.addAll(gathered);
      gathered.clear();
    }
    writeKept(() -> true);
    if (!isEmpty()) {
      LOG.error("queue: {} attempts cannot be written, and may be made again", size());
    }
  }
}
