package org.postroom.storage.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import javax.sql.DataSource;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.storage.StorageFault;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.DataFolderExposed;
import org.postroom.storage.blob.DataFolderInUse;
import org.postroom.storage.blob.StoreMismatch;

/** Where a store's connections come from: memory, a data folder, a PostgreSQL server. */
final class Origins {
  private static final String H2_SETTINGS =
      ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_ON_EXIT=FALSE"
          + ";LOCK_TIMEOUT=20000;QUERY_CACHE_SIZE=64";

  private Origins() {}

  private static JdbcDataSource h2(String url) {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL(url + H2_SETTINGS);
    source.setUser("sa");
    source.setPassword("");
    return source;
  }

  /** A database that is gone when closed. */
  static final class Memory implements Database.Origin {
    private final JdbcDataSource source =
        h2("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");

    @Override
    public DataSource source() {
      return source;
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

  /**
   * Knows whether there is room on the disk. Asking the system is slow, so after there was plenty
   * it is asked again only when a part of that was written, or a second has passed.
   */
  private static final class Room {
    private static final long PLENTY = 64L << 20;
    private static final long RECENT_NANOS = 1_000_000_000L;

    private long plenty;
    private long asked;

    boolean enough(DataFolder folder, long minFree, long octets) {
      // What is written counts several times: journal, segment, the database's copies of pages.
      long needed = 3 * octets;
      if (needed < plenty && System.nanoTime() - asked < RECENT_NANOS) {
        plenty -= needed;
        return true;
      }
      plenty = 0;
      try {
        folder.requireFree(minFree + needed);
      } catch (StorageFull e) {
        return false;
      }
      try {
        folder.requireFree(minFree + needed + PLENTY);
        plenty = PLENTY;
        asked = System.nanoTime();
      } catch (StorageFull e) {
        // Enough for this time; the next one asks again.
        return true;
      }
      return true;
    }
  }

  /** Opens a data folder; whatever is wrong with it is a {@link StorageFault}. */
  static DataFolder opened(Path path, Function<Path, DataFolder> opener) {
    try {
      return opener.apply(path);
    } catch (DataFolderInUse e) {
      throw StorageFault.passing(
          e.getMessage() + ". Stop the other server, or give this one its own folder.", e);
    } catch (DataFolderExposed e) {
      throw StorageFault.lasting(String.valueOf(e.getMessage()), e);
    } catch (StoreMismatch e) {
      throw StorageFault.lasting("Wrong parts: " + e.getMessage() + ".", e);
    } catch (StorageUnavailable | StorageFull e) {
      throw StorageFault.passing(
          "The data folder " + path + " cannot be used: " + reason(e) + ".", e);
    }
  }

  private static String reason(RuntimeException e) {
    Throwable cause = e.getCause();
    return cause == null ? String.valueOf(e.getMessage()) : cause.toString();
  }

  /** H2 over the redo journal of a data folder, bodies in its log. */
  static final class Folder implements Database.Origin {
    private static final int FILL_RATE = 90; // per cent; H2's own goal
    private static final int TIDY_OCTETS = 16 << 20;

    private final Path path;
    private final Function<Path, DataFolder> opener;
    private final long minFree;
    private final long cacheKilobytes;
    private final Room room = new Room();
    private @Nullable DataFolder folder;
    private @Nullable JdbcDataSource source;

    /**
     * Opens the folder.
     *
     * @param opener how, now and again after a fault
     * @param minFree octets that stay free on the disk
     */
    Folder(Path path, Function<Path, DataFolder> opener, long minFree) {
      this.path = path;
      this.opener = opener;
      this.minFree = minFree;
      this.cacheKilobytes = Math.min(64 * 1024, Runtime.getRuntime().maxMemory() / 1024 * 15 / 100);
      folder = opened(path, opener);
    }

    DataFolder folder() {
      DataFolder current = folder;
      if (current == null) {
        throw new StorageUnavailable("the data folder " + path + " could not be opened again");
      }
      return current;
    }

    @Override
    public DataSource source() {
      JdbcDataSource current = source;
      if (current == null) {
        // H2's background writer saves what was committed asynchronously; a CHECKPOINT SYNC that
        // comes meanwhile finds nothing to save and syncs without it. With WRITE_DELAY=0 there is
        // none: COMMIT itself writes, and tidy() does the writer's house-keeping.
        current =
            h2(
                "jdbc:h2:"
                    + folder().databasePath()
                    + ";WRITE_DELAY=0;CACHE_SIZE="
                    + cacheKilobytes);
        source = current;
      }
      return current;
    }

    @Override
    public void sync(Connection writer) throws SQLException {
      Database.execute(writer, "CHECKPOINT SYNC");
    }

    @Override
    public void tidy(Connection writer) throws SQLException {
      SessionLocal session = (SessionLocal) writer.unwrap(JdbcConnection.class).getSession();
      session.getDatabase().getStore().getMvStore().compact(FILL_RATE, TIDY_OCTETS);
    }

    @Override
    public boolean hasRoomFor(long octets) {
      return room.enough(folder(), minFree, octets);
    }

    @Override
    public boolean failed() {
      DataFolder current = folder;
      return current == null || current.failed();
    }

    @Override
    public void reopen() {
      DataFolder current = folder;
      folder = null;
      source = null;
      if (current != null) {
        current.close();
      }
      try {
        folder = opener.apply(path);
      } catch (DataFolderInUse | DataFolderExposed | StoreMismatch e) {
        throw new StorageUnavailable("opening the data folder " + path + " again", e);
      }
    }

    @Override
    public void close() {
      if (folder != null) {
        folder.close();
      }
    }
  }

  /** A PostgreSQL server; a lock in the database keeps other servers out. */
  static final class Postgres implements Database.Origin {
    // "postroom" as a number; the lock is the database's own, so it need not be unique elsewhere.
    private static final long LOCK = 0x706F_7374_726F_6F6DL;

    private final DataSource source;
    private final Optional<DataFolder> bodies;
    private final long minFree;
    private final Room room = new Room();

    Postgres(DataSource source, Optional<DataFolder> bodies, long minFree) {
      this.source = source;
      this.bodies = bodies;
      this.minFree = minFree;
    }

    static DataSource source(String url, String user, String password) {
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setURL(url);
      if (!user.isEmpty()) { // else the URL's, or the system's user
        source.setUser(user);
      }
      if (!password.isEmpty()) {
        source.setPassword(password);
      }
      source.setReWriteBatchedInserts(true);
      source.setTcpKeepAlive(true);
      return source;
    }

    @Override
    public DataSource source() {
      return source;
    }

    @Override
    public void adopt(Connection writer) throws SQLException {
      try (PreparedStatement lock = writer.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
        lock.setLong(1, LOCK);
        try (ResultSet rows = lock.executeQuery()) {
          rows.next();
          if (!rows.getBoolean(1)) {
            throw new StorageUnavailable("another server works in this database");
          }
        }
      }
    }

    /** The lock belongs to the connection, which an application's pool keeps open. */
    @Override
    public void release(Connection writer) throws SQLException {
      writer.rollback();
      writer.setAutoCommit(true);
      try (PreparedStatement unlock = writer.prepareStatement("SELECT pg_advisory_unlock(?)")) {
        unlock.setLong(1, LOCK);
        unlock.execute();
      }
    }

    @Override
    public boolean hasRoomFor(long octets) {
      return bodies.isEmpty() || room.enough(bodies.get(), minFree, octets);
    }

    @Override
    public void close() {
      bodies.ifPresent(DataFolder::close);
    }
  }
}
