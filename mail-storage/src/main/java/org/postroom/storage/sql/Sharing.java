package org.postroom.storage.sql;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Ends a row's share of a message: with the last one the message goes, and its body. */
final class Sharing {
  private static final String SELECT =
      "SELECT m.blob_segment, m.blob_offset, m.blob_length, m.blob_described, s.extra"
          + " FROM message m LEFT JOIN message_share s ON s.message_id = m.id WHERE m.id = ?";

  private static final String DELETE_UNSHARED =
      "DELETE FROM message WHERE id = ?"
          + " AND NOT EXISTS (SELECT 1 FROM message_share WHERE message_id = ?)";

  private Sharing() {}

  /**
   * The same for each of several.
   *
   * @param bodies where they lie, which does not change
   */
  static void release(AfterCommit after, Journaled statements, Map<Long, BlobRef> bodies)
      throws SQLException {
    if (bodies.isEmpty()) {
      return;
    }
    List<Long> messages = List.copyOf(bodies.keySet());
    Prepared delete = statements.of(DELETE_UNSHARED);
    for (Long message : messages) {
      delete.setLong(1, message);
      delete.setLong(2, message);
      delete.addBatch();
    }
    int[] counts = delete.executeBatch();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        after.freeAfterCommit(requireNonNull(bodies.get(messages.get(i))));
      } else {
        release(after, statements, messages.get(i));
      }
    }
  }

  static void release(AfterCommit after, Journaled statements, long message) throws SQLException {
    BlobRef body;
    int extra;
    Prepared select = statements.of(SELECT);
    select.setLong(1, message);
    try (ResultSet rows = select.executeQuery()) {
      if (!rows.next()) {
        return;
      }
      body = new BlobRef(rows.getInt(1), rows.getLong(2), rows.getLong(3), rows.getInt(4));
      extra = rows.getInt(5);
    }
    if (extra > 1) {
      statements.update("UPDATE message_share SET extra = extra - 1 WHERE message_id = ?", message);
    } else if (extra == 1) {
      statements.update("DELETE FROM message_share WHERE message_id = ?", message);
    } else {
      statements.update("DELETE FROM message WHERE id = ?", message);
      after.freeAfterCommit(body);
    }
  }
}
