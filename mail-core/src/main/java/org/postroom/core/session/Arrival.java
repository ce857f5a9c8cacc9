package org.postroom.core.session;

import java.nio.ByteBuffer;

/**
 * Octets that a command has announced, and that must not be taken for commands: they are taken as
 * they come, turn by turn, and no thread waits for them.
 */
public interface Arrival {

  /** Whether so many octets can be taken without waiting for a disk. */
  boolean takesAtOnce(int octets);

  /**
   * Takes what belongs to it out of {@code octets}, moving the buffer's position behind that.
   *
   * @return whether more is to come
   */
  boolean take(ByteBuffer octets);
}
