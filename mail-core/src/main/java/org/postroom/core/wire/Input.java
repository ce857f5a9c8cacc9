package org.postroom.core.wire;

import java.nio.ByteBuffer;

/**
 * What a peer has sent. Only the worker that runs the session's current turn may call these
 * methods, and none of them waits, but {@link #readLine} on a connection that we made: that wait is
 * bounded by {@link Connection#deadline}; when it passes, {@link DeadlineExceeded} is thrown. When
 * the peer is gone, {@link ConnectionLost} is thrown. Both are handled in one place: the wire ends
 * the session.
 */
public interface Input {

  /**
   * Octets received and not yet consumed, at least one unless {@link #isEmpty}. Read them by moving
   * the buffer's position; the rest is handed out again by the next call. The buffer is valid until
   * the next call of any method of this interface.
   */
  ByteBuffer available();

  /** Whether nothing is buffered: the moment to flush collected replies (RFC 2920, 3.2). */
  boolean isEmpty();

  /** Whether {@link #readLine} with this limit has a line, or the part of one that is too long. */
  boolean hasLine(int limit);

  /**
   * The next line without its line end. It must be there ({@link #hasLine}), but on a connection
   * that we made, where it is waited for.
   *
   * @param limit the most octets the line may have. A longer one is returned as soon as it is known
   *     to be longer, and says so; its rest, up to its LF, is never handed out, and no turn waits
   *     for it
   */
  Line readLine(int limit);

  /** Drops what is there and what will still come up to the next LF; waits for nothing. */
  void skipLine();

  /**
   * Forgets what is buffered (RFC 3207, 4.2: nothing that came before the handshake survives it).
   */
  void discard();
}
