package org.postroom.core.wire;

/**
 * One conversation. The wire calls it in turns on a worker, never two at a time, and holds no
 * thread between turns: an idle session costs memory only. Inside a turn a session may block on the
 * store, but never on its client: it takes what has come, and says no more than the client reads
 * ({@link Connection#whenRead}). Only {@link #opened} and {@link #readyAtOnce} must not block at
 * all. A session on a connection that we made may wait for its server too.
 */
public interface Session {

  /**
   * The connection stands (and TLS, where the listener is implicit): the greeting is due. On the
   * event loop: must wait for nothing, and write no more than a few short lines.
   */
  void opened();

  /**
   * A whole line is buffered (or so many octets without a line end that one must be refused). Reads
   * it with {@link Input#readLine} and does what it says. Called again while lines are buffered.
   */
  void ready();

  /**
   * The same turn on the event loop that has received the input, so that what waits for nothing
   * costs no change of threads: deals with one line (or with the octets that are there), unless
   * that could wait for anything. What it has read by then and cannot deal with, it keeps for
   * {@link #ready}, which is called next, on a worker, unless the session ends before. It may write
   * no more than a few lines, or some 64 KB at most.
   *
   * @return whether it has dealt with it
   */
  default boolean readyAtOnce() {
    return false;
  }

  /** The deadline passed between turns. Says goodbye; the connection is closed afterwards. */
  void timedOut();

  /**
   * There are more strangers than there is room for, and this one has been idle. Says goodbye; the
   * connection is closed afterwards.
   */
  default void crowdedOut() {
    shuttingDown();
  }

  /** The server stops. Says goodbye; the connection is closed afterwards. */
  void shuttingDown();

  /** The connection is gone, for whatever reason: the last call, exactly once. Must not write. */
  void closed();
}
