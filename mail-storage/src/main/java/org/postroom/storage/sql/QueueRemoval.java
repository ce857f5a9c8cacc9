package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postroom.core.mail.QueueId;

/**
 * Takes rows out of the queue, and with a mail's last one the mail and its body: each kind of row
 * with one statement for all.
 */
final class QueueRemoval {
  static final String DELETE_RECIPIENT = "DELETE FROM queue_recipient WHERE id = ?";
  private static final String DELETE_MAIL =
      "DELETE FROM queue_mail WHERE id = ?"
          + " AND NOT EXISTS (SELECT 1 FROM queue_recipient WHERE mail_id = ?)";

  private final Destinations destinations;

  QueueRemoval(Destinations destinations) {
    this.destinations = destinations;
  }

  /**
   * A row that is to go.
   *
   * @param mails takes its mail where no row of that is left
   */
  record Row(QueueRows.Owned owned, Set<QueueId> mails) {}

  /** The same for rows of which one caller hears. */
  int remove(
      AfterCommit after,
      Journaled statements,
      String delete,
      Collection<QueueRows.Owned> rows,
      Set<QueueId> mails)
      throws SQLException {
    return remove(
        after, statements, delete, rows.stream().map(row -> new Row(row, mails)).toList());
  }

  /**
   * Removes rows; gives how many there were.
   *
   * @param delete the statement, which has a recipient's number
   */
  int remove(AfterCommit after, Journaled statements, String delete, List<Row> rows)
      throws SQLException {
    if (rows.isEmpty()) {
      return 0;
    }
    Prepared recipients = statements.of(delete);
    for (Row row : rows) {
      recipients.setLong(1, row.owned().recipient());
      recipients.addBatch();
    }
    int[] counts = recipients.executeBatch();
    Map<Long, Row> byMail = new LinkedHashMap<>();
    int gone = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        gone++;
        byMail.put(rows.get(i).owned().mail(), rows.get(i));
      }
    }
    int fewer = gone;
    after.afterCommit(() -> destinations.count(-fewer));
    removeMails(after, statements, List.copyOf(byMail.values()));
    return gone;
  }

  private static void removeMails(AfterCommit after, Journaled statements, List<Row> mails)
      throws SQLException {
    if (mails.isEmpty()) {
      return;
    }
    Prepared delete = statements.of(DELETE_MAIL);
    for (Row row : mails) {
      delete.setLong(1, row.owned().mail());
      delete.setLong(2, row.owned().mail());
      delete.addBatch();
    }
    int[] counts = delete.executeBatch();
    Map<Long, BlobRef> ended = new LinkedHashMap<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        Row row = mails.get(i);
        row.mails().add(row.owned().id());
        ended.put(row.owned().message(), row.owned().body());
      }
    }
    Sharing.release(after, statements, ended);
  }
}
