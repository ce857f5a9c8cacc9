package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.postroom.storage.schema.Schema;

/** A database that is gone when closed, and with it all there was: it cannot be opened again. */
final class MemoryOrigin implements Origin {
  private final String url = "jdbc:h2:mem:" + UUID.randomUUID();
  private final JdbcDataSource source = H2.source(url + ";DB_CLOSE_DELAY=-1");

  /** One with all tables, which are empty. */
  static MemoryOrigin withTables() throws SQLException {
    H2.require(H2.version());
    MemoryOrigin origin = new MemoryOrigin();
    try (Connection connection = origin.source.getConnection()) {
      Schema.createTemporary(connection);
      return origin;
    } catch (SQLException | RuntimeException | Error e) {
      origin.close();
      throw e;
    }
  }

  @Override
  public DataSource source() {
    return source;
  }

  /**
   * Who asks for a connection while this is closed makes no other database of the same name, which
   * nobody would close.
   */
  @Override
  public ReaderPool readers(String name, int most, Duration patience, Consumer<SQLException> heed) {
    return new MemoryReaders(H2.source(url + ";IFEXISTS=TRUE"), most, patience, heed);
  }

  @Override
  public Duration patience() {
    return Duration.ZERO;
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
