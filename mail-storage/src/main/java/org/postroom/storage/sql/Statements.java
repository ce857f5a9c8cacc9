package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection, as a rule the committer's, and the statements that were prepared there; used by one
 * thread. Units of work see no more of it than {@link Journaled}.
 */
final class Statements implements Journaled, AutoCloseable {
  private final Connection connection;
  private final @Nullable Changes changes;
  private final Map<String, Prepared> prepared = new HashMap<>();

  /**
   * The statements of a connection.
   *
   * @param changes where what they change is noted down; null for nowhere
   */
  Statements(Connection connection, @Nullable Changes changes) {
    this.connection = connection;
    this.changes = changes;
  }

  Connection connection() {
    return connection;
  }

  @Override
  public Prepared of(String sql) throws SQLException {
    Prepared known = prepared.get(sql);
    if (known == null) {
      known = new Prepared(sql, connection.prepareStatement(sql), changes);
      prepared.put(sql, known);
    }
    return known;
  }

  @Override
  public int update(String sql, long... parameters) throws SQLException {
    Prepared statement = of(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setLong(i + 1, parameters[i]);
    }
    return statement.executeUpdate();
  }

  /** The transaction has failed: no row that was put into a batch may be run with the next one. */
  void forget() throws SQLException {
    for (Prepared statement : prepared.values()) {
      statement.clearBatch();
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
