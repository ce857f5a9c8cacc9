package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.postroom.core.mail.QueueId;

/** Takes rows out of the queue, and with a mail's last one the mail and its body. */
final class QueueRemoval {
  private static final String DELETE_MAIL =
      "DELETE FROM queue_mail WHERE id = ?"
          + " AND NOT EXISTS (SELECT 1 FROM queue_recipient WHERE mail_id = ?)";

  private final Destinations destinations;

  QueueRemoval(Destinations destinations) {
    this.destinations = destinations;
  }

  /**
   * Removes rows; gives how many there were.
   *
   * @param delete the statement, which has a recipient's number
   * @param mails takes those of which no row is left
   */
  int remove(
      Batch batch,
      Journaled statements,
      String delete,
      Collection<QueueRows.Owned> rows,
      Set<QueueId> mails)
      throws SQLException {
    Map<Long, QueueRows.Owned> messages = new LinkedHashMap<>(); // by mail
    int gone = 0;
    for (QueueRows.Owned row : rows) {
      if (statements.update(delete, row.recipient()) > 0) {
        gone++;
        messages.put(row.mail(), row);
      }
    }
    int fewer = gone;
    batch.afterCommit(() -> destinations.count(-fewer));
    for (QueueRows.Owned one : messages.values()) {
      if (statements.update(DELETE_MAIL, one.mail(), one.mail()) > 0) {
        Sharing.release(batch, statements, one.message());
        mails.add(one.id());
      }
    }
    return gone;
  }
}
