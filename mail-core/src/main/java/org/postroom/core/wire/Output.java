package org.postroom.core.wire;

import java.nio.ByteBuffer;

/**
 * What goes to a peer. Octets are collected and leave at {@link #flush} or when enough of them are
 * waiting. Nothing waits for a peer that does not read: a turn of a session writes while {@link
 * #hasRoom}, in steps of some ten thousand octets, and leaves the rest to {@link
 * Connection#whenRead}. One that goes on regardless fails with {@link IllegalStateException} before
 * the heap is full. Only on a connection that we made does writing wait.
 *
 * <p>Not thread-safe: only the worker that runs the session's current turn may write.
 */
public interface Output {

  /** Writes octets; they are copied or gone when this returns. */
  Output write(byte[] octets, int offset, int length);

  /** Writes all of {@code octets}. */
  default Output write(byte[] octets) {
    return write(octets, 0, octets.length);
  }

  /** Writes what remains in {@code octets}, moving its position to its limit. */
  Output write(ByteBuffer octets);

  /** Writes one octet. */
  Output write(int octet);

  /** Writes the characters of {@code text} as octets; a character above U+00FF is an error. */
  Output ascii(CharSequence text);

  /** Sends what was collected. */
  void flush();

  /** Whether the peer has read so much of what was sent that more may be written now. */
  boolean hasRoom();
}
