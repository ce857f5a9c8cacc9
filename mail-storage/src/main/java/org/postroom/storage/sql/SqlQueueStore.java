package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queue's rows: who waits, who has leased them, and what came of attempts. */
final class SqlQueueStore implements QueueStore {
  private static final Logger LOG = LoggerFactory.getLogger(SqlQueueStore.class);

  private static final String LEASE =
      "UPDATE queue_recipient SET leased = 1, lease_owner = ?, ready_ts = ?"
          + " WHERE id = ? AND ready_ts = ? AND expires = ?";
  private static final String SET_ASIDE =
      "UPDATE queue_recipient SET leased = ?, lease_owner = NULL, ready_ts = ? WHERE id = ?";
  private static final String RENEW =
      "UPDATE queue_recipient SET ready_ts = ? WHERE id = ? AND leased = 1 AND lease_owner = ?";

  private static final String LEASED =
      "SELECT id FROM queue_recipient WHERE leased IN (1, 3, 4, 5) AND lease_owner = ?";

  /** Deleted rows whose attempt nobody will settle. */
  private static final String GOING =
      "SELECT id FROM queue_recipient WHERE leased = "
          + RowState.GOING
          + " AND (lease_owner IS NULL OR lease_owner = ?)";

  private static final String LATER =
      "UPDATE queue_recipient SET ready_ts = CASE WHEN leased IN (3, 4) THEN ready_ts ELSE ? END,"
          + " leased = CASE WHEN leased IN (3, 4) THEN leased ELSE 0 END, lease_owner = NULL,"
          + " due_ts = ?, attempts = attempts + 1, last_attempt_ts = ?, delay_reported = ?,"
          + " last_reason = ?"
          + " WHERE id = ? AND leased <> "
          + RowState.GOING;
  private static final String HOLD =
      "UPDATE queue_recipient SET leased = "
          + RowState.HELD
          + ", lease_owner = NULL, ready_ts = ?, attempts = attempts + 1, last_attempt_ts = ?,"
          + " last_reason = ?"
          + " WHERE id = ? AND leased <> "
          + RowState.GOING;

  private static final String FIRST =
      "SELECT MIN(ready_ts) FROM queue_recipient WHERE destination = ?";

  private final Committer committer;
  private final Database database;
  private final BlobStore blobs;
  private final SqlMailCommit commit;
  private final Destinations destinations;
  private final Epoch epoch;
  private final List<Runnable> listeners;
  private final QueueRemoval removal;
  private final SqlQueueControl control;
  private final LeasedRows leased;

  SqlQueueStore(
      Committer committer,
      Database database,
      BlobStore blobs,
      SqlMailCommit commit,
      Clock clock,
      Standing standing,
      Epoch epoch) {
    this.committer = committer;
    this.database = database;
    this.blobs = blobs;
    this.commit = commit;
    this.destinations = standing.destinations();
    this.leased = standing.leased();
    this.listeners = standing.listeners();
    this.epoch = epoch;
    this.removal = new QueueRemoval(destinations);
    this.control =
        new SqlQueueControl(committer, database, blobs, commit, clock, destinations, listeners);
  }

  // --- attempts

  @Override
  public void serve(Scheduler scheduler) {
    commit.serve(scheduler);
  }

  @Override
  public List<QueuedMail> lease(String owner, Instant now, Duration lease, Choice choice) {
    Offer offer = offer(now.toEpochMilli(), choice);
    if (offer.destinations.isEmpty()) {
      return List.of();
    }
    // Need not be durable: a lease that a crash has undone is a row that is due.
    committer.run(
        batch -> {
          batch.op(statements -> offer.take(statements, epoch.holder(owner), now.plus(lease)));
          batch.afterwards(() -> leased.put(offer.owned));
          for (String destination : offer.destinations) {
            batch.afterwards(() -> destinations.first(destination, offer.first(destination)));
          }
          return true;
        });
    offer.unreadable.forEach(
        row ->
            LOG.error(
                "recipient {} in the queue cannot be read, and is set aside until the next start:"
                    + " {}",
                row.recipient(),
                row.why()));
    return offer.leased();
  }

  private Offer offer(long now, Choice choice) {
    List<String> chosen = destinations.ready(now, choice.destinations(), choice::wants);
    return chosen.isEmpty() ? new Offer() : read(queue -> offer(queue, now, choice, chosen));
  }

  private static Offer offer(QueueRows queue, long now, Choice choice, List<String> chosen)
      throws SQLException {
    Offer offer = new Offer();
    int found = 0;
    for (String destination : chosen) {
      if (found >= choice.destinations()) {
        break; // nothing is promised that is not looked for
      }
      Share share = choice.share(destination);
      if (share.deliveries() > 0) {
        int before = offer.ready.size();
        queue.ready(destination, now, share, choice::holds, offer.ready, offer.unreadable);
        found += offer.ready.size() > before ? 1 : 0;
        offer.destinations.add(destination);
      }
    }
    return offer;
  }

  /** Something that is read of the queue's rows. */
  private interface Reading<T> {
    T from(QueueRows queue) throws SQLException;
  }

  private <T> T read(Reading<T> reading) {
    return database.read("the queue", connection -> reading.from(new QueueRows(connection, blobs)));
  }

  /** Rows that were due when they were read, and what came of leasing them. */
  private static final class Offer {
    private final List<String> destinations = new ArrayList<>();
    private final List<QueueRows.Ready> ready = new ArrayList<>();
    private final List<QueueRows.Unreadable> unreadable = new ArrayList<>();
    private QueueRows.Groups taken = new QueueRows.Groups();
    private final List<QueueRows.Owned> owned = new ArrayList<>();
    private final Map<String, Long> firsts = new HashMap<>();

    /** Leases those that nobody has leased, put off or ended meanwhile. */
    void take(Journaled statements, String owner, Instant until) throws SQLException {
      taken = new QueueRows.Groups(); // the unit may be run again
      owned.clear();
      Prepared update = statements.of(LEASE);
      for (QueueRows.Ready row : ready) {
        update.setString(1, owner);
        update.setLong(2, until.toEpochMilli());
        update.setLong(3, row.recipient());
        update.setLong(4, row.readyAt());
        update.setBoolean(5, row.one().recipients().get(0).expires());
        update.addBatch();
      }
      int[] counts = update.executeBatch();
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] > 0) {
          taken.add(ready.get(i));
          owned.add(ready.get(i).owned());
        }
      }
      for (QueueRows.Unreadable row : unreadable) {
        statements.update(SET_ASIDE, RowState.ASIDE, Long.MAX_VALUE, row.recipient());
      }
      for (String destination : destinations) {
        firsts.put(destination, SqlQueueStore.first(statements, destination));
      }
    }

    long first(String destination) {
      return firsts.getOrDefault(destination, Long.MAX_VALUE);
    }

    List<QueuedMail> leased() {
      return taken.mails();
    }
  }

  /** When the first row of a destination is ready; {@link Long#MAX_VALUE} when it has none. */
  private static long first(Journaled statements, String destination) throws SQLException {
    Prepared select = statements.of(FIRST);
    select.setString(1, destination);
    try (ResultSet rows = select.executeQuery()) {
      rows.next();
      long first = rows.getLong(1);
      return rows.wasNull() ? Long.MAX_VALUE : first;
    }
  }

  @Override
  public void renew(String owner, Instant now, Duration lease, Collection<Long> recipients) {
    leased.keep(Set.copyOf(recipients));
    long until = now.plus(lease).toEpochMilli();
    committer.run(
        batch -> {
          batch.op(
              statements -> {
                Prepared update = statements.of(RENEW);
                for (Long recipient : recipients) {
                  update.setLong(1, until);
                  update.setLong(2, recipient);
                  update.setString(3, epoch.holder(owner));
                  update.addBatch();
                }
                update.executeBatch();
              });
          return true;
        });
  }

  @Override
  public void releaseLeases(String owner) {
    if (destinations.size() == 0) {
      return; // the opening has counted the rows, and given back what others had leased
    }
    leased.forget();
    List<Long> going = going(owner, Set.of());
    committer.run(
        batch -> {
          Map<String, Long> firsts = new HashMap<>();
          batch.op(
              statements -> {
                if (LeaseEnd.of(epoch.holder(owner), statements) > 0) {
                  firsts.putAll(Destinations.load(statements));
                }
              });
          batch.afterwards(() -> firsts.forEach(destinations::first));
          return true;
        });
    clear(going);
  }

  @Override
  public void releaseLeases(String owner, Collection<Long> held) {
    Set<Long> kept = Set.copyOf(held);
    leased.keep(kept);
    List<Long> going = going(owner, kept);
    committer.run(
        batch -> {
          Map<String, Long> firsts = new HashMap<>();
          batch.op(
              statements -> {
                List<Long> lost = found(statements.of(LEASED), epoch.holder(owner));
                lost.removeAll(kept);
                for (Long recipient : lost) {
                  LeaseEnd.of(recipient, statements);
                }
                if (!lost.isEmpty()) {
                  firsts.putAll(Destinations.load(statements));
                }
              });
          batch.afterwards(() -> firsts.forEach(destinations::first));
          return true;
        });
    clear(going);
  }

  /** What was deleted while an attempt was under way of which nobody will hear. */
  private List<Long> going(String owner, Set<Long> held) {
    List<Long> going = read(queue -> queue.numbers(GOING, epoch.holder(owner)));
    going.removeAll(held);
    return going;
  }

  private void clear(List<Long> going) {
    if (going.isEmpty()) {
      return;
    }
    Map<Long, QueueRows.Owned> owned = read(queue -> queue.owned(going));
    committer.run(
        batch -> {
          batch.op(
              statements -> {
                int unused =
                    removal.remove(
                        batch,
                        statements,
                        QueueRemoval.DELETE_RECIPIENT,
                        owned.values(),
                        new HashSet<>());
              });
          return true;
        });
  }

  private static List<Long> found(Prepared select, String owner) throws SQLException {
    select.setString(1, owner);
    List<Long> found = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        found.add(rows.getLong(1));
      }
    }
    return found;
  }

  @Override
  public Set<QueueId> settle(List<Ending> endings) {
    Map<Long, QueueRows.Owned> owned =
        owned(endings.stream().flatMap(one -> one.settlements().stream()).toList());
    List<Settlement> settlements = new ArrayList<>(owned.size());
    List<Acceptance> reports = new ArrayList<>(0);
    for (Ending ending : endings) {
      // One unit of work: all of it was done, and who asks again had not heard so.
      if (ending.settlements().stream().noneMatch(one -> isSettled(one, owned))) {
        settlements.addAll(ending.settlements());
        reports.addAll(ending.reports());
      }
    }
    boolean any = endings.stream().anyMatch(one -> !one.settlements().isEmpty());
    if (any && settlements.isEmpty() && reports.isEmpty()) {
      return Set.of();
    }
    try (SqlMailCommit.Entering entering = commit.entering(reports)) {
      return settle(settlements, owned, entering);
    }
  }

  private static boolean isSettled(Settlement one, Map<Long, QueueRows.Owned> owned) {
    QueueRows.Owned row = owned.get(one.recipient());
    return row == null
        || one instanceof Settlement.Waits waits && row.attempts() > waits.attempts();
  }

  private Set<QueueId> settle(
      List<Settlement> settlements,
      Map<Long, QueueRows.Owned> owned,
      SqlMailCommit.Entering entering) {
    Unit<Set<QueueId>> unit =
        batch -> {
          Set<QueueId> gone = new HashSet<>();
          entering.enterAll(batch);
          finish(batch, settlements, owned, gone);
          batch.op(
              statements -> {
                putOff(batch, statements, settlements, owned, gone);
                hold(batch, statements, settlements, owned, gone);
              });
          batch.durable();
          return gone;
        };
    // For the end of an attempt no client waits; a report has a body, which is written at once.
    return entering.isEmpty() ? committer.runPatiently(unit) : entering.run(unit);
  }

  private Map<Long, QueueRows.Owned> owned(List<Settlement> settlements) {
    Map<Long, QueueRows.Owned> owned = new LinkedHashMap<>();
    List<Long> others = new ArrayList<>(0);
    for (Settlement settlement : settlements) {
      QueueRows.Owned known = leased.take(settlement.recipient());
      if (known == null) {
        others.add(settlement.recipient());
      } else {
        owned.put(settlement.recipient(), known);
      }
    }
    if (!others.isEmpty()) {
      owned.putAll(read(queue -> queue.owned(others)));
    }
    return owned;
  }

  private void putOff(
      Batch batch,
      Journaled statements,
      List<Settlement> settlements,
      Map<Long, QueueRows.Owned> owned,
      Set<QueueId> gone)
      throws SQLException {
    Prepared update = statements.of(LATER);
    List<Runnable> due = new ArrayList<>();
    List<QueueRows.Owned> later = new ArrayList<>();
    for (Settlement settlement : settlements) {
      QueueRows.Owned row = owned.get(settlement.recipient());
      if (row != null && settlement instanceof Settlement.Later one) {
        long time = one.due().toEpochMilli();
        update.setLong(1, time);
        update.setLong(2, time);
        update.setLong(3, one.at().toEpochMilli());
        update.setBoolean(4, one.delayReported());
        update.setString(5, QueueEntry.reason(one.reason()));
        update.setLong(6, one.recipient());
        update.addBatch();
        later.add(row);
        due.add(() -> destinations.ready(row.destination(), time));
      }
    }
    if (due.isEmpty()) {
      return;
    }
    write(batch, statements, update, later, gone);
    due.forEach(batch::afterCommit);
  }

  private void hold(
      Batch batch,
      Journaled statements,
      List<Settlement> settlements,
      Map<Long, QueueRows.Owned> owned,
      Set<QueueId> gone)
      throws SQLException {
    Prepared update = statements.of(HOLD);
    List<QueueRows.Owned> kept = new ArrayList<>();
    for (Settlement settlement : settlements) {
      QueueRows.Owned row = owned.get(settlement.recipient());
      if (row != null && settlement instanceof Settlement.Held held) {
        update.setLong(1, Long.MAX_VALUE);
        update.setLong(2, held.at().toEpochMilli());
        update.setString(3, QueueEntry.reason(held.reason()));
        update.setLong(4, held.recipient());
        update.addBatch();
        kept.add(row);
      }
    }
    if (!kept.isEmpty()) {
      write(batch, statements, update, kept, gone);
    }
  }

  /** Has rows wait; one that an administrator has deleted meanwhile goes with its attempt. */
  private void write(
      Batch batch,
      Journaled statements,
      Prepared update,
      List<QueueRows.Owned> rows,
      Set<QueueId> gone)
      throws SQLException {
    int[] counts = update.executeBatch();
    List<QueueRows.Owned> deleted = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0) {
        deleted.add(rows.get(i));
      }
    }
    if (!deleted.isEmpty()) {
      int unused = removal.remove(batch, statements, QueueRemoval.DELETE_RECIPIENT, deleted, gone);
    }
  }

  private void finish(
      Batch batch,
      List<Settlement> settlements,
      Map<Long, QueueRows.Owned> owned,
      Set<QueueId> gone) {
    List<QueueRows.Owned> done = new ArrayList<>();
    for (Settlement settlement : settlements) {
      QueueRows.Owned row = owned.get(settlement.recipient());
      if (row != null && settlement instanceof Settlement.Done) {
        done.add(row);
      }
    }
    batch.queue().remove(removal, done, gone);
  }

  // --- looking

  @Override
  public Optional<Instant> nextDue(Choice choice) {
    long next = destinations.next(choice::wants);
    return next == Long.MAX_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(next));
  }

  @Override
  public Optional<Instant> nextDue() {
    return destinations.size() == 0 ? Optional.empty() : read(QueueRows::first);
  }

  @Override
  public List<QueuedMail> list(int limit) {
    return read(queue -> queue.oldest(limit));
  }

  @Override
  public QueueControl control() {
    return control;
  }

  @Override
  public List<SetAside> setAside(int limit) {
    return read(queue -> queue.setAside(limit));
  }

  @Override
  public long size() {
    return destinations.size();
  }

  @Override
  public void onQueued(Runnable listener) {
    listeners.add(listener);
  }
}
