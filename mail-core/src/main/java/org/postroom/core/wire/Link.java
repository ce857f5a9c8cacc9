package org.postroom.core.wire;

import java.util.Queue;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection still stands, and in which directions; and where a turn of a connection that
 * we made waits for news of it. All of it under the connection's lock.
 */
final class Link {
  private final NearEnd end;
  private final Patience patience;
  private final Condition news;

  /** Whether a turn may wait for its peer: we have made the connection, and not a client. */
  private final boolean mayWait;

  private boolean inputEnded;
  private boolean down;
  private boolean closeAsked;
  private boolean finished;
  private boolean waiting;
  private @Nullable Throwable cause;

  Link(NearEnd end, Patience patience, boolean mayWait) {
    this.end = end;
    this.patience = patience;
    this.news = end.theLock().newCondition();
    this.mayWait = mayWait;
  }

  boolean mayWait() {
    return mayWait;
  }

  /** The peer will send nothing more; it may still read. */
  void inputEnded(@Nullable Throwable problem) {
    inputEnded = true;
    if (problem != null && cause == null) {
      cause = problem;
    }
    changed();
  }

  /** Nothing can be sent any more either. */
  void down(@Nullable Throwable problem) {
    down = true;
    inputEnded(problem);
  }

  /** Nothing more is to be done than to say what was written. */
  void closeAsked() {
    closeAsked = true;
    changed();
  }

  /** The session has had its last turn. */
  void finished() {
    finished = true;
  }

  boolean isInputEnded() {
    return inputEnded;
  }

  boolean isFinished() {
    return finished;
  }

  /** Whether the session's next turn is its last. */
  boolean isEnding() {
    return down || closeAsked;
  }

  /**
   * Whether it is lost, and what the other side has said before that is to be heard: it was asked,
   * and may have gone as soon as it had answered. Who asks us hears no answer any more.
   */
  boolean mayStillBeHeard() {
    return down && mayWait && !closeAsked;
  }

  boolean isOver() {
    return finished || isEnding();
  }

  boolean isWaiting() {
    return waiting;
  }

  /** Something has changed for which a turn may wait. */
  void changed() {
    if (waiting) {
      news.signalAll();
    }
  }

  /** Waits until {@code queue} holds something. */
  void awaitInput(Queue<?> queue) {
    while (queue.isEmpty()) {
      if (inputEnded) {
        throw new ConnectionLost(end.remote() + " ended the connection");
      }
      await();
    }
  }

  /** Waits for a change; throws when waiting has become useless. */
  @SuppressWarnings("WaitNotInLoop") // all callers are the loops
  void await() {
    if (end.channel().eventLoop().inEventLoop()) {
      // It would wait for itself.
      throw new IllegalStateException("Session " + end.id() + " waits on the event loop");
    }
    if (!mayWait) {
      // A client that sends or reads slowly would hold a worker.
      throw new IllegalStateException("Session " + end.id() + " waits for its client");
    }
    if (isEnding()) {
      throw lost();
    }
    if (patience.isExpired()) {
      throw new DeadlineExceeded(end.remote() + " did not get on in time");
    }
    patience.armIfIdle();
    waiting = true;
    try {
      news.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConnectionLost("Interrupted while waiting for " + end.remote(), e);
    } finally {
      waiting = false;
    }
  }

  /** Throws when it does not stand any more; takes the lock itself. */
  void checkOpen() {
    if (!end.channel().isActive()) {
      end.lock();
      try {
        throw lost();
      } finally {
        end.unlock();
      }
    }
  }

  ConnectionLost lost() {
    String message =
        closeAsked ? "Closed: " + end.remote() : "Connection to " + end.remote() + " lost";
    return cause == null ? new ConnectionLost(message) : new ConnectionLost(message, cause);
  }

  TlsFailed noTls() {
    String message = "TLS handshake with " + end.remote() + " failed";
    return new TlsFailed(message, cause == null ? lost() : cause);
  }
}
