package org.postroom.core.wire;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a session is to do next: what has been asked of it and what it waits for. All of it under
 * the connection's lock.
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

  private final NettyConnection connection;
  private int lineLimit;
  private boolean opening = true;
  private boolean suspended;
  private boolean crowdedOut;
  private boolean stopping;
  private boolean patienceEnded;
  private @Nullable ArrayDeque<Runnable> tasks;
  private @Nullable Runnable rest;

  Agenda(NettyConnection connection, int lineLimit) {
    this.connection = connection;
    this.lineLimit = lineLimit;
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

  /** While no turn runs. */
  Turn next() {
    Link link = connection.link;
    if (link.isEnding()) {
      return Turn.END;
    }
    boolean expired = connection.patience.isExpired();
    if (connection.handshake.isGoingOn()) {
      return expired || crowdedOut || stopping || link.isInputEnded() ? Turn.END : Turn.NONE;
    }
    if (opening) {
      return stopping || crowdedOut ? Turn.END : Turn.OPEN;
    }
    if (rest != null) {
      // In the middle of an answer nothing else can be said.
      boolean over = expired || crowdedOut || patienceEnded;
      return over ? Turn.END : connection.unsent.isRead() ? Turn.REST : Turn.NONE;
    }
    if (stopping && (patienceEnded || lineLimit != NettyInput.ANY_OCTET)) {
      return Turn.SHUT_DOWN; // content that is under way comes to its end first
    }
    if (crowdedOut) {
      return Turn.CROWDED_OUT;
    }
    if (suspended || connection.patience.isHeld()) {
      return Turn.NONE;
    }
    if (expired) {
      return Turn.TIMED_OUT;
    }
    return connection.turns.hasBegun() ? Turn.READY : nextOfClient();
  }

  private Turn nextOfClient() {
    boolean task = tasks != null && !tasks.isEmpty();
    if (!task && !connection.input.lineReady(lineLimit)) {
      return connection.link.isInputEnded() ? Turn.END : Turn.NONE;
    }
    if (!connection.link.mayWait() && !connection.unsent.isRead()) {
      return Turn.NONE; // whoever does not read is told nothing more
    }
    return task ? Turn.TASK : Turn.READY;
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
