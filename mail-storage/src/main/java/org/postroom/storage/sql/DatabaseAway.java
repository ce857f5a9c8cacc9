package org.postroom.storage.sql;

import java.sql.SQLException;

/** No connection to the database came about: it may come back, however long that takes. */
final class DatabaseAway extends SQLException {
  private static final long serialVersionUID = 1L;

  DatabaseAway(SQLException cause) {
    super(cause.getMessage(), cause.getSQLState(), cause);
  }
}
