package org.postroom.core.wire;

import java.net.InetSocketAddress;
import java.util.function.Function;

/** A listening socket. */
public interface Listener extends AutoCloseable {

  /**
   * How a client is received, and where.
   *
   * @param sessions makes them, one a connection
   */
  record Terms(ListenerOptions options, Function<Connection, Session> sessions) {}

  /**
   * Where it listens; the port is the real one also when 0 was asked for.
   *
   * @throws IllegalStateException when that is a socket in the file system
   */
  InetSocketAddress address();

  /**
   * How many sessions are open on it now; of strangers, those that have begun to end do not count.
   */
  int sessions();

  /**
   * Receives clients in another way from now on, at the same address. Sessions that have begun go
   * on as they are, and count among those that may be open.
   */
  void become(ListenerOptions options, Function<Connection, Session> sessions);

  /** Stops accepting. Sessions that are open go on. */
  @Override
  void close();
}
