package org.postroom.storage.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.StorageUnavailable;

/** Connections that can break, or be cut by somebody between: HikariCP looks after them. */
final class PooledReaders implements ReaderPool {
  private final HikariDataSource pool;

  /**
   * Makes the first one soon.
   *
   * @param most at once
   * @param patience how long one is waited for
   * @param heed hears what has failed on one
   */
  PooledReaders(
      String name, DataSource source, int most, Duration patience, Consumer<SQLException> heed) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(source);
    config.setPoolName(name);
    config.setMaximumPoolSize(most);
    config.setMinimumIdle(1);
    config.setReadOnly(false);
    config.setAutoCommit(true);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(patience.toMillis());
    config.setExceptionOverride(new GivenUp(heed));
    this.pool = pool(config);
  }

  /**
   * A connection on which something failed is not used again. Reads of ours do not fail as such;
   * what they meet is told.
   */
  private record GivenUp(Consumer<SQLException> heed) implements SQLExceptionOverride {
    @java.lang.Override
    public SQLExceptionOverride.Override adjudicate(SQLException e) {
      heed.accept(e);
      return SQLExceptionOverride.Override.MUST_EVICT;
    }
  }

  /**
   * The pool gives its patience to the source as a time limit for logging in, which is not ours.
   */
  private static HikariDataSource pool(HikariConfig config) {
    try {
      int before = config.getDataSource().getLoginTimeout();
      HikariDataSource pool = new HikariDataSource(config);
      config.getDataSource().setLoginTimeout(before);
      return pool;
    } catch (SQLException e) {
      throw new StorageUnavailable("the readers' connections cannot be set up", e);
    }
  }

  @Override
  public Connection take() throws SQLException {
    return pool.getConnection();
  }

  @Override
  public void giveBack(Connection connection, @Nullable Throwable failure) throws SQLException {
    connection.close();
  }

  @Override
  public boolean isClosed() {
    return pool.isClosed();
  }

  /**
   * The pool waits as long for the thread that opens its connections as may be waited for a log-in,
   * and warns when that is no time at all.
   */
  @Override
  public void close() {
    DataSource source = pool.getDataSource();
    try {
      int before = source.getLoginTimeout();
      source.setLoginTimeout(1);
      pool.close();
      source.setLoginTimeout(before);
    } catch (SQLException e) {
      pool.close();
    }
  }
}
