package org.postroom.storage.sql;

import java.sql.SQLException;

/** Gives leases back that have come to nothing: what was held meanwhile stays so. */
final class LeaseEnd {
  private static final String BACK =
      "UPDATE queue_recipient SET ready_ts = CASE WHEN leased = 1 THEN due_ts ELSE ready_ts END,"
          + " leased = CASE WHEN leased = 1 THEN 0 ELSE leased END, lease_owner = NULL";

  private static final String OF_OWNER = BACK + " WHERE leased IN (1, 3, 4) AND lease_owner = ?";
  private static final String OF_ROW = BACK + " WHERE id = ?";

  private static final String OF_ALL =
      BACK + " WHERE leased = 1 OR leased IN (3, 4, 5) AND lease_owner IS NOT NULL";

  /** What was set aside may have been mended. */
  private static final String LOOK_AGAIN =
      "UPDATE queue_recipient SET leased = 0, ready_ts = due_ts WHERE leased = " + RowState.ASIDE;

  private LeaseEnd() {}

  /**
   * For the opening of the store, which nobody else has open: all that is leased is by the dead.
   */
  static void all(Statements statements) throws SQLException {
    statements.update(OF_ALL);
    statements.update(LOOK_AGAIN);
  }

  /**
   * Those of one who has begun anew.
   *
   * @param holder as rows name it
   * @return how many rows may be due now
   */
  static int of(String holder, Journaled statements) throws SQLException {
    Prepared update = statements.of(OF_OWNER);
    update.setString(1, holder);
    return update.executeUpdate() + statements.update(LOOK_AGAIN);
  }

  /** That of one row. */
  static void of(long recipient, Journaled statements) throws SQLException {
    statements.update(OF_ROW, recipient);
  }
}
