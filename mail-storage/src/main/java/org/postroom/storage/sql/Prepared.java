package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A statement of the committer: as much of {@link PreparedStatement} as it needs. What it changes
 * is noted down where the store keeps account of that.
 */
final class Prepared {
  private final PreparedStatement statement;
  private final @Nullable Changes changes;
  private final byte[] sql;
  private @Nullable Object[] values = new Object[16];
  private int count;
  private int batched;
  private ByteBuffer rows = ByteBuffer.allocate(0);

  Prepared(String sql, PreparedStatement statement, @Nullable Changes changes) {
    this.sql = sql.getBytes(UTF_8);
    this.statement = statement;
    this.changes = changes;
  }

  void setLong(int index, long value) throws SQLException {
    statement.setLong(index, value);
    keep(index, value);
  }

  void setInt(int index, int value) throws SQLException {
    statement.setInt(index, value);
    keep(index, value);
  }

  void setBoolean(int index, boolean value) throws SQLException {
    statement.setBoolean(index, value);
    keep(index, value);
  }

  void setString(int index, @Nullable String value) throws SQLException {
    statement.setString(index, value);
    keep(index, value);
  }

  void setBytes(int index, byte @Nullable [] value) throws SQLException {
    statement.setBytes(index, value);
    keep(index, value);
  }

  /**
   * No value.
   *
   * @param type of {@link java.sql.Types}
   */
  void setNull(int index, int type) throws SQLException {
    statement.setNull(index, type);
    keep(index, null);
  }

  private void keep(int index, @Nullable Object value) {
    if (changes != null) {
      if (index > values.length) {
        values = Arrays.copyOf(values, index * 2);
      }
      values[index - 1] = value;
      count = Math.max(count, index);
    }
  }

  void addBatch() throws SQLException {
    statement.addBatch();
    note();
  }

  void clearBatch() throws SQLException {
    statement.clearBatch();
    forget();
  }

  int[] executeBatch() throws SQLException {
    int[] done;
    try {
      done = statement.executeBatch();
    } catch (SQLException | RuntimeException e) {
      forget();
      throw e;
    }
    hand();
    return done;
  }

  int executeUpdate() throws SQLException {
    int done = statement.executeUpdate();
    note();
    hand();
    return done;
  }

  /** For a statement that changes nothing. */
  ResultSet executeQuery() throws SQLException {
    return statement.executeQuery();
  }

  private void note() {
    if (changes != null) {
      rows = Changes.write(rows, values, count);
      batched++;
    }
  }

  private void hand() {
    if (changes != null && batched > 0) {
      changes.add(sql, batched, count, rows.flip());
      forget();
    }
  }

  private void forget() {
    rows = Changes.emptied(rows);
    batched = 0;
  }
}
