package org.postroom.core.wire;

import java.time.Duration;
import java.util.Optional;

/**
 * Comes between clients and their sessions: what one side says reaches the other changed, later, or
 * not at all, so that a test sees how a client copes. Below TLS both see nothing of it: it hears
 * and says everything in clear. Where an {@link Ear} listens, too, that hears what the client does.
 *
 * <p>Called on the threads that move octets, so that nothing may block; for one session one call at
 * a time.
 */
public interface Meddler {

  /**
   * A client has come; nothing has been said, and there has been no handshake.
   *
   * @param listener the name of the listener that it came to
   * @return who comes between; empty where nobody does
   */
  Optional<Meddling> meets(String listener, Hands hands);

  /** Between one client and its session. */
  interface Meddling {

    /** The session is about to begin, with the handshake where that comes first. */
    void begins();

    /** The client has said this; nothing of it reaches the session but by {@link Hands}. */
    void fromClient(byte[] octets);

    /** The client has ended its side: the session hears it by {@link Hands#clientHasEnded}. */
    void clientEnds();

    /** The session has said this; nothing of it reaches the client but by {@link Hands}. */
    void fromSession(byte[] octets);

    /** The connection is gone: the last call. */
    void ended();
  }

  /** What can be done to a connection; on its thread only. */
  interface Hands {

    /** The session's id, as log lines have it. */
    String session();

    void toSession(byte[] octets);

    void clientHasEnded();

    void toClient(byte[] octets);

    /**
     * Whether some of what the session has said is kept back. Meanwhile it is to the session as if
     * the client did not read: it says no more than a little.
     */
    void keepsBack(boolean some);

    /** Ends the connection as a lost one ends: by a reset, where there is such a thing. */
    void reset();

    /** Says what {@link #toClient} was told, then ends the connection in good order. */
    void hangUp();

    /** What comes next is taken for a handshake and refused, and the connection ends. */
    void refuseHandshake();

    /** Does something later, by the clock of the server. */
    void later(Duration wait, Runnable task);
  }
}
