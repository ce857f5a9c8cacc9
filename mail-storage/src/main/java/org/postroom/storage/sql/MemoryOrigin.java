package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** A database that is gone when closed, and with it all there was: it cannot be opened again. */
final class MemoryOrigin implements Origin {
  private final JdbcDataSource source =
      H2.source("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");

  @Override
  public DataSource source() {
    return source;
  }

  @Override
  public boolean isBrokenBy(Throwable fault) {
    return H2.isDeadAfter(fault);
  }

  @Override
  public void close() {
    try (Connection connection = source.getConnection()) {
      Database.execute(connection, "SHUTDOWN IMMEDIATELY");
    } catch (SQLException e) {
      // H2 says that it is closed by closing this connection too.
      return;
    }
  }
}
