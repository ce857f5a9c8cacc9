package org.postroom.core.wire;

import java.net.InetSocketAddress;

/** A listening socket. */
public interface Listener extends AutoCloseable {

  /** Where it listens; the port is the real one also when 0 was asked for. */
  InetSocketAddress address();

  /**
   * How many sessions are open on it now; of strangers, those that have begun to end do not count.
   */
  int sessions();

  /** Stops accepting. Sessions that are open go on. */
  @Override
  void close();
}
