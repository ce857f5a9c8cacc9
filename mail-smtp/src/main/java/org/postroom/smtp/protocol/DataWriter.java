package org.postroom.smtp.protocol;

import java.nio.ByteBuffer;
import org.postroom.core.mail.Content;
import org.postroom.core.wire.Output;

/**
 * Sends content behind DATA: dots stuffed, every line end a CRLF, too long lines broken, the dot at
 * the end (RFC 5321, 4.5.2). What goes out has no bare LF and no stray CR, whatever went in.
 */
public final class DataWriter {
  private static final int CHUNK = 16 * 1024;
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] BREAK = {'\r', '\n', ' '};
  private static final byte[] END = {'.', '\r', '\n'};

  private final Output out;
  private final int maxLine;
  private int column;
  private boolean afterCr;

  /**
   * A writer at the beginning of the content.
   *
   * @param maxLine octets after which a line is broken with CRLF and a space ({@code
   *     smtp_line_length_limit}); 0 for never
   */
  public DataWriter(Output out, int maxLine) {
    this.out = out;
    this.maxLine = maxLine;
  }

  /** Sends all of {@code content} and the end. Does not flush. */
  public void writeAll(Content content) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(CHUNK, content.size())));
    long position = 0;
    while (position < content.size()) {
      chunk.clear();
      int count = content.read(position, chunk);
      if (count <= 0) {
        throw new IllegalStateException("content ends at " + position + " of " + content.size());
      }
      position += count;
      write(chunk.array(), 0, count);
    }
    end();
  }

  /** Sends octets of the content. */
  public void write(byte[] octets, int offset, int length) {
    int end = offset + length;
    int at = offset;
    while (at < end) {
      if (afterCr) {
        afterCr = false;
        if (octets[at] == '\n') {
          at++;
          newLine();
          continue;
        }
        out.write(' ');
        column++;
      }
      int lineEnd = Octets.lineEnd(octets, at, end);
      text(octets, at, lineEnd);
      at = lineEnd;
      if (at < end) {
        if (octets[at] == '\n') {
          newLine();
        } else {
          afterCr = true;
        }
        at++;
      }
    }
  }

  /** Sends the end of the data: a line end if the last line has none, and the dot. */
  public void end() {
    if (afterCr || column > 0) {
      afterCr = false;
      newLine();
    }
    out.write(END);
  }

  private void newLine() {
    out.write(CRLF);
    column = 0;
  }

  private void text(byte[] octets, int from, int to) {
    int at = from;
    if (column == 0 && at < to && octets[at] == '.') {
      out.write('.');
    }
    while (maxLine > 0 && column + (to - at) > maxLine) {
      int fits = Math.max(0, maxLine - column);
      out.write(octets, at, fits);
      out.write(BREAK);
      at += fits;
      column = 1;
    }
    out.write(octets, at, to - at);
    column += to - at;
  }
}
