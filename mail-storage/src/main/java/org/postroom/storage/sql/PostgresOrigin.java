package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server, or a pooler of connections in front of one. Nothing here asks for more of a
 * connection than that a transaction has one backend from its beginning to its end.
 */
final class PostgresOrigin implements Origin {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresOrigin.class);

  /** How often the lock is looked at. Firewalls and poolers forget idle connections later. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  /** A statement of the committer that takes longer has lost its server without a word. */
  private static final Duration ANSWER = Duration.ofMinutes(2);

  /**
   * Looks whether the epoch is still the last one, and commits: one message and one answer. Where
   * it is not, the division fails, and nothing that was sent with it is done. The row is locked as
   * by {@link Epoch#check}; a shared lock leaves it as it is.
   *
   * <p>Whoever is told of a commit must find it after a crash, also where the database's own
   * setting does not ask for that.
   */
  private static final String COMMIT =
      "SELECT 1 / COUNT(*), set_config('synchronous_commit', CASE WHEN NOT ? THEN 'off'"
          + " WHEN current_setting('synchronous_commit') = 'off' THEN 'on'"
          + " ELSE current_setting('synchronous_commit') END, true)"
          + " FROM (SELECT 1 FROM store_state WHERE k = '"
          + Epoch.KEY
          + "' AND v = ? FOR SHARE) AS held; COMMIT";

  private static final String DIVISION_BY_ZERO = "22012";

  private final DataSource source;
  private final ServerLock lock;
  private final Optional<HeldFolder> bodies;
  private final long minFree;
  private volatile Room room = new Room();

  // The committer's.
  private @Nullable PreparedStatement commit;
  private int networkTimeout;
  private long looked = System.nanoTime();

  /**
   * Uses a database.
   *
   * @param bodies where these lie when they are not in it
   * @param minFree octets that stay free on their disk
   */
  PostgresOrigin(DataSource source, Optional<HeldFolder> bodies, long minFree) {
    this.source = source;
    this.lock = new ServerLock(source);
    this.bodies = bodies;
    this.minFree = minFree;
  }

  static DataSource source(String url, String user, String password, Optional<String> schema) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(url);
    if (!user.isEmpty()) { // else the URL's, or the system's user
      source.setUser(user);
    }
    if (!password.isEmpty()) {
      source.setPassword(password);
    }
    schema.ifPresent(name -> source.setCurrentSchema(new OwnSchema(name).quoted()));
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
    networkTimeout = writer.getNetworkTimeout();
    if (networkTimeout == 0) { // else somebody has chosen one
      writer.setNetworkTimeout(Runnable::run, (int) ANSWER.toMillis());
    }
    keepNothingPreparedInAPool(writer);
    lock.take();
    lock.prove(writer);
    commit = writer.prepareStatement(COMMIT);
  }

  /**
   * A pooler that gives a connection another backend for each transaction may not know of
   * statements that the driver has prepared at the one before.
   */
  private void keepNothingPreparedInAPool(Connection writer) throws SQLException {
    if (!writer.isWrapperFor(PGConnection.class)) {
      return;
    }
    PGConnection connection = writer.unwrap(PGConnection.class);
    if (connection.getPrepareThreshold() == 0 || !Pooler.isBefore(writer)) {
      return;
    }
    connection.setPrepareThreshold(0);
    if (source instanceof PGSimpleDataSource ours) {
      LOG.info("there is a pooler in front of the database: statements are not prepared");
      ours.setPrepareThreshold(0);
    }
  }

  /** The connection may belong to an application's pool. */
  @Override
  public void release(Connection writer) throws SQLException {
    commit = null;
    writer.rollback();
    writer.setAutoCommit(true);
    writer.setNetworkTimeout(Runnable::run, networkTimeout);
  }

  @Override
  public void commit(Statements writer, Epoch epoch, boolean durable) throws SQLException {
    PreparedStatement statement = commit;
    if (statement == null) {
      throw new SQLException("the connection was given up");
    }
    try {
      statement.setBoolean(1, durable);
      statement.setString(2, Long.toString(epoch.number()));
      statement.execute();
    } catch (SQLException e) {
      if (DIVISION_BY_ZERO.equals(e.getSQLState())) {
        throw new PlaceLost(epoch);
      }
      throw e;
    }
    if (System.nanoTime() - looked > LOOK.toNanos()) {
      lookAtTheLock();
    }
  }

  @Override
  public void rest(Connection writer) {
    if (System.nanoTime() - looked > LOOK.toNanos()) {
      lookAtTheLock();
    }
  }

  /** Takes the lock again if it is lost. Until then, and if that fails, the epoch stands guard. */
  private void lookAtTheLock() {
    looked = System.nanoTime();
    try {
      lock.take();
    } catch (SQLException e) {
      LOG.warn("the lock of the database could not be taken again: {}", e.getMessage());
    }
  }

  @Override
  public boolean hasRoomFor(long octets) {
    return bodies.isEmpty() || room.enough(bodies.get().current(), minFree, octets);
  }

  /**
   * {@inheritDoc}
   *
   * <p>What has failed is the folder of the bodies: a connection that is lost is only made anew. A
   * body that is not durable has no row, because rows are committed after it.
   */
  @Override
  public void discard() {
    bodies.ifPresent(HeldFolder::discard);
  }

  @Override
  public void fence(Throwable why) {
    bodies.ifPresent(folder -> folder.fence(why));
  }

  @Override
  public boolean canReopen() {
    return bodies.isPresent();
  }

  @Override
  public void reopen(long opening) {
    room = new Room();
    bodies.ifPresent(folder -> folder.reopen(opening));
  }

  @Override
  public void close() {
    lock.close();
    bodies.ifPresent(HeldFolder::close);
  }
}
