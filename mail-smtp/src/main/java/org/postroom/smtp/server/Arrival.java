package org.postroom.smtp.server;

import java.nio.ByteBuffer;
import org.postroom.smtp.protocol.DataReader.Progress;

/**
 * Octets that a command has announced, and that must not be taken for commands: they are taken as
 * they come, turn by turn, and no thread waits for them.
 */
interface Arrival {

  /** Whether so many octets can be taken without waiting for a disk. */
  boolean takesAtOnce(int octets);

  /** Takes what belongs to it out of {@code octets}, moving the buffer's position behind that. */
  Progress take(ByteBuffer octets);

  /** The next {@code length} octets, of which nothing is kept. */
  static Arrival dropped(long length) {
    return new Arrival() {
      private long left = length;

      @Override
      public boolean takesAtOnce(int octets) {
        return true;
      }

      @Override
      public Progress take(ByteBuffer octets) {
        int count = (int) Math.min(left, octets.remaining());
        octets.position(octets.position() + count);
        left -= count;
        return left > 0 ? Progress.MORE : Progress.END;
      }
    };
  }
}
