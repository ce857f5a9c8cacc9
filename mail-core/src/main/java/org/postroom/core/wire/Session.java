package org.postroom.core.wire;

/**
 * One client's conversation. The wire calls it in turns on a worker, never two at a time, and holds
 * no thread between turns: an idle session costs memory only. Inside a turn a session may block: on
 * the store, on {@link Input} (a literal, the content of a mail) and on {@link Output}.
 */
public interface Session {

  /** The connection stands (and TLS, where the listener is implicit): the greeting is due. */
  void opened();

  /**
   * A whole line is buffered (or so many octets without a line end that one must be refused). Reads
   * it with {@link Input#readLine} and does what it says. Called again while lines are buffered.
   */
  void ready();

  /** The deadline passed between turns. Says goodbye; the connection is closed afterwards. */
  void timedOut();

  /** The server stops. Says goodbye; the connection is closed afterwards. */
  void shuttingDown();

  /** The connection is gone, for whatever reason: the last call, exactly once. Must not write. */
  void closed();
}
