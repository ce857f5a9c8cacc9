package org.postroom.core.wire;

import java.net.InetSocketAddress;

/**
 * Hears what is said in sessions, in clear where they are under TLS, with passwords and content:
 * for tests, whose reader wants to see what was said. Called on the threads that move octets, so it
 * must be quick and must not throw; in one session one call at a time.
 */
public interface Ear {

  /**
   * A session begins.
   *
   * @param local our address
   */
  void begun(String session, InetSocketAddress local, InetSocketAddress peer);

  /** The peer has said this, or was said this: as the octets come, in pieces of any size. */
  void heard(String session, boolean byPeer, byte[] octets);

  /** The session is over. */
  void ended(String session);
}
