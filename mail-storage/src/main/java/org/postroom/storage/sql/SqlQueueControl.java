package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueControl;

/** The queue's rows as an administrator sees and changes them. */
final class SqlQueueControl implements QueueControl {
  private static final String KEEP =
      "UPDATE queue_recipient SET leased = ?, ready_ts = ? WHERE id = ? AND leased IN (0, 1)";

  /** What is under way is leased as before. */
  private static final String LET_GO =
      "UPDATE queue_recipient SET leased = CASE WHEN lease_owner IS NULL THEN 0 ELSE 1 END,"
          + " due_ts = ?, ready_ts = ? WHERE id = ? AND leased = ?";

  private static final String RUN =
      "UPDATE queue_recipient SET due_ts = ?, ready_ts = ? WHERE id = ? AND leased = ?";
  private static final String EXPIRE =
      "UPDATE queue_recipient SET expires = TRUE WHERE id = ? AND expires = FALSE AND leased IN "
          + RowState.LISTED;

  /** Its attempt must find it: what of several recipients is gone counts as settled. */
  private static final String LET_GO_FOR_GOOD =
      "UPDATE queue_recipient SET leased = ?, ready_ts = ?"
          + " WHERE id = ? AND lease_owner IS NOT NULL AND leased IN (1, 3, 4)";

  private static final String DELETE =
      "DELETE FROM queue_recipient WHERE id = ? AND lease_owner IS NULL AND leased IN (0, 3, 4)";
  private static final String FREE =
      "SELECT 1 FROM queue_recipient WHERE id = ? AND lease_owner IS NULL AND leased IN (0, 3, 4)";

  private static final String NAMED = "SELECT 1 FROM queue_mail WHERE queue_id = ?";

  private final Committer committer;
  private final Database database;
  private final BlobStore blobs;
  private final SqlMailCommit commit;
  private final Clock clock;
  private final Destinations destinations;
  private final List<Runnable> listeners;
  private final QueueRemoval removal;

  SqlQueueControl(
      Committer committer,
      Database database,
      BlobStore blobs,
      SqlMailCommit commit,
      Clock clock,
      Destinations destinations,
      List<Runnable> listeners) {
    this.committer = committer;
    this.database = database;
    this.blobs = blobs;
    this.commit = commit;
    this.clock = clock;
    this.destinations = destinations;
    this.listeners = listeners;
    this.removal = new QueueRemoval(destinations);
  }

  @Override
  public Page page(Section section, Position from) {
    return database.read(
        "the queue", connection -> new QueuePages(connection, blobs).of(section, from));
  }

  @Override
  public Page page(Position from) {
    return database.read("the queue", connection -> new QueuePages(connection, blobs).of(from));
  }

  @Override
  public Page page(QueueId mail, Position from) {
    return database.read(
        "the queue", connection -> new QueuePages(connection, blobs).of(mail.value(), from));
  }

  private Map<Long, QueueRows.Owned> owned(Collection<Long> recipients) {
    return database.read(
        "the queue", connection -> new QueueRows(connection, blobs).owned(List.copyOf(recipients)));
  }

  @Override
  public int change(Change change, Collection<Long> recipients) {
    Map<Long, QueueRows.Owned> owned = owned(recipients);
    return committer
        .run(
            batch -> {
              int[] changed = {0};
              batch.op(
                  statements -> {
                    changed[0] = 0; // the unit may be run again
                    for (QueueRows.Owned row : owned.values()) {
                      changed[0] += change(batch, statements, change, row);
                    }
                    // Behind the destinations: who is woken before finds nothing ready and sleeps.
                    batch.afterCommit(() -> listeners.forEach(Runnable::run));
                  });
              batch.durable();
              return changed;
            })[0];
  }

  private int change(Batch batch, Journaled statements, Change change, QueueRows.Owned row)
      throws SQLException {
    return switch (change) {
      case HOLD -> statements.update(KEEP, RowState.HELD, Long.MAX_VALUE, row.recipient());
      case PARK -> statements.update(KEEP, RowState.PARKED, Long.MAX_VALUE, row.recipient());
      case RELEASE -> due(batch, statements, LET_GO, row, RowState.HELD);
      case UNPARK -> due(batch, statements, LET_GO, row, RowState.PARKED);
      case RUN -> due(batch, statements, RUN, row, RowState.WAITING);
      case EXPIRE -> statements.update(EXPIRE, row.recipient());
      case DELETE -> delete(batch, statements, row);
    };
  }

  private int due(Batch batch, Journaled statements, String update, QueueRows.Owned row, int state)
      throws SQLException {
    long time = clock.millis();
    int changed = statements.update(update, time, time, row.recipient(), state);
    if (changed > 0) {
      batch.afterCommit(() -> destinations.ready(row.destination(), time));
    }
    return changed;
  }

  private int delete(Batch batch, Journaled statements, QueueRows.Owned row) throws SQLException {
    int going = statements.update(LET_GO_FOR_GOOD, RowState.GOING, Long.MAX_VALUE, row.recipient());
    return going > 0
        ? going
        : removal.remove(batch, statements, DELETE, List.of(row), new HashSet<>());
  }

  /** A row to be replaced is gone or under way, or the name of a mail is taken. */
  private static final class Taken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public boolean replace(Collection<Long> recipients, List<Acceptance> others) {
    Map<Long, QueueRows.Owned> owned = owned(recipients);
    if (owned.size() < recipients.size()) {
      return false;
    }
    try {
      List<Acceptance> unused =
          commit.commit(
              others,
              batch -> {
                batch.flush();
                for (Long recipient : owned.keySet()) {
                  if (!isFree(batch.statements(), recipient)) {
                    throw new Taken();
                  }
                }
                batch.op(
                    statements -> {
                      int unusedCount =
                          removal.remove(
                              batch, statements, DELETE, owned.values(), new HashSet<>());
                    });
                batch.durable();
              });
      return true;
    } catch (Taken e) {
      return false;
    }
  }

  @Override
  public boolean restore(Acceptance mail) {
    try {
      List<Acceptance> unused =
          commit.commit(
              List.of(mail),
              batch -> {
                batch.flush();
                if (isThere(batch.statements(), mail.mail().id())) {
                  throw new Taken();
                }
              });
      return true;
    } catch (Taken e) {
      return false;
    }
  }

  private static boolean isThere(Journaled statements, QueueId mail) throws SQLException {
    Prepared select = statements.of(NAMED);
    select.setString(1, mail.value());
    try (ResultSet rows = select.executeQuery()) {
      return rows.next();
    }
  }

  private static boolean isFree(Journaled statements, long recipient) throws SQLException {
    Prepared select = statements.of(FREE);
    select.setLong(1, recipient);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next();
    }
  }
}
