package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import org.postroom.core.arrival.QueueIds;

/**
 * Which opening of the store this is. Each opening draws the next number; whoever commits looks, in
 * the same transaction, whether its own is still the last. So only the last one to open a store can
 * change it, whatever became of the locks that keep the others out: a server that was suspended,
 * cut off, or robbed of its lock writes nothing any more.
 *
 * <p>The row is locked by the look until the commit. An opening that draws meanwhile waits for
 * that, and what it reads afterwards has everything that was ever acknowledged.
 *
 * @param number rises with every opening; those of failed openings are left out
 */
record Epoch(long number) {
  /** The row of store_state; its name is older than what it is used for. */
  static final String KEY = "runs";

  private static final String LOOK = "SELECT v FROM store_state WHERE k = '" + KEY + "' FOR UPDATE";
  private static final String CHANGE = "UPDATE store_state SET v = ? WHERE k = '" + KEY + "'";
  private static final String INSERT = "INSERT INTO store_state (k, v) VALUES ('" + KEY + "', ?)";

  /** Gives ids that those of other openings never are. */
  QueueIds queueIds(Clock clock) {
    return new QueueIds(clock, (int) (number % QueueIds.SEEDS));
  }

  /** What a lease says of whose it is: it is of this opening, and over with it. */
  String holder(String owner) {
    return number + " " + owner;
  }

  /** Draws the next, in the running transaction. */
  static Epoch draw(Statements statements) throws SQLException {
    Epoch drawn = new Epoch(last(statements) + 1);
    drawn.write(statements);
    return drawn;
  }

  /**
   * Looks whether this is the last one, in the transaction that is to be committed.
   *
   * @throws PlaceLost when it is not; the transaction must not be committed
   */
  void check(Statements statements) throws SQLException {
    if (last(statements) != number) {
      throw new PlaceLost(this);
    }
  }

  /**
   * The same on a new connection. A database that was opened again may have lost the drawing, which
   * is not synced until something is that somebody was told of: it is done again then.
   */
  void resume(Statements statements) throws SQLException {
    long last = last(statements);
    if (last > number) {
      throw new PlaceLost(this);
    }
    if (last < number) {
      write(statements);
    }
  }

  private void write(Statements statements) throws SQLException {
    for (String sql : new String[] {CHANGE, INSERT}) {
      Prepared statement = statements.of(sql);
      statement.setString(1, Long.toString(number));
      if (statement.executeUpdate() > 0) {
        return;
      }
    }
  }

  private static long last(Statements statements) throws SQLException {
    try (ResultSet rows = statements.of(LOOK).executeQuery()) {
      return rows.next() ? Long.parseLong(rows.getString(1)) : 0;
    }
  }
}
