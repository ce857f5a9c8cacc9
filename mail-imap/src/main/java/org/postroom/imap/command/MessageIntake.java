package org.postroom.imap.command;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.imap.session.Intake;

/**
 * Passes a message on to a sink as it comes and writes every line end as CRLF. When the sink has no
 * room, the rest comes all the same, and {@link #finish} says so.
 */
final class MessageIntake implements Intake, AutoCloseable {
  private static final int PIECE = 8 * 1024;
  private static final byte[] CRLF = {'\r', '\n'};

  private final ContentSink sink;
  private final Runnable whenCut;
  private byte last;
  private @Nullable RuntimeException fault;

  /**
   * An intake.
   *
   * @param sink closed with this
   * @param whenCut called when the client goes away in the middle
   */
  MessageIntake(ContentSink sink, Runnable whenCut) {
    this.sink = sink;
    this.whenCut = whenCut;
  }

  @Override
  public boolean takesAtOnce(int octets) {
    return fault != null || sink.takesAtOnce(2 * octets); // each may be a LF alone
  }

  @Override
  public void take(ByteBuffer octets) {
    byte[] piece = new byte[Math.min(PIECE, octets.remaining())];
    while (octets.hasRemaining()) {
      int count = Math.min(piece.length, octets.remaining());
      octets.get(piece, 0, count);
      if (fault == null) {
        try {
          keep(piece, count);
        } catch (StorageFull | StorageUnavailable full) {
          fault = full;
        }
      }
    }
  }

  private void keep(byte[] piece, int count) {
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

  /**
   * The message is whole.
   *
   * @throws StorageFull when there was no room for it
   */
  StagedContent finish() {
    if (fault != null) {
      throw fault;
    }
    return sink.finish();
  }

  /** Forgets what was not finished. */
  @Override
  public void close() {
    sink.close();
  }

  @Override
  public void cut() {
    close();
    whenCut.run();
  }
}
