package org.postroom.dist.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A file, line by line. A line that is longer than a buffer comes in pieces, of which only the
 * first is the {@linkplain #isLineStart beginning of a line}.
 */
public final class LineFile implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final SeekableByteChannel channel;
  private final Path path;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
  private final long size;

  /** Where the buffer's first octet stands in the file. */
  private long base;

  private int start;
  private int end;
  private long line;
  private boolean lineStart = true;
  private boolean nextIsStart = true;

  /**
   * Opens one.
   *
   * @param options how; it is only read
   */
  public LineFile(Path path, LinkOption... options) throws IOException {
    this(path, 0, options);
  }

  /**
   * Opens one to read on from somewhere.
   *
   * @param offset of the first octet of a line; lines are counted from there
   */
  LineFile(Path path, long offset, LinkOption... options) throws IOException {
    this.path = path;
    this.base = offset;
    Set<OpenOption> all = new HashSet<>(List.of(options));
    all.add(StandardOpenOption.READ);
    this.channel = Files.newByteChannel(path, all);
    this.size = channel.size();
  }

  Path path() {
    return path;
  }

  /** Octets of the file. */
  long size() {
    return size;
  }

  /** Goes on to the next piece; false at the end. */
  public boolean next() throws IOException {
    int from = end;
    int found = find(from);
    if (found < 0 && from > 0) {
      refill(from);
      from = 0;
      found = find(0);
    }
    start = from;
    end = found < 0 ? buffer.limit() : found + 1;
    if (start == end) {
      return false;
    }
    lineStart = nextIsStart;
    nextIsStart = buffer.get(end - 1) == '\n';
    if (lineStart) {
      line++;
    }
    return true;
  }

  private int find(int from) throws IOException {
    int at = from;
    while (true) {
      for (; at < buffer.limit(); at++) {
        if (buffer.get(at) == '\n') {
          return at;
        }
      }
      if (buffer.limit() == buffer.capacity() || !fill()) {
        return -1;
      }
    }
  }

  /** Reads behind what is there; false at the end of the file. */
  private boolean fill() throws IOException {
    channel.position(base + buffer.limit());
    int limit = buffer.limit();
    buffer.limit(buffer.capacity()).position(limit);
    int count = channel.read(buffer);
    buffer.limit(limit + Math.max(0, count)).position(0);
    return count > 0;
  }

  private void refill(int from) throws IOException {
    buffer.position(from);
    buffer.compact();
    buffer.flip();
    base += from;
    end = 0;
    boolean unused = buffer.limit() < buffer.capacity() && fill();
  }

  /** Whether the piece is a line's first. */
  boolean isLineStart() {
    return lineStart;
  }

  /** Whether the piece is an empty line. */
  boolean isBlank() {
    int length = end - start;
    return lineStart
        && (length == 1 && at(0) == '\n' || length == 2 && at(0) == '\r' && at(1) == '\n');
  }

  boolean startsWith(String ascii) {
    if (!lineStart || end - start < ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (at(i) != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  int at(int index) {
    return buffer.get(start + index) & 0xff;
  }

  /** The piece's octets: in {@link #array} from {@link #from} on. */
  byte[] array() {
    return buffer.array();
  }

  int from() {
    return start;
  }

  int length() {
    return end - start;
  }

  /** The piece without its line end, as far as it is ASCII. */
  public String text() {
    return new String(buffer.array(), start, end - start, ISO_8859_1).stripTrailing();
  }

  /** Counted from 1. */
  public long line() {
    return line;
  }

  /** Of the piece's first octet. */
  long offset() {
    return base + start;
  }

  /** Of what follows it. */
  long endOffset() {
    return base + end;
  }

  /** The octets at {@code position}, {@code most} at most; fewer at the end of the file. */
  byte[] peek(long position, int most) throws IOException {
    ByteBuffer target = ByteBuffer.allocate((int) Math.max(0, Math.min(most, size - position)));
    channel.position(position);
    while (target.hasRemaining() && channel.read(target) > 0) {
      // Until it is full, or the file ends.
    }
    return java.util.Arrays.copyOf(target.array(), target.position());
  }

  /** Says what is wrong at the piece. */
  public BrokenFile broken(String what) {
    return new BrokenFile(path, line, offset(), what);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
