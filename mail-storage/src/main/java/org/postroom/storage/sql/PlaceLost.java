package org.postroom.storage.sql;

import java.sql.SQLException;

/**
 * Another server has opened this store since: nothing of the transaction is there, and this server
 * must stop. Trying again cannot help.
 */
final class PlaceLost extends SQLException {
  private static final long serialVersionUID = 1L;

  PlaceLost(Epoch epoch) {
    super(
        "another server has taken the database (this is opening "
            + epoch.number()
            + " of it, and no longer the last)");
  }
}
