package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.storage.blob.DataFolder;

/** A PostgreSQL server; a lock in the database keeps other servers out. */
final class PostgresOrigin implements Origin {
  // "postroom" as a number; the lock is the database's own, so it need not be unique elsewhere.
  private static final long LOCK = 0x706F_7374_726F_6F6DL;

  private final DataSource source;
  private final Optional<DataFolder> bodies;
  private final long minFree;
  private final Room room = new Room();

  PostgresOrigin(DataSource source, Optional<DataFolder> bodies, long minFree) {
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
