package org.postroom.dist.fetch;

import java.io.IOException;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.smtp.protocol.MessageLines;

/**
 * Takes a message while it comes from elsewhere: with CRLF at each end of a line, and no more of it
 * than may be, whatever its server has announced.
 */
final class BoundedSink implements AutoCloseable {
  private final ContentSink sink;
  private final MessageLines lines;
  private final long largest;
  private long taken;

  /** There is more of it than may be. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong(long largest) {
      super("the message has more than " + largest + " octets");
    }
  }

  BoundedSink(Staging staging, long announced, long largest) {
    this.sink = staging.open(Math.min(announced, largest));
    this.lines = new MessageLines(sink::write);
    this.largest = largest;
  }

  /** Takes octets; the array may be used again. */
  void write(byte[] octets, int offset, int length) throws IOException {
    taken += length;
    if (taken > largest) {
      throw new TooLong(largest);
    }
    lines.write(octets, offset, length);
  }

  /** It is whole. */
  StagedContent finish() {
    lines.finish();
    return sink.finish();
  }

  /** Without {@link #finish} nothing is left of it. */
  @Override
  public void close() {
    sink.close();
  }
}
