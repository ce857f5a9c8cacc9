package org.postroom.core.wire;

import java.nio.ByteBuffer;

/**
 * What a peer has sent, for the session's worker to read in plain blocking code.
 *
 * <p>Only the worker that runs the session's current turn may call these methods. Every wait is
 * bounded by {@link Connection#deadline}; when it passes, {@link DeadlineExceeded} is thrown. When
 * the peer is gone, {@link ConnectionLost} is thrown. Both are handled in one place: the wire ends
 * the session.
 */
public interface Input {

  /**
   * The octets received and not yet consumed, at least one; waits for them if there are none. Read
   * them by moving the buffer's position; the rest is handed out again by the next call. The buffer
   * is valid until the next call of any method of this interface.
   */
  ByteBuffer await();

  /** Whether nothing is buffered: the moment to flush collected replies (RFC 2920, 3.2). */
  boolean isEmpty();

  /** Whether a whole line (up to LF) is buffered, so that {@link #readLine} would not wait. */
  boolean hasLine();

  /**
   * The next line without its line end, waiting for it when necessary.
   *
   * @param limit the most octets the line may have. A longer one is returned as soon as it is known
   *     to be longer, and says so; its rest, up to its LF, is never handed out, and no turn waits
   *     for it
   */
  Line readLine(int limit);

  /** Drops what is there and what will still come up to the next LF; waits for nothing. */
  void skipLine();

  /** Swallows {@code count} octets. */
  void skip(long count);

  /**
   * Forgets what is buffered (RFC 3207, 4.2: nothing that came before the handshake survives it).
   */
  void discard();
}
