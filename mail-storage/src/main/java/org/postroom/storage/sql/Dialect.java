package org.postroom.storage.sql;

import java.sql.SQLException;

/** Where the two databases differ. */
interface Dialect {

  /** The name of its folder of migrations. */
  String name();

  /**
   * Adds one to the share of each message in a range of {@code mailbox_message.id} (two
   * parameters).
   */
  String shareRange();

  /** Whether the error says that there is no room on the disk. */
  boolean isFull(SQLException e);

  /** Whether the error says that the connection is gone, and another may do. */
  boolean isConnectionLost(SQLException e);

  /** Whether transactions of applications can reach our tables. */
  boolean hasOutbox();

  /** H2, in PostgreSQL mode. */
  final class H2 implements Dialect {
    @Override
    public String name() {
      return "h2";
    }

    @Override
    public String shareRange() {
      return "MERGE INTO message_share t USING (SELECT message_id, CAST(COUNT(*) AS INT) AS n"
          + " FROM mailbox_message WHERE id BETWEEN ? AND ? GROUP BY message_id) s"
          + " ON t.message_id = s.message_id WHEN MATCHED THEN UPDATE SET extra = extra + s.n"
          + " WHEN NOT MATCHED THEN INSERT (message_id, extra) VALUES (s.message_id, s.n)";
    }

    @Override
    public boolean isFull(SQLException e) {
      return mentionsFullDisk(e);
    }

    /** Nobody else has a connection; what one commits would be in the database, not the journal. */
    @Override
    public boolean hasOutbox() {
      return false;
    }

    /** It lives in this process: what is wrong with one is wrong with all. */
    @Override
    public boolean isConnectionLost(SQLException e) {
      return false;
    }
  }

  /** PostgreSQL 14 and later. */
  final class Postgres implements Dialect {
    @Override
    public String name() {
      return "postgresql";
    }

    @Override
    public String shareRange() {
      return "INSERT INTO message_share (message_id, extra) SELECT message_id, COUNT(*)::INT"
          + " FROM mailbox_message WHERE id BETWEEN ? AND ? GROUP BY message_id"
          + " ON CONFLICT (message_id) DO UPDATE SET extra = message_share.extra + EXCLUDED.extra";
    }

    @Override
    public boolean hasOutbox() {
      return true;
    }

    @Override
    public boolean isFull(SQLException e) {
      return "53100".equals(e.getSQLState()); // disk_full
    }

    @Override
    public boolean isConnectionLost(SQLException e) {
      String state = e.getSQLState();
      // connection_exception; admin_shutdown, crash_shutdown, cannot_connect_now
      return state != null && (state.startsWith("08") || state.startsWith("57P0"));
    }
  }

  private static boolean mentionsFullDisk(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && message.contains("No space left on device")) {
        return true;
      }
    }
    return false;
  }
}
