package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/**
 * A pooler of connections in front of a PostgreSQL server, which may give a connection another
 * backend for each transaction.
 */
final class Pooler {
  private Pooler() {}

  /**
   * Whether there is one. It shows in the number of the backend, which poolers make up so that a
   * request to cancel comes to them; it does not show whether it keeps backends for a session.
   */
  static boolean isBefore(Connection connection) throws SQLException {
    return connection.isWrapperFor(PGConnection.class)
        && connection.unwrap(PGConnection.class).getBackendPID() != backend(connection);
  }

  private static int backend(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT pg_backend_pid()");
        ResultSet rows = select.executeQuery()) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
