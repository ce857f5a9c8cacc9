package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock in a PostgreSQL database that keeps a second server out: an advisory lock of a
 * transaction that stays open, on a connection of its own. A transaction has one backend from its
 * beginning to its end, whatever pools connections in between, and with its end the lock is gone: a
 * session's lock would stay behind in a pool. It reads no table, so it hinders neither vacuum nor
 * anything else.
 *
 * <p>It can be lost without a word, when its backend is ended. Then it is taken again, if no other
 * server was quicker; who may write is never its decision, but that of the {@link Epoch}.
 *
 * <p>Used by one thread.
 */
final class ServerLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerLock.class);

  /** "postroom" as a number; the lock is the database's own, so it need not be unique elsewhere. */
  private static final long KEY = 0x706F_7374_726F_6F6DL;

  /** How long a server that ends may take to let it go. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** An answer that takes longer does not come: the other end has vanished without a word. */
  private static final Duration ANSWER = Duration.ofSeconds(20);

  // Until the transaction's end: it may be idle as long as it likes, and a backend whose server has
  // vanished with its machine ends within a minute.
  private static final String BEGIN =
      "SELECT pg_backend_pid(), set_config('lock_timeout', '"
          + PATIENCE.toMillis()
          + "', true), set_config('idle_in_transaction_session_timeout', '0', true),"
          + " set_config('statement_timeout', '0', true),"
          + " set_config('tcp_keepalives_idle', '30', true),"
          + " set_config('tcp_keepalives_interval', '10', true),"
          + " set_config('tcp_keepalives_count', '3', true)";

  // A limit that PostgreSQL has since 17.
  private static final String NO_END =
      "SELECT set_config(name, '0', true) FROM pg_show_all_settings()"
          + " WHERE name = 'transaction_timeout'";
  private static final String TAKE = "SELECT pg_advisory_xact_lock(" + KEY + ")";
  private static final String TRY = "SELECT pg_try_advisory_xact_lock(" + KEY + ")";
  private static final String HOLDER =
      " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
          + " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
          + " AND l.classid = "
          + (KEY >>> 32)
          + " AND l.objid = "
          + (KEY & 0xFFFF_FFFFL)
          + " AND a.datname = current_database()";
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** What a pooler says that pools single statements. */
  private static final String PROTOCOL_VIOLATION = "08P01";

  private final DataSource source;
  private @Nullable Connection holder;
  private int networkTimeout;
  private int backend;

  ServerLock(DataSource source) {
    this.source = source;
  }

  /**
   * Takes the lock, if it is not held. Waits a moment for whoever has it; a backend of ours that
   * did not notice that its connection is gone is ended.
   *
   * @throws LockRefused when another server has it, or what answers has no such locks
   */
  void take() throws SQLException {
    if (isHeld()) {
      return;
    }
    endBackendOfOurs();
    Connection connection = source.getConnection();
    int before = connection.getNetworkTimeout();
    try {
      connection.setNetworkTimeout(Runnable::run, (int) ANSWER.toMillis());
      connection.setAutoCommit(false);
      int pid = begin(connection);
      Database.execute(connection, TAKE);
      holder = connection;
      networkTimeout = before;
      backend = pid;
    } catch (SQLException e) {
      giveBack(connection, before);
      throw refusal(e);
    }
  }

  private SQLException refusal(SQLException e) {
    if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
      return LockRefused.held(byWhom());
    }
    if (PROTOCOL_VIOLATION.equals(e.getSQLState())) {
      return LockRefused.impossible(
          "no transaction can be begun there: "
              + e.getMessage()
              + ". Set its pool_mode to transaction or session, or name the PostgreSQL server"
              + " itself");
    }
    return e;
  }

  private static int begin(Connection connection) throws SQLException {
    int pid;
    try (PreparedStatement begin = connection.prepareStatement(BEGIN);
        ResultSet rows = begin.executeQuery()) {
      rows.next();
      pid = rows.getInt(1);
    }
    Database.execute(connection, NO_END);
    return pid;
  }

  /** Whether it is held still; asks the database. */
  boolean isHeld() {
    Connection connection = holder;
    if (connection == null) {
      return false;
    }
    try {
      Database.execute(connection, "SELECT 1");
      return true;
    } catch (SQLException e) {
      LOG.warn("the connection that holds the lock of the database is gone: {}", e.getMessage());
      holder = null;
      giveBack(connection, networkTimeout);
      return false;
    }
  }

  /**
   * Proves that it is a lock.
   *
   * @param other another connection to the same database, without a transaction
   * @throws LockRefused when that one could have it, too
   */
  void prove(Connection other) throws SQLException {
    try (PreparedStatement statement = other.prepareStatement(TRY);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      if (rows.getBoolean(1)) {
        throw LockRefused.impossible(
            "what answers there does not keep a second server out: an advisory lock that one"
                + " connection holds (pg_advisory_xact_lock) was given to another. Name one"
                + " PostgreSQL server, or a pooler in front of one, that leaves a transaction on"
                + " one backend");
      }
    }
  }

  private void endBackendOfOurs() {
    if (backend == 0) {
      return;
    }
    try (Connection connection = source.getConnection();
        PreparedStatement end =
            connection.prepareStatement(
                "SELECT pg_terminate_backend(l.pid)" + HOLDER + " AND l.pid = ?")) {
      end.setInt(1, backend);
      try (ResultSet rows = end.executeQuery()) {
        if (rows.next()) {
          LOG.info("a backend of ours that still held the lock of the database was ended");
        }
      }
    } catch (SQLException e) {
      LOG.debug("looking for a backend of ours", e); // not ours to end; it ends by itself
    }
  }

  private String byWhom() {
    try (Connection connection = source.getConnection();
        PreparedStatement look =
            connection.prepareStatement("SELECT l.pid, host(a.client_addr)" + HOLDER);
        ResultSet rows = look.executeQuery()) {
      if (rows.next()) {
        String address = rows.getString(2);
        return "backend " + rows.getInt(1) + (address == null ? "" : ", client " + address);
      }
    } catch (SQLException e) {
      LOG.debug("looking for the server that holds the lock", e);
    }
    return "it holds the lock";
  }

  /** Ends the transaction, and with it the lock; the connection may belong to a pool. */
  private static void giveBack(Connection connection, int networkTimeout) {
    try (connection) {
      connection.rollback();
      connection.setAutoCommit(true);
      connection.setNetworkTimeout(Runnable::run, networkTimeout);
    } catch (SQLException e) {
      LOG.debug("giving back the connection that held the lock", e);
    }
  }

  @Override
  public void close() {
    Connection connection = holder;
    holder = null;
    if (connection != null) {
      giveBack(connection, networkTimeout);
    }
  }
}
