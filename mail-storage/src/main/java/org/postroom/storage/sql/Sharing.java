package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Ends a row's share of a message: with the last one the message goes, and its body. */
final class Sharing {
  private static final String SELECT =
      "SELECT m.blob_segment, m.blob_offset, m.blob_length, m.blob_described, s.extra"
          + " FROM message m LEFT JOIN message_share s ON s.message_id = m.id WHERE m.id = ?";

  private Sharing() {}

  static void release(Batch batch, Journaled statements, long message) throws SQLException {
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
      batch.freeAfterCommit(body);
    }
  }
}
