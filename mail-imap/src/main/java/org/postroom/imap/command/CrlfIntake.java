package org.postroom.imap.command;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.postroom.core.mail.ContentSink;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Input;

/** Passes a literal on to a sink and writes every line end as CRLF. */
final class CrlfIntake {
  private static final int PIECE = 8 * 1024;
  private static final byte[] CRLF = {'\r', '\n'};

  private final ContentSink sink;
  private byte last;

  CrlfIntake(ContentSink sink) {
    this.sink = sink;
  }

  /**
   * Reads exactly {@code length} octets; when the sink fails, the rest is skipped first.
   *
   * @param stall how long the client may let us wait, each time
   */
  void read(Connection client, long length, Duration stall) {
    Input in = client.in();
    byte[] piece = new byte[(int) Math.min(PIECE, length)];
    long left = length;
    while (left > 0) {
      client.deadline(stall);
      ByteBuffer there = in.await();
      int count = (int) Math.min(Math.min(there.remaining(), piece.length), left);
      there.get(piece, 0, count);
      left -= count;
      try {
        take(piece, count);
      } catch (RuntimeException full) {
        in.skip(left);
        throw full;
      }
    }
  }

  private void take(byte[] piece, int count) {
    int from = 0;
    for (int i = 0; i < count; i++) {
      byte c = piece[i];
      if (c == '\n' && last != '\r') {
        sink.write(piece, from, i - from);
        sink.write(CRLF, 0, 2);
        from = i + 1;
      }
      last = c;
    }
    sink.write(piece, from, count - from);
  }
}
