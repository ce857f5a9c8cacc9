package org.postroom.storage.sql;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.life.Lifeline;
import org.postroom.core.machine.Uninterrupted;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.storage.blob.DataFolderInUse;
import org.postroom.storage.blob.DiskFull;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one owner of a store's failure. Whoever meets a fault that connections alone cannot mend
 * (readers, the committer, the data folder) says so here, and from then on nobody gets a connection
 * until everything below has been closed and opened again: once, by the committer. A store that
 * cannot be opened again, or was too often, is dead, and the {@link Lifeline} hears of it.
 *
 * <p>The table of the states is in {@code docs/storage.md}. Thread-safe; nothing here waits for
 * anything but {@link #awaitOpen}.
 */
final class StoreHealth {
  private static final Logger LOG = LoggerFactory.getLogger(StoreHealth.class);
  private static final int DEEPEST = 20;

  /** How a store is. */
  enum State {
    /** One instance is being opened; the only one who gets a connection is who opens it. */
    OPENING,
    /** One instance works, and whoever asks is served. */
    OPEN,
    /** It has failed: nothing more is written to it, and nobody gets a connection. */
    BROKEN,
    /** It is not opened again. */
    DEAD,
    /** Its owner has closed it. */
    CLOSED
  }

  /**
   * How often a store may be opened again.
   *
   * @param most times
   * @param within this time
   * @param pause after an opening that failed
   */
  record Reopenings(int most, Duration within, Duration pause) {
    static final Reopenings DEFAULT =
        new Reopenings(3, Duration.ofMinutes(5), Duration.ofSeconds(1));
  }

  private final String name;
  private final Lifeline lifeline;
  private final Reopenings limits;
  private final LongSupplier nanos;
  private final Deque<Long> tries = new ArrayDeque<>();
  private State state = State.OPENING;
  private long opening;
  private long notBefore;
  private boolean counted; // whether the last opening is one of the tries
  private @Nullable Throwable cause;

  /**
   * For a store that is about to be opened for the first time.
   *
   * @param nanos a clock that never jumps, as {@link System#nanoTime}
   */
  StoreHealth(String name, Lifeline lifeline, Reopenings limits, LongSupplier nanos) {
    this.name = name;
    this.lifeline = lifeline;
    this.limits = limits;
    this.nanos = nanos;
    this.notBefore = nanos.getAsLong();
  }

  synchronized State state() {
    return state;
  }

  /** The number of the instance that is open, or being opened: faults are told of one of them. */
  synchronized long opening() {
    return opening;
  }

  /** The instance is complete, and for everybody. */
  synchronized void opened() {
    if (state != State.OPENING) {
      throw unavailable();
    }
    state = State.OPEN;
    notifyAll();
    if (opening > 0) {
      LOG.info("{} is open again", name);
    }
  }

  /**
   * The instance with the number {@code opening} has failed. Without effect when that is known, or
   * was another instance.
   */
  void broken(long opening, Throwable fault) {
    boolean mortal = isMortal(fault);
    synchronized (this) {
      if (opening != this.opening || state != State.OPEN && state != State.OPENING) {
        return;
      }
      cause = fault;
      state = State.BROKEN;
    }
    LOG.warn("{} has failed", name, fault);
    if (mortal) {
      die(fault);
    }
  }

  /**
   * Begins to open a broken store again: the caller is the only one who does.
   *
   * @throws StorageUnavailable when it is not to be opened, or not yet
   */
  void reopening() {
    @Nullable Throwable deadly = null;
    synchronized (this) {
      long now = nanos.getAsLong();
      if (state != State.BROKEN || now - notBefore < 0) {
        throw unavailable();
      }
      while (!tries.isEmpty() && now - tries.getFirst() > limits.within().toNanos()) {
        tries.removeFirst();
      }
      counted = !passes(cause);
      if (!counted || tries.size() < limits.most()) {
        if (counted) {
          tries.addLast(now);
        }
        opening++;
        state = State.OPENING;
      } else {
        deadly = cause;
      }
    }
    if (deadly != null) {
      die(deadly);
      throw unavailable();
    }
  }

  /**
   * Opening it again has failed. It is tried once more, unless what is wrong stays wrong.
   *
   * @param lasting whether nothing can mend this but a person
   */
  void notReopened(Throwable fault, boolean lasting) {
    synchronized (this) {
      if (state != State.OPENING && state != State.BROKEN) {
        return;
      }
      state = State.BROKEN;
      cause = fault;
      notBefore = nanos.getAsLong() + limits.pause().toNanos();
      if (counted && passes(fault)) {
        tries.pollLast();
        counted = false;
      }
    }
    LOG.warn("{} could not be opened again", name, fault);
    if (lasting || isMortal(fault)) {
      die(fault);
    }
  }

  /** It cannot be opened again at all. */
  void die(Throwable fault) {
    synchronized (this) {
      if (state == State.DEAD || state == State.CLOSED) {
        return;
      }
      state = State.DEAD;
      cause = fault;
      notifyAll();
    }
    lifeline.died("the store", fault);
  }

  synchronized void closed() {
    state = State.CLOSED;
    notifyAll();
  }

  /**
   * Waits until the store is open.
   *
   * @throws StorageUnavailable when it is dead or closed, or not open in time
   */
  synchronized void awaitOpen(Duration patience) {
    long end = nanos.getAsLong() + patience.toNanos();
    Uninterrupted.await(() -> awaitOpen(end));
    requireOpen();
  }

  private synchronized void awaitOpen(long end) throws InterruptedException {
    while (state == State.BROKEN || state == State.OPENING) {
      long millis = (end - nanos.getAsLong()) / 1_000_000;
      if (millis <= 0) {
        throw unavailable();
      }
      wait(millis);
    }
  }

  /**
   * Refuses to go on with a store that is not open.
   *
   * @throws StorageUnavailable then
   */
  synchronized void requireOpen() {
    if (state != State.OPEN) {
      throw unavailable();
    }
  }

  private synchronized StorageUnavailable unavailable() {
    String how =
        switch (state) {
          case OPENING, BROKEN -> " has failed and is not open yet";
          case DEAD -> " has failed for good";
          case CLOSED -> " is closed";
          case OPEN -> " is open";
        };
    Throwable known = cause;
    return known == null || state == State.CLOSED
        ? new StorageUnavailable(name + how)
        : new StorageUnavailable(name + how, known);
  }

  /**
   * Whether it may pass by itself, however long that takes: a full disk, a folder in use, a
   * database that is away.
   */
  private static boolean passes(@Nullable Throwable fault) {
    Throwable at = fault;
    for (int depth = 0; at != null && depth < DEEPEST; depth++) {
      if (at instanceof StorageFull
          || at instanceof DiskFull
          || at instanceof DataFolderInUse
          || at instanceof DatabaseAway) {
        return true;
      }
      at = at.getCause();
    }
    return false;
  }

  /**
   * The first {@link Error} among a fault and its causes: what H2 meets it hands on in an exception
   * of its own.
   */
  static @Nullable Error errorIn(Throwable fault) {
    Throwable at = fault;
    for (int depth = 0; at != null && depth < DEEPEST; depth++) {
      if (at instanceof Error error) {
        return error;
      }
      at = at.getCause();
    }
    return null;
  }

  /**
   * Whether a process that has met this must not go on. Too little memory or too deep a stack leave
   * behind what they interrupted, and all of that is thrown away by opening again; a class that
   * could not be loaded stays broken, and a fault of the machine is anywhere.
   */
  private static boolean isMortal(Throwable fault) {
    Error error = errorIn(fault);
    return error != null
        && !(error instanceof OutOfMemoryError
            || error instanceof StackOverflowError
            || error instanceof AssertionError);
  }
}
