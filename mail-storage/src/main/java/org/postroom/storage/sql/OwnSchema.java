package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postroom.storage.StorageFault;

/**
 * The schema that our tables have for themselves in a database of PostgreSQL.
 *
 * @param name as it is, whatever its case
 */
record OwnSchema(String name) {

  /** As SQL has it. */
  String quoted() {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  /**
   * Makes it where it is missing, and sees to it that connections are in it.
   *
   * @throws StorageFault when they are not, or would not stay there
   */
  void prepare(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection()) {
      if (Pooler.isBefore(connection)) {
        throw StorageFault.lasting(
            "There is a pooler in front of the database, by which a connection does not stay in the"
                + " schema "
                + name
                + ". Let the server reach the database without it; or leave the schema to the"
                + " database's user (ALTER ROLE ... SET search_path) and do not name one here.",
            null);
      }
      if (!exists(connection)) {
        Database.execute(connection, "CREATE SCHEMA IF NOT EXISTS " + quoted());
      }
      String current = current(connection);
      if (!name.equals(current)) {
        throw StorageFault.lasting(
            "A connection that was to be in the schema "
                + name
                + " is in "
                + (current == null ? "none that its user may use" : current)
                + ".",
            null);
      }
    }
  }

  /** Whoever may not make schemas may use one that is there. */
  private boolean exists(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM pg_namespace WHERE nspname = ?")) {
      select.setString(1, name);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  private static @Nullable String current(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT current_schema()");
        ResultSet rows = select.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }
}
