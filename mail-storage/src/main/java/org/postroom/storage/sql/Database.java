package org.postroom.storage.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one database: the committer's own, and a small pool for readers. When the
 * committer's fails it is made anew, and the catalogue, which stands for what that connection has
 * seen, is emptied.
 */
final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int READERS = 6;

  private final String name;
  private final Dialect dialect;
  private final Origin origin;
  private @Nullable Statements writer;
  private @Nullable HikariDataSource readers;

  Database(String name, Dialect dialect, Origin origin) {
    this.name = name;
    this.dialect = dialect;
    this.origin = origin;
  }

  /** Where connections come from, and what else there is to know about the place. */
  interface Origin extends AutoCloseable {
    DataSource source();

    /** Prepares the committer's connection: locks that keep other servers out. */
    default void adopt(Connection writer) throws SQLException {}

    /** Undoes that, before the connection is closed: it may go back to a pool and live on. */
    default void release(Connection writer) throws SQLException {}

    /** Makes what was committed durable, where the commit does not. */
    default void sync(Connection writer) throws SQLException {}

    /** Gives room back inside the database's file, where the database does not do so itself. */
    default void tidy(Connection writer) throws SQLException {}

    /** Whether a batch with bodies of so many octets may begin. */
    default boolean hasRoomFor(long octets) {
      return true;
    }

    /** Whether connections alone cannot help, and everything below must be opened again. */
    default boolean failed() {
      return false;
    }

    /** Closes and opens again what failed. */
    default void reopen() {}

    @Override
    void close();
  }

  Dialect dialect() {
    return dialect;
  }

  /** The committer's statements; connects when there is no connection. */
  Statements writer() throws SQLException {
    if (origin.failed()) {
      dropWriter();
      dropReaders();
      origin.reopen();
    }
    Statements current = writer;
    if (current == null) {
      Connection connection = origin.source().getConnection();
      try {
        origin.adopt(connection);
        connection.setAutoCommit(false);
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
      current = new Statements(connection);
      writer = current;
    }
    return current;
  }

  /** The readers' pool. */
  synchronized DataSource readers() {
    HikariDataSource current = readers;
    if (current == null) {
      HikariConfig config = new HikariConfig();
      config.setDataSource(origin.source());
      config.setPoolName("postroom-" + Integer.toHexString(System.identityHashCode(this)));
      config.setMaximumPoolSize(READERS);
      config.setMinimumIdle(1);
      config.setReadOnly(false);
      config.setAutoCommit(true);
      config.setInitializationFailTimeout(-1);
      config.setConnectionTimeout(20_000);
      current = new HikariDataSource(config);
      readers = current;
    }
    return current;
  }

  boolean hasRoomFor(long octets) {
    return origin.hasRoomFor(octets);
  }

  /** Gives a bounded amount of room back; on the committer's thread. */
  void tidy() throws SQLException {
    origin.tidy(writer().connection());
  }

  void sync() throws SQLException {
    origin.sync(writer().connection());
  }

  /** Takes back what the failed transaction did; with a new connection when the old one is gone. */
  void rollback(Exception fault, Catalog catalog) {
    Statements current = writer;
    if (current == null) {
      return;
    }
    boolean usable = !origin.failed();
    try {
      current.connection().rollback();
      usable = usable && current.connection().isValid(5);
    } catch (SQLException e) {
      usable = false;
    }
    if (!usable || !(fault instanceof SQLException)) {
      LOG.warn("the connection to {} is given up after: {}", name, fault.toString());
      dropWriter();
      catalog.clear();
    }
  }

  /** What a caller is told of a fault of the database. */
  RuntimeException translated(Exception e) {
    if (e instanceof SQLException sql) {
      return dialect.isFull(sql)
          ? new StorageFull("the disk of " + name + " is full", sql)
          : new StorageUnavailable(name + " could not do this: " + sql.getMessage(), sql);
    }
    return e instanceof RuntimeException fault
        ? fault
        : new StorageUnavailable(name + " could not do this", e);
  }

  private void dropWriter() {
    Statements current = writer;
    writer = null;
    if (current != null) {
      try (current) {
        origin.release(current.connection());
      } catch (SQLException e) {
        LOG.debug("closing a failed connection to {}", name, e);
      }
    }
  }

  private synchronized void dropReaders() {
    HikariDataSource current = readers;
    readers = null;
    if (current != null) {
      current.close();
    }
  }

  /** Runs one statement on a fresh connection. */
  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public String toString() {
    return name;
  }

  /** Closes all connections; nobody may be using them any more. */
  @Override
  public void close() {
    dropReaders();
    dropWriter();
    origin.close();
  }
}
