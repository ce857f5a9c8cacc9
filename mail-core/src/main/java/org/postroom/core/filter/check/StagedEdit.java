package org.postroom.core.filter.check;

import java.nio.ByteBuffer;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.filter.Examined;
import org.postroom.core.mail.Content;

/**
 * Content that becomes another one, from its beginning to its end: what stays is copied, what
 * changes is written. The result is staged like content that arrives: in memory or in a file,
 * counted by the same budgets, and its structure is found while it is written. Scanned anew and not
 * mended, because a field that comes, goes or changes may be the one that says where the parts are;
 * it costs no further look at the octets.
 */
public final class StagedEdit implements Examined.Edit {
  private static final int CHUNK = 16 * 1024;

  private final Content original;
  private final ContentSink sink;
  private final long most;
  private long copied;

  StagedEdit(Content original, ContentSink sink, long most) {
    this.original = original;
    this.sink = sink;
    this.most = most;
  }

  /** An edit has made the mail longer than any may be. */
  public static final class TooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLong() {
      super("edited content is too long", null, false, false);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws TooLong when there are too many
   */
  @Override
  public void replace(long from, long to, byte[] octets) {
    if (from < copied || to < from || to > original.size()) {
      throw new IllegalArgumentException("an edit from " + from + " to " + to);
    }
    copy(from);
    write(octets, octets.length);
    copied = to;
  }

  @Override
  public StagedContent finish() {
    copy(original.size());
    return sink.finish();
  }

  private void copy(long to) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, to - copied));
    while (copied < to) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), to - copied));
      int count = original.read(copied, chunk);
      if (count <= 0) {
        throw new IllegalStateException("content ends at " + copied + " of " + original.size());
      }
      write(chunk.array(), count);
      copied += count;
    }
  }

  private void write(byte[] octets, int length) {
    if (most > 0 && sink.size() + length > most) {
      throw new TooLong();
    }
    sink.write(octets, 0, length);
  }

  /** Forgets what was written, unless it is finished. */
  @Override
  public void close() {
    sink.close();
  }
}
