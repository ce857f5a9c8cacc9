package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.storage.blob.StoreMismatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one database: the committer's own, and a small pool for readers. When the
 * committer's fails it is made anew, and the catalogue, which stands for what that connection has
 * seen, is emptied. When more than a connection has failed, nobody gets one until {@link
 * StoreHealth} says that the store is open again; the committer sees to that, in {@link #writer}.
 */
final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int READERS = 6;
  private static final Duration READER_ATTEMPT = Duration.ofSeconds(1);
  private static final Duration READERS_PATIENCE = Duration.ofSeconds(20);

  private final String name;
  private final Dialect dialect;
  private final Origin origin;
  private final Catalog catalog;
  private final StoreHealth health;
  private final Duration patience;
  private volatile @Nullable Statements writer;
  private @Nullable Readers readers;
  private @Nullable Epoch epoch;

  Database(String name, Dialect dialect, Origin origin, Catalog catalog, StoreHealth health) {
    this(name, dialect, origin, catalog, health, READERS_PATIENCE);
  }

  /**
   * The same.
   *
   * @param patience how long a reading waits for a connection, in all
   */
  Database(
      String name,
      Dialect dialect,
      Origin origin,
      Catalog catalog,
      StoreHealth health,
      Duration patience) {
    this.name = name;
    this.dialect = dialect;
    this.origin = origin;
    this.catalog = catalog;
    this.health = health;
    this.patience = patience;
  }

  Dialect dialect() {
    return dialect;
  }

  /** The committer's statements; connects when there is no connection. */
  Statements writer() throws SQLException {
    switch (health.state()) {
      case BROKEN -> reopen();
      case DEAD, CLOSED -> health.requireOpen();
      case OPENING, OPEN -> {}
    }
    Statements current = writer;
    return current == null ? connect() : current;
  }

  private Statements connect() throws SQLException {
    Connection connection = origin.source().getConnection();
    try {
      origin.adopt(connection);
      connection.setAutoCommit(false);
      Statements fresh = new Statements(connection, origin.changes());
      resume(fresh);
      writer = fresh;
      return fresh;
    } catch (SQLException | RuntimeException | Error e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Takes the store: whoever opened it before can change nothing from now on. Once, when it is
   * opened.
   */
  void takePlace() throws SQLException {
    Statements statements = writer();
    Epoch drawn = Epoch.draw(statements);
    // Nothing of it was promised to anybody; it is in the journal before whatever is. So a start
    // needs no room on the disk.
    origin.commit(statements, false);
    epoch = drawn;
  }

  /** Which opening this is, after {@link #takePlace}. */
  Epoch epoch() {
    return Objects.requireNonNull(epoch, "the store was not taken");
  }

  private void resume(Statements statements) throws SQLException {
    Epoch ours = epoch;
    if (ours != null) {
      try {
        ours.resume(statements);
        origin.commit(statements, false);
      } catch (PlaceLost e) {
        health.die(e);
        throw e;
      }
    }
  }

  /** Ends the instance that has failed, and opens one in its place. Readers wait meanwhile. */
  private synchronized void reopen() throws SQLException {
    health.reopening();
    try {
      origin.discard();
      dropReaders();
      dropWriter();
      origin.reopen(health.opening());
      connectIfThere();
      health.opened();
    } catch (SQLException | RuntimeException | Error e) {
      origin.fence(e);
      health.notReopened(e, e instanceof StoreMismatch || H2.isCorrupt(e));
      throw new StorageUnavailable(name + " could not be opened again", e);
    }
  }

  /** A database that is away is no fault of what has just been opened beside it. */
  private void connectIfThere() throws SQLException {
    try {
      connect();
    } catch (SQLException e) {
      throw isAway(e) ? new DatabaseAway(e) : e;
    }
  }

  private boolean isAway(SQLException e) {
    return dialect.isConnectionLost(e) || e instanceof SQLTransientConnectionException;
  }

  /** It is complete, and for everybody. */
  void opened() {
    health.opened();
  }

  /** What the committer, or what runs for it, has met. */
  void met(Throwable fault) {
    met(health.opening(), fault);
  }

  private void met(long opening, Throwable fault) {
    if (!origin.isBrokenBy(fault)) {
      return;
    }
    if (opening == health.opening()) {
      origin.fence(fault);
    }
    health.broken(opening, fault);
    if (!origin.canReopen()) {
      health.die(fault);
    }
  }

  /** Brings the database to what was committed before. */
  void catchUp() throws SQLException {
    origin.catchUp();
  }

  /** Something that is read with one connection; it may be begun anew with another. */
  interface Reading<T> {
    T from(Connection connection) throws SQLException;
  }

  /**
   * Reads: the one way in which anybody but the committer does. Whoever comes while the store is
   * opened again waits for that, and for a connection, up to one deadline. A reading whose
   * connection is lost in the middle is done again with another, until then: a database that comes
   * back soon is not noticed by whoever is in the middle of a body. An error that comes out of it
   * may have left the instance half done, and is told like those that the database hands on in an
   * exception of its own.
   *
   * @param what is read, for whoever is told that it cannot be
   * @throws StorageUnavailable when the store is dead, does not come back in time, or cannot read
   *     it
   */
  <T> T read(String what, Reading<T> reading) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      for (int left = READERS; ; left--) { // all that the pool has may be lost
        Reader reader = reader(end);
        try (reader) {
          return reader.run(reading);
        } catch (SQLException e) {
          if (left == 0 || System.nanoTime() - end > 0 || !dialect.isConnectionLost(e)) {
            throw e;
          }
        }
      }
    } catch (SQLException e) {
      throw new StorageUnavailable("cannot read " + what + " from " + name, e);
    }
  }

  /** Waits for one until {@code end}. */
  private Reader reader(long end) throws SQLException {
    while (true) {
      health.awaitOpen(Duration.ofNanos(end - System.nanoTime()));
      Readers pool = readers();
      try {
        return new Reader(pool.connections.take(), pool);
      } catch (SQLException e) {
        boolean passing =
            e instanceof SQLTransientConnectionException || pool.connections.isClosed();
        if (!passing || System.nanoTime() - end > 0) {
          throw e;
        }
      } catch (Error e) {
        met(pool.opening, e);
        throw e;
      }
    }
  }

  /** A connection to read with, and of which instance. */
  private final class Reader implements AutoCloseable {
    private final Connection connection;
    private final Readers pool;
    private @Nullable Throwable failure;

    Reader(Connection connection, Readers pool) {
      this.connection = connection;
      this.pool = pool;
    }

    <T> T run(Reading<T> reading) throws SQLException {
      try {
        return reading.from(connection);
      } catch (NullPointerException e) {
        // What a pool gave at the moment of its end may have nothing behind it.
        if (!pool.connections.isClosed()) {
          throw e;
        }
        throw new SQLNonTransientConnectionException("the connection's pool ended", "08003", e);
      } catch (SQLException e) {
        failure = e;
        throw e;
      } catch (Error e) {
        failure = e;
        met(pool.opening, e);
        throw e;
      }
    }

    @Override
    public void close() throws SQLException {
      pool.connections.giveBack(connection, failure);
    }
  }

  /** Connections to one instance. */
  private record Readers(ReaderPool connections, long opening) {}

  /** The readers' pool. */
  private synchronized Readers readers() {
    Readers current = readers;
    if (current == null) {
      long opening = health.opening();
      String pool = "postroom-" + Integer.toHexString(System.identityHashCode(this));
      current =
          new Readers(origin.readers(pool, READERS, READER_ATTEMPT, e -> met(opening, e)), opening);
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

  /** See {@link Origin#patience}. */
  Duration patience() {
    return origin.patience();
  }

  /**
   * Commits the transaction of {@link #writer}'s statements; see {@link Origin#commit}.
   *
   * @throws StorageUnavailable when everything below must be opened again: the transaction is lost
   * @throws PlaceLost when another server has opened the store since: nothing of it is there
   */
  void commit(Statements statements, boolean durable) throws SQLException {
    StoreHealth.State now = health.state();
    if (statements != writer || now != StoreHealth.State.OPEN && now != StoreHealth.State.OPENING) {
      throw new StorageUnavailable(name + " failed while this was being done");
    }
    Epoch ours = epoch;
    if (ours == null) { // it is being opened
      origin.commit(statements, durable);
      return;
    }
    try {
      origin.commit(statements, ours, durable);
    } catch (PlaceLost e) {
      health.die(e);
      throw e;
    }
  }

  /** For a committer with nothing to do: catches up on what was put off, and on what failed. */
  void rest() {
    if (health.state() == StoreHealth.State.DEAD) {
      return;
    }
    try {
      origin.rest(writer().connection());
    } catch (SQLException | RuntimeException | Error e) {
      LOG.debug("while nothing was to be done with {}", name, e);
      rollback(e);
    }
  }

  /** Takes back what the failed transaction did; with a new connection when the old one is gone. */
  void rollback(Throwable fault) {
    met(fault);
    Statements current = writer;
    if (current == null) {
      return;
    }
    boolean usable = health.state() == StoreHealth.State.OPEN;
    Changes changes = origin.changes();
    if (changes != null) {
      changes.forget();
    }
    try {
      if (usable) {
        current.forget();
        current.connection().rollback();
        usable = current.connection().isValid(5);
      }
    } catch (SQLException e) {
      met(e);
      usable = false;
    }
    if (!usable || !(fault instanceof SQLException)) {
      LOG.warn("the connection to {} is given up after: {}", name, fault.toString());
      dropWriter();
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
    catalog.clear();
    if (current != null) {
      try (current) {
        origin.release(current.connection());
      } catch (SQLException e) {
        LOG.debug("closing a failed connection to {}", name, e);
      }
    }
  }

  private synchronized void dropReaders() {
    Readers current = readers;
    readers = null;
    if (current != null) {
      current.connections.close();
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
    health.closed();
    dropReaders();
    dropWriter();
    origin.close();
  }
}
