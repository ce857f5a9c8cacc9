package org.postroom.dist.remote;

import java.io.IOException;
import java.io.InputStream;

/**
 * A connection to a server elsewhere, as a conversation uses it that waits for each answer. By one
 * thread; {@link #close} by any.
 */
public interface RemoteLine extends AutoCloseable {

  /** What the server says, from now on; the same until {@link #startTls}. */
  InputStream in();

  /** Says a line; its end is added. */
  void send(String line) throws IOException;

  /** Whether nobody else can read what is said. */
  boolean isSecure();

  /**
   * Shakes hands, and goes on under TLS.
   *
   * @throws IOException when there is no agreement, or the server has said something before
   */
  void startTls() throws IOException;

  @Override
  void close();
}
