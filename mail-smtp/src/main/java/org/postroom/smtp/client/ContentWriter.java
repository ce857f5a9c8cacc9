package org.postroom.smtp.client;

import java.nio.ByteBuffer;
import org.postroom.core.mail.Content;
import org.postroom.core.wire.Output;

/**
 * Sends content as DATA wants it (RFC 5321, 4.5.2): CRLF only, dots at line starts doubled, lines
 * beyond the limit folded by a line end and a space, and the final dot.
 */
final class ContentWriter {
  private static final int CHUNK = 64 * 1024;
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] FOLD = {'\r', '\n', ' '};
  private static final byte[] END = {'.', '\r', '\n'};

  private final Output out;
  private final int lineLimit;
  private int column;
  private boolean sawCr;

  ContentWriter(Output out, int lineLimit) {
    this.out = out;
    this.lineLimit = lineLimit;
  }

  /** All of a content, and its end. */
  void write(Content content) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(content.size(), CHUNK)));
    long position = 0;
    while (position < content.size()) {
      chunk.clear();
      int count = content.read(position, chunk);
      if (count <= 0) {
        throw new IllegalStateException("content ends at " + position + " of " + content.size());
      }
      write(chunk.array(), count);
      position += count;
    }
    end();
  }

  /** Ends the content. */
  void end() {
    if (sawCr || column > 0) {
      out.write(CRLF);
    }
    out.write(END);
  }

  /** Some of the content. Octets go out in slices between the places where something changes. */
  void write(byte[] octets, int length) {
    int from = 0;
    for (int at = 0; at < length; at++) {
      byte b = octets[at];
      if (b == '\n') {
        out.write(octets, from, at - from - (sawCr && at > from ? 1 : 0));
        out.write(CRLF);
        from = at + 1;
        sawCr = false;
        column = 0;
        continue;
      }
      if (sawCr) {
        // A CR that ends no line must not reach anybody's parser.
        out.write(octets, from, Math.max(0, at - from - 1)).write(' ');
        from = at;
        sawCr = false;
        column++;
      }
      if (b == '\r') {
        sawCr = true;
        if (at + 1 == length) {
          // It is written once it is known what follows.
          out.write(octets, from, at - from);
          from = length;
        }
        continue;
      }
      if (column == 0 && b == '.') {
        out.write(octets, from, at - from).write('.');
        from = at;
      }
      if (column >= lineLimit) {
        out.write(octets, from, at - from).write(FOLD);
        from = at;
        column = 1;
      }
      column++;
    }
    if (from < length) {
      out.write(octets, from, length - from);
    }
  }
}
