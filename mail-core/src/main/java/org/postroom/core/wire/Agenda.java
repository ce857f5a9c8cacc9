package org.postroom.core.wire;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a session is asked to do and what it waits for, and whether it is at work. All of it under
 * the connection's lock; what follows from it is {@link NextTurn}'s.
 */
final class Agenda {

  /** What comes next. */
  enum Turn {
    NONE,
    OPEN,
    REST,
    TASK,
    READY,
    TIMED_OUT,
    CROWDED_OUT,
    SHUT_DOWN,
    END;

    /** Whether the client is told of its end and may be saying something at the moment. */
    boolean isOurWish() {
      return this == TIMED_OUT || this == CROWDED_OUT || this == SHUT_DOWN;
    }
  }

  private int lineLimit;

  /** Whether a thread has the session. */
  private boolean running;

  /**
   * The event loop has begun a turn (it may have read the line) that a worker has to end. The
   * worker's, and under the lock while none runs.
   */
  private boolean begun;

  private boolean opening = true;
  private boolean suspended;
  private boolean crowdedOut;
  private boolean stopping;
  private boolean patienceEnded;
  private @Nullable ArrayDeque<Runnable> tasks;
  private @Nullable Runnable rest;

  Agenda(int lineLimit) {
    this.lineLimit = lineLimit;
  }

  /** A thread takes the session, or leaves it. */
  void runs(boolean now) {
    running = now;
  }

  boolean isRunning() {
    return running;
  }

  /** Whether the next turn is the rest of one. */
  void begun(boolean now) {
    begun = now;
  }

  boolean hasBegun() {
    return begun;
  }

  /** Nobody waits for it and it waits for nobody: others may have its place. */
  boolean isAtRest() {
    return !running && !suspended;
  }

  boolean isOpening() {
    return opening;
  }

  boolean hasTask() {
    return tasks != null && !tasks.isEmpty();
  }

  boolean isStoppingNow() {
    return patienceEnded;
  }

  int lineLimit() {
    return lineLimit;
  }

  /** Waits for lines of so many octets, or for {@link NettyInput#ANY_OCTET}. */
  void lineLimit(int octets) {
    lineLimit = octets;
  }

  void rest(Runnable more) {
    rest = more;
  }

  /** Whether an answer has been begun whose rest waits for the peer. */
  boolean hasRest() {
    return rest != null;
  }

  void suspend() {
    suspended = true;
  }

  boolean isSuspended() {
    return suspended;
  }

  /** Goes on with {@code task}; false when it was not suspended. */
  boolean resume(Runnable task) {
    boolean was = suspended;
    if (was) {
      suspended = false;
      tasks().addFirst(task);
    }
    return was;
  }

  void add(Runnable task) {
    tasks().addLast(task);
  }

  private ArrayDeque<Runnable> tasks() {
    if (tasks == null) {
      tasks = new ArrayDeque<>(4);
    }
    return tasks;
  }

  /** Has to go, because others need the room. */
  void crowdOut() {
    crowdedOut = true;
  }

  boolean isCrowdedOut() {
    return crowdedOut;
  }

  /** The server stops: once what is under way has come to its end. */
  void stop() {
    stopping = true;
  }

  boolean isStopping() {
    return stopping;
  }

  /** The server stops: whatever is under way. */
  void stopNow() {
    patienceEnded = true;
  }

  /** {@code turn} begins; what it has to run, if that is not the session's. */
  @Nullable Runnable take(Turn turn) {
    Runnable task = null;
    if (turn == Turn.OPEN) {
      opening = false;
    } else if (turn == Turn.TASK && tasks != null) {
      task = tasks.remove();
    } else if (turn == Turn.REST) {
      task = rest;
      rest = null;
    }
    return task;
  }

  /** Nothing more will be done. */
  void clear() {
    tasks = null;
    rest = null;
  }
}
