package org.postroom.core.filter.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.FieldLine;

/** Reads content line by line, long lines in pieces; holds one of them at a time. */
final class LineReader {
  private static final int CHUNK = 16 * 1024;

  private final Content content;
  private final byte[] chunk;
  private int next;
  private int filled;
  private long position;
  private byte[] line = new byte[256];
  private int length;
  private boolean complete;
  private long start;

  LineReader(Content content) {
    this.content = content;
    this.chunk = new byte[(int) Math.max(1, Math.min(CHUNK, content.size()))];
  }

  /** Goes on there, which is not before the next line. */
  void skipTo(long other) {
    if (other > position) {
      next = (int) Math.min(filled, next + other - position);
      position = other;
    }
  }

  /** Where the line begins. */
  long start() {
    return start;
  }

  /** How many octets of the line were taken. */
  int length() {
    return length;
  }

  /** Where the next line begins. */
  long position() {
    return position;
  }

  /**
   * Takes the next line, or as much of it as there is before {@code end} and within {@code most}
   * octets.
   *
   * @return false at the end
   */
  boolean next(long end, int most) {
    length = 0;
    complete = false;
    start = position;
    if (position >= end) {
      return false;
    }
    while (position < end && !complete) {
      if (next == filled) {
        fill();
      }
      byte octet = chunk[next];
      boolean lineEnd = octet == '\n' || octet == '\r' && isLineEnd(end);
      if (!lineEnd && length == most) {
        break;
      }
      next++;
      position++;
      complete = octet == '\n';
      if (!lineEnd) {
        keep(octet);
      }
    }
    return true;
  }

  /** Whether the CR that comes next stands before a LF. */
  private boolean isLineEnd(long end) {
    if (next + 1 < filled) {
      return chunk[next + 1] == '\n';
    }
    ByteBuffer one = ByteBuffer.allocate(1);
    return position + 1 < end && content.read(position + 1, one) == 1 && one.get(0) == '\n';
  }

  private void keep(byte octet) {
    if (length == line.length) {
      line = Arrays.copyOf(line, length * 2);
    }
    line[length++] = octet;
  }

  private void fill() {
    filled = content.read(position, ByteBuffer.wrap(chunk));
    next = 0;
    if (filled <= 0) {
      throw new IllegalStateException("content ends at " + position + " of " + content.size());
    }
  }

  /** Whether the line was read to its end. */
  boolean isComplete() {
    return complete;
  }

  boolean isEmpty() {
    return length == 0;
  }

  /** Whether the line goes on with what stands in the one before. */
  boolean isFolded() {
    return length > 0 && (line[0] == ' ' || line[0] == '\t');
  }

  /** Of the charset that the line seems to be in. */
  Charset charset() {
    return FieldLine.charsetOf(line, length);
  }

  /** The line without its end. */
  String text() {
    return new String(line, 0, length, isAscii() ? UTF_8 : charset());
  }

  private boolean isAscii() {
    for (int i = 0; i < length; i++) {
      if (line[i] < 0) {
        return false;
      }
    }
    return true;
  }

  /** Appends at most {@code most} octets of the line to {@code field}; gives the new length. */
  int appendTo(byte[] field, int at, int most) {
    int count = Math.min(length, Math.max(0, most - at));
    System.arraycopy(line, 0, field, at, count);
    return at + count;
  }
}
