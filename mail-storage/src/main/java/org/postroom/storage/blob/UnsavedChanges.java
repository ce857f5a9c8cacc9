package org.postroom.storage.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/**
 * What one commit said of the database, and the file of the database may not have. It stays in the
 * journal and is read from there, so that any number of them takes no memory.
 */
public final class UnsavedChanges {
  private final Journal journal;
  private final long generation;
  private final List<Piece> pieces;

  /** A part of the changes, in one record. */
  record Piece(long position, int length) {}

  /**
   * Changes in the journal.
   *
   * @param generation in which they are at these places
   */
  UnsavedChanges(Journal journal, long generation, List<Piece> pieces) {
    this.journal = journal;
    this.generation = generation;
    this.pieces = List.copyOf(pieces);
  }

  /** How many octets {@link #read} gives. */
  public long length() {
    return pieces.stream().mapToLong(Piece::length).sum();
  }

  /**
   * The octets that were handed to {@link DataFolder#commit}. Each read goes to the file, so it
   * wants a buffer. Reading fails after {@link DataFolder#changesSaved}.
   */
  public InputStream read() {
    return new Reading();
  }

  private final class Reading extends InputStream {
    private int piece;
    private int offset;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
      Objects.checkFromIndexSize(from, count, target.length);
      while (piece < pieces.size() && offset == pieces.get(piece).length()) {
        piece++;
        offset = 0;
      }
      if (count == 0) {
        return 0;
      }
      if (piece == pieces.size()) {
        return -1;
      }
      Piece current = pieces.get(piece);
      int now = Math.min(count, current.length() - offset);
      journal.readChanges(
          ByteBuffer.wrap(target, from, now), current.position() + offset, generation);
      offset += now;
      return now;
    }
  }
}
