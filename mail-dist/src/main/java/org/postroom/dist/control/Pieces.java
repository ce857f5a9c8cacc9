package org.postroom.dist.control;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Octets that follow a question, however many: one frame after the other, the last of which is
 * empty. Whoever answers reads them; what he has not read is read at the end and dropped, so that
 * the answer does not meet a client that is still speaking.
 */
final class Pieces extends InputStream {
  private static final int MOST = 64 * 1024;

  private final Frames frames;
  private final Duration patience;
  private final Duration inAll;
  private byte[] piece = {};
  private int at;
  private boolean more;
  private long end;

  /**
   * None, until some {@link #follow}.
   *
   * @param patience for each frame
   * @param inAll for all of them: who sends a little now and then holds a place of others
   */
  Pieces(Frames frames, Duration patience, Duration inAll) {
    this.frames = frames;
    this.patience = patience;
    this.inAll = inAll;
  }

  /** Sends all that {@code content} has. */
  static void write(InputStream content, Frames frames, Duration patience) throws IOException {
    byte[] piece = new byte[MOST];
    for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
      if (count > 0) {
        frames.write(Arrays.copyOf(piece, count), patience);
      }
    }
    frames.write(new byte[0], patience);
  }

  /** Some are to come. */
  void follow() {
    more = true;
    end = System.nanoTime() + inAll.toNanos();
  }

  @Override
  public int read() throws IOException {
    return isThere() ? piece[at++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!isThere()) {
      return -1;
    }
    int count = Math.min(length, piece.length - at);
    System.arraycopy(piece, at, target, offset, count);
    at += count;
    return count;
  }

  private boolean isThere() throws IOException {
    while (more && at == piece.length) {
      Duration left = Duration.ofNanos(end - System.nanoTime());
      Optional<byte[]> next = frames.read(MOST, left.compareTo(patience) < 0 ? left : patience);
      piece = next.orElseThrow(() -> new EOFException("cut off in its content"));
      at = 0;
      more = piece.length > 0;
    }
    return at < piece.length;
  }

  /** Reads what is left. */
  @Override
  public void close() throws IOException {
    while (isThere()) {
      at = piece.length;
    }
  }
}
