package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.QueueId;

/**
 * What units of work have for the queue's tables that is the same for all of them: mails that come
 * in, and recipients that are done with. Written with one statement for each kind of row, however
 * many units there are.
 */
final class QueueWrites {
  private final List<QueueEntry> entries = new ArrayList<>(0);
  private final List<QueueRemoval.Row> done = new ArrayList<>(0);
  private @Nullable QueueRemoval removal;

  void enter(QueueEntry entry) {
    entries.add(entry);
  }

  /**
   * Recipients are done with.
   *
   * @param by whose queue it is
   * @param mails takes those of which no row is left
   */
  void remove(QueueRemoval by, Collection<QueueRows.Owned> rows, Set<QueueId> mails) {
    removal = by;
    rows.forEach(row -> done.add(new QueueRemoval.Row(row, mails)));
  }

  /** Those of another unit as well. */
  void take(QueueWrites other) {
    entries.addAll(other.entries);
    done.addAll(other.done);
    removal = other.removal == null ? removal : other.removal;
  }

  /** What comes in, before anything looks for what there is. */
  void insert(Journaled statements) throws SQLException {
    if (!entries.isEmpty()) {
      QueueEntry.insert(statements, entries);
      entries.clear();
    }
  }

  /** What is done with. */
  void remove(AfterCommit after, Journaled statements) throws SQLException {
    if (removal != null && !done.isEmpty()) {
      int unused = removal.remove(after, statements, QueueRemoval.DELETE_RECIPIENT, done);
      done.clear();
    }
  }
}
