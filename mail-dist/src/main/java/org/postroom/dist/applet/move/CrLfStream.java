package org.postroom.dist.applet.move;

import java.io.IOException;
import java.io.InputStream;

/**
 * Octets of a message as servers show it: a LF that no CR stands before gets one. Nothing else is
 * changed, so that sizes and octets are those that clients of another server know.
 */
public final class CrLfStream extends InputStream {
  private final InputStream in;
  private final byte[] chunk = new byte[32 * 1024];
  private int at;
  private int end;
  private boolean afterCr;
  private boolean owesLf;

  /** Of octets as a file has them. */
  public CrLfStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int to = offset;
    while (to < offset + length) {
      if (owesLf) {
        target[to++] = '\n';
        owesLf = false;
        continue;
      }
      if (at == end && (to > offset || !fill())) {
        break;
      }
      byte octet = chunk[at++];
      if (octet == '\n' && !afterCr) {
        target[to++] = '\r';
        owesLf = true;
      } else {
        target[to++] = octet;
      }
      afterCr = octet == '\r';
    }
    return to == offset && length > 0 ? -1 : to - offset;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(chunk));
    return end > 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
