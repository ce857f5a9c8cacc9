package org.postroom.imap.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.core.wire.Input;
import org.postroom.core.wire.Line;

/**
 * What a stranger has sent of a command, so that no thread waits for the rest of it: where octets
 * are missing, {@link MoreNeeded} is thrown, and when more have come the command is read again from
 * its beginning. Reading a command has no effect but its invitations to send literals, and those
 * are sent once.
 */
public final class GatheredInput implements Input {
  private final Input source;

  /** Lines, and pieces of literals, in the order in which they were read. */
  private final List<Object> read = new ArrayList<>();

  private int next;
  private int invited = -1;
  private byte[] line = new byte[0];
  private @Nullable ByteBuffer view;
  private int viewStart;

  /** The rest of the command is still to come. */
  public static final class MoreNeeded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MoreNeeded() {
      super(null, null, false, false);
    }
  }

  public GatheredInput(Input source) {
    this.source = source;
  }

  /** Begins again. */
  public void rewind() {
    settle();
    next = 0;
  }

  /** Whether the literal that comes next is asked for the first time. */
  boolean invites() {
    settle();
    if (next < read.size() || invited == next) {
      return false;
    }
    invited = next;
    return true;
  }

  @Override
  public Line readLine(int limit) {
    settle();
    if (next < read.size()) {
      return (Line) read.get(next++);
    }
    while (!source.isEmpty()) {
      ByteBuffer there = source.await();
      int start = there.position();
      int end = start;
      while (end < there.limit() && there.get(end) != '\n') {
        end++;
      }
      boolean whole = end < there.limit();
      int kept = line.length;
      line = Arrays.copyOf(line, kept + end - start);
      there.get(line, kept, end - start);
      if (whole) {
        there.get();
        return keep(line(limit));
      }
      if (line.length > limit + 1) {
        source.skipLine();
        return keep(new Line(Arrays.copyOf(line, limit), Line.End.TOO_LONG));
      }
    }
    throw new MoreNeeded();
  }

  private Line line(int limit) {
    boolean cr = line.length > 0 && line[line.length - 1] == '\r';
    int length = line.length - (cr ? 1 : 0);
    return length > limit
        ? new Line(Arrays.copyOf(line, limit), Line.End.TOO_LONG)
        : new Line(Arrays.copyOf(line, length), cr ? Line.End.CRLF : Line.End.LF);
  }

  private Line keep(Line whole) {
    line = new byte[0];
    read.add(whole);
    next++;
    return whole;
  }

  @Override
  public ByteBuffer await() {
    settle();
    if (next < read.size()) {
      return ByteBuffer.wrap((byte[]) read.get(next++));
    }
    if (source.isEmpty()) {
      throw new MoreNeeded();
    }
    ByteBuffer there = source.await();
    view = there;
    viewStart = there.position();
    return there;
  }

  /** Takes note of what was taken out of the buffer that was handed out. */
  private void settle() {
    ByteBuffer seen = view;
    if (seen != null) {
      view = null;
      byte[] taken = new byte[seen.position() - viewStart];
      seen.get(viewStart, taken);
      if (taken.length > 0) {
        read.add(taken);
        next++;
      }
    }
  }

  @Override
  public void skipLine() {
    settle();
    source.skipLine();
  }

  @Override
  public void skip(long count) {
    long left = count;
    while (left > 0) {
      ByteBuffer there = await();
      int step = (int) Math.min(left, there.remaining());
      there.position(there.position() + step);
      left -= step;
    }
  }

  @Override
  public boolean isEmpty() {
    settle();
    return next >= read.size() && source.isEmpty();
  }

  @Override
  public boolean hasLine() {
    settle();
    return next < read.size() || source.hasLine();
  }

  @Override
  public void discard() {
    throw new UnsupportedOperationException("a command is read to its end");
  }
}
