package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postroom.core.life.Lifeline;
import org.postroom.core.machine.Uninterrupted;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of a store. Callers hand in units of work and wait; the committer takes all that
 * are waiting, runs them in one transaction, syncs once, shows the new states and lets the callers
 * go on. While it syncs, the next batch gathers: there is no artificial delay for whoever has a
 * client that waits. What nobody waits for is patient: it is done with the next unit that somebody
 * waits for, or alone after a moment ({@link Origin#patience}).
 *
 * <p>A unit that throws is undone alone. When the transaction itself fails, its units are run again
 * one by one, so that only those hear of it that cannot be done.
 *
 * <p>Its thread is one of what must not die: whatever it ends by before the store is closed is told
 * to the {@link Lifeline}, and whoever waits hears {@link StorageUnavailable}.
 */
final class Committer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
  private static final int MOST_UNITS = 1000;
  private static final long MOST_OCTETS = 8L * 1024 * 1024;
  private static final int WAITING = 4096;
  private static final long PATIENCE_SECONDS = 30;
  private static final long FOR_EVER_SECONDS = TimeUnit.DAYS.toSeconds(1000);

  private final Database database;
  private final Catalog catalog;
  private final BlobStore blobs;
  private final Ids ids;
  private final Renewal renewal;
  private final BlockingQueue<Task<?>> waiting = new ArrayBlockingQueue<>(WAITING);
  private final Thread thread;

  /** Made in time: when it is needed there may be no memory left. */
  private final StorageUnavailable end = new StorageUnavailable("the store is closed");

  private volatile boolean closing;

  /** Set before what still waits is turned away for the last time. */
  private volatile boolean ended;

  private @Nullable Statements last;

  // Taken from the queue, but over the limit of the batch before it.
  private @Nullable Task<?> left;

  /** Taken from the queue, and waits for company until {@link #aloneAt} at the latest. */
  private final List<Task<?>> patient = new ArrayList<>(MOST_UNITS);

  private final long patienceNanos;
  private long aloneAt;

  /** What stands in memory for rows, and is read anew when it may have missed some. */
  interface Renewal {
    /**
     * A transaction may have been kept or not: what can be read when it is asked for is dropped.
     */
    default void forget() {}

    void read(Statements statements) throws SQLException;

    /** It was read: tells those who go by it. */
    default void announce() {}
  }

  Committer(
      Database database, Catalog catalog, BlobStore blobs, Renewal renewal, Lifeline lifeline) {
    this.database = database;
    this.renewal = renewal;
    this.catalog = catalog;
    this.blobs = blobs;
    this.ids = new Ids();
    this.patienceNanos = database.patience().toNanos();
    thread =
        new Thread(
            lifeline.guarding("the committer", () -> closing, this::work), "postroom-committer");
    thread.setDaemon(true);
  }

  /** Begins to work, when the store is open for everybody; what was handed in before waits. */
  void start() {
    thread.start();
  }

  /** Has the unit done, and returns its result when it is durable. */
  <T> T run(Unit<T> unit) {
    return run(0, unit);
  }

  /**
   * The same for a unit that writes bodies.
   *
   * @param octets about how many
   */
  <T> T run(long octets, Unit<T> unit) {
    return handIn(new Task<>(unit, octets, false));
  }

  /**
   * The same for a unit that no client waits for: it may come a moment later, and costs no sync of
   * its own where others come meanwhile.
   */
  <T> T runPatiently(Unit<T> unit) {
    return handIn(new Task<>(unit, 0, patienceNanos > 0));
  }

  private <T> T handIn(Task<T> task) {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("a unit of work waits for another");
    }
    enqueue(task, PATIENCE_SECONDS);
    return task.await();
  }

  /** Returns when it has got to this, however long that takes; nothing is written. */
  void pulse() {
    Task<Boolean> task = Task.nothing();
    enqueue(task, FOR_EVER_SECONDS);
    boolean unused = task.await();
  }

  private void enqueue(Task<?> task, long patienceSeconds) {
    if (closing) {
      throw new StorageUnavailable("the store is closed");
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceSeconds);
    if (!Uninterrupted.awaited(
        () -> waiting.offer(task, end - System.nanoTime(), TimeUnit.NANOSECONDS))) {
      throw new StorageUnavailable(
          "the store did not get to this within " + patienceSeconds + " s");
    }
    if (ended && waiting.remove(task)) {
      throw new StorageUnavailable("the store is closed");
    }
  }

  private void work() {
    List<Task<?>> batch = new ArrayList<>(MOST_UNITS + 1);
    try {
      while (take(batch)) {
        try {
          execute(batch);
        } catch (RuntimeException | Error e) {
          LOG.error("the committer met a fault of its own; the batch was given up", e);
          database.met(e);
          StorageUnavailable fault = new PerhapsKept("the store could not do this", e);
          batch.forEach(task -> task.fail(fault));
        }
        batch.clear();
      }
    } finally {
      ended = true;
      for (Task<?> task : batch) {
        task.fail(end);
      }
      for (Task<?> task : patient) {
        task.fail(end);
      }
      Task<?> late = left;
      while (late != null) {
        late.fail(end);
        late = waiting.poll();
      }
    }
  }

  /** Fills {@code batch} with what waits; false when the store is closed and nothing waits. */
  private boolean take(List<Task<?>> batch) {
    Task<?> task = left;
    left = null;
    boolean enough = false;
    while (task == null && !enough) {
      boolean last = closing;
      Task<?> next = next(last);
      if (next == null && patient.isEmpty()) {
        if (last) {
          return false;
        }
        database.rest();
      } else if (next != null && next.patient) {
        aloneAt = patient.isEmpty() ? System.nanoTime() + patienceNanos : aloneAt;
        patient.add(next);
      } else {
        task = next;
      }
      enough = last || isFull(patient) || !patient.isEmpty() && nanosOfPatience() <= 0;
    }
    // From here on it is in a list, whatever ends this: who is in none would wait for ever.
    left = task;
    for (Task<?> one : patient) {
      batch.add(one);
    }
    patient.clear();
    long octets = 0;
    while (left != null && (batch.isEmpty() || octets + left.octets <= MOST_OCTETS)) {
      octets += left.octets;
      batch.add(left);
      left = isFull(batch) ? null : waiting.poll();
    }
    return true;
  }

  private static boolean isFull(List<Task<?>> batch) {
    return batch.size() >= MOST_UNITS;
  }

  /** What was handed in next; null when nothing was for a while. */
  private @Nullable Task<?> next(boolean last) {
    long nanos = patient.isEmpty() ? TimeUnit.SECONDS.toNanos(1) : nanosOfPatience();
    try {
      return waiting.poll(last ? 0 : nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      LOG.debug("the committer was interrupted, which nobody has a reason for; it goes on");
      return null;
    }
  }

  private long nanosOfPatience() {
    return aloneAt - System.nanoTime();
  }

  private void execute(List<Task<?>> tasks) {
    List<Task<?>> alone = attempt(tasks);
    for (Task<?> task : alone) {
      attempt(List.of(task));
    }
  }

  /** Runs tasks in one transaction; returns those that have to be tried again one by one. */
  private List<Task<?>> attempt(List<Task<?>> tasks) {
    List<Task<?>> done = new ArrayList<>(tasks.size());
    Batch batch;
    boolean committed = false;
    try {
      Statements statements = database.writer();
      if (statements != last) {
        ids.forget(); // the connection before may have taken with it what was not durable
        if (last != null) {
          renewal.forget();
          renewal.read(statements);
          runQuietly(renewal::announce);
        }
        last = statements;
      }
      batch = new Batch(statements, catalog, blobs, ids);
      long octets = 0;
      for (Task<?> task : tasks) {
        octets += task.octets;
      }
      boolean room = octets == 0 || database.hasRoomFor(octets);
      for (Task<?> task : tasks) {
        if (task.octets > 0 && !room) {
          task.fail(new StorageFull("too little room is left on the disk of " + database));
        } else if (task.run(batch)) {
          batch.keepUnit();
          done.add(task);
        } else {
          batch.forgetUnit();
        }
      }
      batch.write();
      blobs.completed();
      if (batch.isDurable()) {
        blobs.sync();
      }
      committed = true; // from here on it may be there, whatever goes wrong
      database.commit(statements, batch.isDurable());
    } catch (SQLException | RuntimeException | Error thrown) {
      // An Error, too, must not leave half a batch to be committed with the next one.
      Exception e =
          thrown instanceof Exception known
              ? known
              : new StorageUnavailable("the store could not do this", thrown);
      ids.forget();
      blobs.abandoned();
      database.rollback(thrown);
      renewal.forget();
      if (e instanceof PlaceLost) { // nothing of it is there, now or later
        RuntimeException fault = database.translated(e);
        tasks.forEach(task -> task.fail(fault));
        return List.of();
      }
      if (committed) {
        // Done again, it would be there twice. Nobody hears of success, and what is there is read
        // anew.
        RuntimeException unknown =
            new PerhapsKept("it is not known whether " + database + " kept this", e);
        tasks.forEach(task -> task.fail(unknown));
        return List.of();
      }
      if (tasks.size() > 1) {
        return tasks.stream().filter(task -> !task.ended()).toList();
      }
      tasks.get(0).fail(database.translated(e));
      return List.of();
    }
    show(batch);
    done.forEach(Task::succeed);
    return List.of();
  }

  /**
   * Shows what is durable now. Nothing that goes wrong with it may take the success from those who
   * wait; what memory has wrong then is read anew.
   */
  private void show(Batch batch) {
    try {
      batch.publish();
      // Before callers go on, so that one finds forgotten what its own change has made untrue.
      for (Runnable task : batch.afterwards()) {
        runQuietly(task);
      }
    } catch (RuntimeException | Error e) {
      database.rollback(e);
      renewal.forget();
    }
  }

  /** A listener's fault is its own, but not when the machine is at its end. */
  private void runQuietly(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("a listener of the store failed", e);
      if (e instanceof VirtualMachineError) {
        database.met(e);
      }
    }
  }

  /** Does what was handed in before, and ends. */
  @Override
  public void close() {
    closing = true;
    if (Thread.currentThread() == thread) {
      return; // whoever heard here that the store has died; the thread ends by itself
    }
    waiting.offer(Task.nothing()); // wakes it when it waits; a full queue needs no waking
    Uninterrupted.await(thread::join);
  }

  /** A unit of work that somebody waits for. */
  private static final class Task<T> {
    private final Unit<T> unit;
    private final long octets;
    private final boolean patient;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable T result;
    private @Nullable RuntimeException fault;

    Task(Unit<T> unit, long octets, boolean patient) {
      this.unit = unit;
      this.octets = octets;
      this.patient = patient;
    }

    static Task<Boolean> nothing() {
      return new Task<>(batch -> Boolean.TRUE, 0, false);
    }

    /** Whether it went well; a fault of the database is thrown, the unit's own are kept. */
    boolean run(Batch batch) throws SQLException {
      try {
        result = unit.run(batch);
        return true;
      } catch (RuntimeException e) {
        fail(e);
        return false;
      }
    }

    boolean ended() {
      return ended.getCount() == 0;
    }

    void succeed() {
      ended.countDown();
    }

    void fail(RuntimeException e) {
      if (!ended()) {
        fault = e;
        ended.countDown();
      }
    }

    @SuppressWarnings("NullAway") // a unit's result may be null when its type says so
    T await() {
      Uninterrupted.await(ended::await);
      if (fault != null) {
        throw fault;
      }
      return result;
    }
  }
}
