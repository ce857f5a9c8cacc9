package org.postroom.storage.sql;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Content;
import org.postroom.core.refusal.ContentDamaged;

/** Bodies as chunks in the database: the commit makes them durable, on every node at once. */
final class SqlBlobs implements BlobStore {
  private static final int CHUNK = 256 * 1024;
  private static final String INSERT =
      "INSERT INTO blob_chunk (blob_id, chunk, data) VALUES (?, ?, ?)";

  private final Database database;

  SqlBlobs(Database database) {
    this.database = database;
  }

  @Override
  public BlobRef put(Journaled statements, long id, byte[] description, PlacedBody placed)
      throws SQLException {
    Content body = placed.content();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(1, body.size())));
    Prepared insert = statements.of(INSERT);
    int chunk = 0;
    for (long position = 0; position < body.size(); chunk++) {
      buffer.clear();
      while (buffer.hasRemaining()) {
        int count = body.read(position, buffer);
        if (count <= 0) {
          break;
        }
        position += count;
      }
      insert.setLong(1, id);
      insert.setInt(2, chunk);
      insert.setBytes(3, Arrays.copyOf(buffer.array(), buffer.position()));
      insert.executeUpdate();
    }
    return new BlobRef(0, id, body.size(), 0);
  }

  @Override
  public void sync() {
    // The commit does it.
  }

  @Override
  public Content open(BlobRef ref) {
    return new Body(ref);
  }

  @Override
  public void free(Journaled statements, BlobRef ref) throws SQLException {
    statements.update("DELETE FROM blob_chunk WHERE blob_id = ?", ref.offset());
  }

  @Override
  public void close() {
    // The pool is closed by its owner.
  }

  /** Keeps the chunk it read last, since readers go through bodies from front to end. */
  private final class Body implements Content {
    private final BlobRef ref;
    private volatile @Nullable Chunk last;

    Body(BlobRef ref) {
      this.ref = ref;
    }

    @Override
    public long size() {
      return ref.length();
    }

    @Override
    public int read(long position, ByteBuffer target) {
      int total = 0;
      long at = position;
      while (at < ref.length() && target.hasRemaining()) {
        Chunk chunk = chunk((int) (at / CHUNK));
        int from = (int) (at % CHUNK);
        int count = Math.min(target.remaining(), chunk.data.length - from);
        target.put(chunk.data, from, count);
        at += count;
        total += count;
      }
      return total;
    }

    private Chunk chunk(int number) {
      Chunk known = last;
      if (known != null && known.number == number) {
        return known;
      }
      Chunk read = load(number);
      last = read;
      return read;
    }

    private Chunk load(int number) {
      return database.read(
          "the body of message " + ref.offset(), connection -> select(connection, number));
    }

    private Chunk select(Connection connection, int number) throws SQLException {
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT data FROM blob_chunk WHERE blob_id = ? AND chunk = ?")) {
        select.setLong(1, ref.offset());
        select.setInt(2, number);
        try (ResultSet rows = select.executeQuery()) {
          if (!rows.next()) {
            throw new ContentDamaged("the body of message " + ref.offset() + " is gone");
          }
          byte[] data = rows.getBytes(1);
          if (data.length != Math.min(CHUNK, ref.length() - (long) number * CHUNK)) {
            throw new ContentDamaged("a part of the body of message " + ref.offset() + " is gone");
          }
          return new Chunk(number, data);
        }
      }
    }
  }

  private static final class Chunk {
    private final int number;
    private final byte[] data;

    Chunk(int number, byte[] data) {
      this.number = number;
      this.data = data;
    }
  }
}
