package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a store knows of itself: words by name, in the table {@code store_state}. */
final class StoreState {
  private StoreState() {}

  static @Nullable String get(Connection connection, String key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT v FROM store_state WHERE k = ?")) {
      select.setString(1, key);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  static void put(Statements statements, String key, String value) throws SQLException {
    for (String sql :
        new String[] {
          "UPDATE store_state SET v = ? WHERE k = ?", "INSERT INTO store_state (v, k) VALUES (?, ?)"
        }) {
      Prepared statement = statements.of(sql);
      statement.setString(1, value);
      statement.setString(2, key);
      if (statement.executeUpdate() > 0) {
        return;
      }
    }
  }
}
