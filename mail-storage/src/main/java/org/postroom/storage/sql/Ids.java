package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/**
 * Gives out ids that were never given before, from blocks whose end is kept in {@code store_state}
 * before the first id of the block is used. Used by the committer only.
 */
final class Ids {
  private static final String READ = "SELECT v FROM store_state WHERE k = ?";
  private static final String UPDATE = "UPDATE store_state SET v = ? WHERE k = ?";
  private static final String INSERT = "INSERT INTO store_state (v, k) VALUES (?, ?)";

  private final Map<Kind, Block> blocks = new EnumMap<>(Kind.class);

  /** What ids are for; each counts on its own. */
  enum Kind {
    ACCOUNT("account_id", 16),
    MAILBOX("mailbox_id", 64),
    MESSAGE("message_id", 8192),
    QUEUE_MAIL("queue_mail_id", 8192),
    QUEUE_RECIPIENT("queue_recipient_id", 8192),
    APP_PASSWORD("app_password_id", 16);

    private final String key;
    private final int block;

    Kind(String key, int block) {
      this.key = key;
      this.block = block;
    }
  }

  private static final class Block {
    private long next;
    private long end;
  }

  long next(Kind kind, Journaled statements) throws SQLException {
    Block block = blocks.get(kind);
    if (block == null) {
      block = new Block();
      block.next = read(kind, statements);
      block.end = block.next;
      blocks.put(kind, block);
    }
    if (block.next == block.end) {
      long end = block.end + kind.block;
      write(kind, end, statements);
      block.end = end;
    }
    return block.next++;
  }

  /**
   * What this knows may not be what the database has: the ends are read there again. The rest of
   * the blocks is not given out.
   */
  void forget() {
    blocks.clear();
  }

  private static long read(Kind kind, Journaled statements) throws SQLException {
    Prepared select = statements.of(READ);
    select.setString(1, kind.key);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? Long.parseLong(rows.getString(1)) : 1;
    }
  }

  private static void write(Kind kind, long end, Journaled statements) throws SQLException {
    for (String sql : new String[] {UPDATE, INSERT}) {
      Prepared statement = statements.of(sql);
      statement.setString(1, Long.toString(end));
      statement.setString(2, kind.key);
      if (statement.executeUpdate() > 0) {
        return;
      }
    }
  }
}
