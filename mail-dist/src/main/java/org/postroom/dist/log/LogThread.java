package org.postroom.dist.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.machine.Uninterrupted;

/**
 * The one thread that writes a log. A mail has five lines, and to write each and to wake a thread
 * for it costs more than to make it: what comes at a time of quiet is written at once, and what
 * comes within a moment behind that is written together. Who has a line when too many wait, waits.
 *
 * @param <E> a line, or what is made into one
 */
final class LogThread<E> implements AutoCloseable {
  private static final int MOST = 4096;

  private final Thread thread;
  private final Consumer<List<E>> writing;
  private final Duration moment;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition come = lock.newCondition();
  private final Condition gone = lock.newCondition();

  // Guarded by the lock.
  private List<E> waiting = new ArrayList<>();
  private long added;
  private long written;
  private boolean idle;
  private boolean hurried;
  private boolean ending;

  /**
   * Not begun yet.
   *
   * @param writing writes these, in their order; what it throws is the end of the thread
   * @param moment what comes within that is written together, unless all room is taken before
   * @param patience how long whoever ends waits for what is not written yet
   */
  LogThread(String name, Consumer<List<E>> writing, Duration moment, Duration patience) {
    this.writing = writing;
    this.moment = moment;
    this.patience = patience;
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Puts one behind those that wait. */
  void add(E one) {
    lock.lock();
    try {
      while (waiting.size() >= MOST && !ending) {
        gone.awaitUninterruptibly();
      }
      waiting.add(one);
      added++;
      if (idle || waiting.size() == MOST) {
        idle = false;
        come.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns when what was put in before is written, or when the patience is over. */
  void settle() {
    long end = System.nanoTime() + patience.toNanos();
    lock.lock();
    try {
      long whole = added;
      hurried = true;
      come.signal();
      Uninterrupted.await(() -> awaitWritten(whole, end));
    } finally {
      lock.unlock();
    }
  }

  private void awaitWritten(long whole, long end) throws InterruptedException {
    long left = end - System.nanoTime();
    while (written < whole && left > 0) {
      left = gone.awaitNanos(left);
    }
  }

  /** Writes what waits, and waits for that as long as the patience says. */
  @Override
  public void close() {
    lock.lock();
    try {
      ending = true;
      come.signal();
      gone.signalAll();
    } finally {
      lock.unlock();
    }
    Uninterrupted.await(() -> thread.join(patience.toMillis()));
  }

  private void run() {
    for (List<E> some = next(0); some != null; some = next(some.size())) {
      writing.accept(some);
    }
  }

  /** What is to be written next; null: nothing more. */
  private @Nullable List<E> next(int before) {
    lock.lock();
    try {
      written += before;
      gone.signalAll();
      if (before > 0) {
        letSomeCome();
      }
      hurried = false;
      while (waiting.isEmpty() && !ending) {
        idle = true;
        come.awaitUninterruptibly();
      }
      idle = false;
      List<E> some = waiting;
      waiting = new ArrayList<>(some.size());
      gone.signalAll(); // for those there was no room for
      return some.isEmpty() ? null : some;
    } finally {
      lock.unlock();
    }
  }

  private void letSomeCome() {
    try {
      long left = moment.toNanos();
      while (left > 0 && !hurried && !ending && waiting.size() < MOST) {
        left = come.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody has a reason to, and it would close the file that is written to.
    }
  }
}
