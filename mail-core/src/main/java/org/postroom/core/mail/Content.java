package org.postroom.core.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.StorageUnavailable;

/**
 * A message's octets (RFC 5322, with CRLF line ends): immutable and readable again and again, in
 * any order, from any thread. They may lie in memory, in a staging file or in the blob store.
 */
public interface Content {

  /** How many octets there are. */
  long size();

  /**
   * Reads octets from {@code position} on into {@code target}, as many as there are and fit.
   *
   * @return how many were read; 0 only at the end or when {@code target} is full
   * @throws StorageUnavailable when they cannot be read now
   * @throws ContentDamaged when they can never be read
   */
  int read(long position, ByteBuffer target);

  /** Writes all octets to {@code out}. */
  default void writeTo(OutputStream out) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(Math.max(size(), 1), 64 * 1024));
    long position = 0;
    while (position < size()) {
      chunk.clear();
      int count = read(position, chunk);
      if (count <= 0) {
        throw new IllegalStateException("content ends at " + position + " of " + size());
      }
      position += count;
      try {
        out.write(chunk.array(), 0, count);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A stream of all octets; it holds nothing that would have to be closed. */
  default InputStream stream() {
    return new ContentStream(this::read, size());
  }

  /** All octets in memory: for content that is known to be small. */
  default byte[] toBytes() {
    byte[] all = new byte[Math.toIntExact(size())];
    ByteBuffer target = ByteBuffer.wrap(all);
    while (target.hasRemaining()) {
      if (read(target.position(), target) <= 0) {
        throw new IllegalStateException(
            "content ends at " + target.position() + " of " + all.length);
      }
    }
    return all;
  }

  /** Octets that are in memory; the array is handed over, not copied. */
  static Content of(byte[] octets) {
    return new MemoryContent(octets);
  }

  /** {@code first} and then {@code second}, without copying either. */
  static Content concat(Content first, Content second) {
    return new JoinedContent(first, second);
  }
}
