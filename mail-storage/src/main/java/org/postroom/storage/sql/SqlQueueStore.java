package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.QueueIds;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.QueuedMail;

/** The queue's rows, and the acceptance that fills mailboxes and queue in one unit of work. */
final class SqlQueueStore implements QueueStore {
  private static final int REASON = 2000;
  private static final String INSERT_MAIL =
      "INSERT INTO queue_mail (id, queue_id, sender, body, smtp_utf8, envelope_id, full_return,"
          + " arrived_ts, message_id, recipients) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String INSERT_RECIPIENT =
      "INSERT INTO queue_recipient (id, mail_id, address, report_on, original, destination, due_ts,"
          + " ready_ts, leased, lease_owner, attempts, delay_reported, last_reason)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, NULL, 0, FALSE, '')";
  private static final String SELECT =
      "SELECT r.id, r.address, r.report_on, r.original, r.destination, r.attempts,"
          + " r.delay_reported, r.last_reason, q.id, q.queue_id, q.sender, q.body, q.smtp_utf8,"
          + " q.envelope_id, q.full_return, q.arrived_ts, m.blob_segment, m.blob_offset,"
          + " m.blob_length, m.blob_described FROM queue_recipient r"
          + " JOIN queue_mail q ON q.id = r.mail_id JOIN message m ON m.id = q.message_id";
  private static final String READY =
      SELECT + " WHERE r.destination = ? AND r.ready_ts <= ? ORDER BY r.ready_ts, r.id LIMIT ?";
  private static final String OLDEST = SELECT + " ORDER BY q.arrived_ts, q.id, r.id";
  private static final String LEASE =
      "UPDATE queue_recipient SET leased = 1, lease_owner = ?, ready_ts = ? WHERE id = ?";
  private static final String RENEW =
      "UPDATE queue_recipient SET ready_ts = ? WHERE id = ? AND leased = 1 AND lease_owner = ?";
  private static final String RELEASE =
      "UPDATE queue_recipient SET leased = 0, lease_owner = NULL, ready_ts = due_ts"
          + " WHERE leased = 1 AND lease_owner = ?";
  private static final String LATER =
      "UPDATE queue_recipient SET leased = 0, lease_owner = NULL, due_ts = ?, ready_ts = ?,"
          + " attempts = attempts + 1, delay_reported = ?, last_reason = ? WHERE id = ?";
  private static final String FIRST =
      "SELECT MIN(ready_ts) FROM queue_recipient WHERE destination = ?";

  private final Committer committer;
  private final Database database;
  private final BlobStore blobs;
  private final Watchers watchers;
  private final Clock clock;
  private final QueueIds ids;
  private final Destinations destinations;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  SqlQueueStore(
      Committer committer,
      Database database,
      BlobStore blobs,
      Watchers watchers,
      Clock clock,
      QueueIds ids,
      Destinations destinations) {
    this.committer = committer;
    this.database = database;
    this.blobs = blobs;
    this.watchers = watchers;
    this.clock = clock;
    this.ids = ids;
    this.destinations = destinations;
  }

  @Override
  public QueueId newId() {
    return ids.next();
  }

  // --- taking responsibility

  @Override
  public Acceptance accept(Acceptance acceptance) {
    return committer.run(
        Math.max(1, acceptance.mail().content().size()),
        batch -> {
          Acceptance possible = DeliveryRoom.possible(batch, acceptance);
          enter(batch, possible);
          return possible;
        });
  }

  private void enter(Batch batch, Acceptance acceptance) throws SQLException {
    if (acceptance.deliveries().isEmpty() && acceptance.onward().isEmpty()) {
      return;
    }
    Content content = acceptance.mail().content();
    long message = batch.id(Ids.Kind.MESSAGE);
    Description description = new Description(message, clock.millis());
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      deliver(batch, message, acceptance, delivery, description);
    }
    boolean here = !acceptance.deliveries().isEmpty();
    boolean onward = !acceptance.onward().isEmpty();
    if (onward) {
      queue(batch, message, acceptance, description);
    }
    batch.body(
        message,
        content,
        description::toBytes,
        here ? Parsed.envelope(acceptance.mail().content().structure()) : null,
        here ? Parsed.structure(acceptance.mail().content().structure()) : null,
        acceptance.deliveries().size() + (onward ? 1 : 0));
    batch.durable();
  }

  private void deliver(
      Batch batch,
      long message,
      Acceptance acceptance,
      Acceptance.Delivery delivery,
      Description description)
      throws SQLException {
    Integer known = batch.account(delivery.account()).mailboxes().get(delivery.mailbox());
    MailboxId mailbox =
        known != null
            ? new MailboxId(known)
            : Mailboxes.create(
                    batch, delivery.account(), delivery.mailbox(), Optional.empty(), clock)
                .row()
                .id();
    byte[] header = delivery.header().toBytes();
    Edit edit = Edit.tail(batch, watchers, mailbox);
    long uid = edit.add(0, header.length + acceptance.mail().content().size());
    InternalDate date = localDate(acceptance.mail().arrived());
    description.copy(edit.before(), uid, 0, Set.of(), date, header);
    batch.copy(
        new Batch.NewCopy(
            edit.before().key(uid),
            message,
            date.epochMillis(),
            date.offsetMinutes(),
            clock.millis(),
            header));
    edit.done();
  }

  private InternalDate localDate(Instant arrived) {
    ZoneId zone = clock.getZone();
    return InternalDate.of(arrived.atZone(zone).toOffsetDateTime());
  }

  private void queue(Batch batch, long message, Acceptance acceptance, Description description)
      throws SQLException {
    long mail = batch.id(Ids.Kind.QUEUE_MAIL);
    long due = acceptance.mail().arrived().toEpochMilli();
    Envelope envelope = acceptance.mail().envelope();
    description.queued(acceptance.mail().id(), envelope);
    long[] recipients = new long[acceptance.onward().size()];
    for (int i = 0; i < recipients.length; i++) {
      recipients[i] = batch.id(Ids.Kind.QUEUE_RECIPIENT);
      description.onward(acceptance.onward().get(i));
    }
    batch.op(
        statements -> {
          insertMail(statements, mail, message, acceptance, due);
          insertRecipients(statements, mail, recipients, acceptance.onward(), due);
        });
    batch.afterwards(
        () -> {
          for (Acceptance.Onward onward : acceptance.onward()) {
            destinations.ready(onward.destination(), due);
          }
          destinations.count(recipients.length);
          listeners.forEach(Runnable::run);
        });
  }

  private static void insertMail(
      Statements statements, long id, long message, Acceptance acceptance, long arrived)
      throws SQLException {
    Envelope envelope = acceptance.mail().envelope();
    Prepared insert = statements.of(INSERT_MAIL);
    insert.setLong(1, id);
    insert.setString(2, acceptance.mail().id().value());
    insert.setString(3, Addresses.column(envelope.sender()));
    insert.setString(4, envelope.body().name());
    insert.setBoolean(5, envelope.smtpUtf8());
    insert.setString(6, envelope.envelopeId().orElse(null));
    if (envelope.fullReturn().isPresent()) {
      insert.setBoolean(7, envelope.fullReturn().get());
    } else {
      insert.setNull(7, Types.BOOLEAN);
    }
    insert.setLong(8, arrived);
    insert.setLong(9, message);
    insert.setInt(10, acceptance.onward().size());
    insert.executeUpdate();
  }

  private static void insertRecipients(
      Statements statements, long mail, long[] ids, List<Acceptance.Onward> onward, long due)
      throws SQLException {
    Prepared insert = statements.of(INSERT_RECIPIENT);
    for (int i = 0; i < ids.length; i++) {
      Recipient recipient = onward.get(i).recipient();
      insert.setLong(1, ids[i]);
      insert.setLong(2, mail);
      insert.setString(3, Addresses.column(recipient.address()));
      insert.setInt(4, Addresses.bits(recipient.reportOn()));
      insert.setString(5, recipient.original().orElse(null));
      insert.setString(6, onward.get(i).destination());
      insert.setLong(7, due);
      insert.setLong(8, due);
      insert.addBatch();
    }
    insert.executeBatch();
  }

  // --- attempts

  @Override
  public List<QueuedMail> lease(
      String owner, Instant now, Duration lease, int most, int perDestination, Set<String> busy) {
    List<String> chosen = destinations.ready(now.toEpochMilli(), most, busy);
    if (chosen.isEmpty()) {
      return List.of();
    }
    // Need not be durable: a lease that a crash has undone is a row that is due.
    return committer.run(
        batch -> {
          batch.flush();
          Statements statements = batch.statements();
          Groups groups = new Groups();
          long until = now.plus(lease).toEpochMilli();
          int leased = 0;
          for (String destination : chosen) {
            if (leased < most) {
              leased += lease(statements, groups, destination, owner, now, until, perDestination);
            }
            long first = first(statements, destination);
            batch.afterwards(() -> destinations.first(destination, first));
          }
          return groups.mails();
        });
  }

  private int lease(
      Statements statements,
      Groups groups,
      String destination,
      String owner,
      Instant now,
      long until,
      int most)
      throws SQLException {
    List<Long> taken = new ArrayList<>();
    Prepared select = statements.of(READY);
    select.setString(1, destination);
    select.setLong(2, now.toEpochMilli());
    select.setInt(3, most);
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        taken.add(rows.getLong(1));
        groups.add(rows);
      }
    }
    Prepared update = statements.of(LEASE);
    for (Long id : taken) {
      update.setString(1, owner);
      update.setLong(2, until);
      update.setLong(3, id);
      update.addBatch();
    }
    update.executeBatch();
    return taken.isEmpty() ? 0 : 1;
  }

  /** When the first row of a destination is ready; {@link Long#MAX_VALUE} when it has none. */
  private static long first(Statements statements, String destination) throws SQLException {
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
    long until = now.plus(lease).toEpochMilli();
    committer.run(
        batch -> {
          batch.flush();
          Prepared update = batch.statements().of(RENEW);
          for (Long recipient : recipients) {
            update.setLong(1, until);
            update.setLong(2, recipient);
            update.setString(3, owner);
            update.addBatch();
          }
          return update.executeBatch();
        });
  }

  @Override
  public void releaseLeases(String owner) {
    committer.run(
        batch -> {
          batch.flush();
          Prepared update = batch.statements().of(RELEASE);
          update.setString(1, owner);
          int count = update.executeUpdate();
          if (count > 0) {
            Map<String, Long> firsts = Destinations.load(batch.statements());
            batch.afterwards(() -> firsts.forEach(destinations::first));
          }
          return count;
        });
  }

  @Override
  public void settle(List<Settlement> settlements, List<Acceptance> reports) {
    long octets = 1;
    for (Acceptance report : reports) {
      octets += report.mail().content().size();
    }
    committer.run(
        reports.isEmpty() ? 0 : octets,
        batch -> {
          for (Acceptance report : reports) {
            DeliveryRoom.check(batch, report);
            enter(batch, report);
          }
          batch.op(statements -> settle(batch, statements, settlements));
          batch.durable();
          return true;
        });
  }

  private void settle(Batch batch, Statements statements, List<Settlement> settlements)
      throws SQLException {
    for (Settlement settlement : settlements) {
      if (settlement instanceof Settlement.Done done) {
        finish(batch, statements, done.recipient());
      } else if (settlement instanceof Settlement.Later later) {
        putOff(batch, statements, later);
      }
    }
  }

  private void putOff(Batch batch, Statements statements, Settlement.Later later)
      throws SQLException {
    String destination = destinationOf(statements, later.recipient());
    if (destination == null) {
      return;
    }
    long due = later.due().toEpochMilli();
    Prepared update = statements.of(LATER);
    update.setLong(1, due);
    update.setLong(2, due);
    update.setBoolean(3, later.delayReported());
    update.setString(4, shortened(later.reason()));
    update.setLong(5, later.recipient());
    update.executeUpdate();
    batch.afterCommit(() -> destinations.ready(destination, due));
  }

  private static String shortened(String reason) {
    String text = reason.replace('\0', ' ');
    return text.length() <= REASON ? text : text.substring(0, REASON);
  }

  private static @Nullable String destinationOf(Statements statements, long recipient)
      throws SQLException {
    Prepared select = statements.of("SELECT destination FROM queue_recipient WHERE id = ?");
    select.setLong(1, recipient);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  /** The recipient leaves; with the last one the mail, and its share of the body. */
  private void finish(Batch batch, Statements statements, long recipient) throws SQLException {
    long mail = number(statements, "SELECT mail_id FROM queue_recipient WHERE id = ?", recipient);
    if (statements.update("DELETE FROM queue_recipient WHERE id = ?", recipient) == 0) {
      return;
    }
    batch.afterCommit(() -> destinations.count(-1));
    if (number(statements, "SELECT COUNT(*) FROM queue_recipient WHERE mail_id = ?", mail) > 0) {
      return;
    }
    long message = number(statements, "SELECT message_id FROM queue_mail WHERE id = ?", mail);
    statements.update("DELETE FROM queue_mail WHERE id = ?", mail);
    Sharing.release(batch, statements, message);
  }

  private static long number(Statements statements, String sql, long parameter)
      throws SQLException {
    Prepared select = statements.of(sql);
    select.setLong(1, parameter);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  // --- looking

  @Override
  public Optional<Instant> nextDue(Set<String> busy) {
    long next = destinations.next(busy);
    return next == Long.MAX_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(next));
  }

  @Override
  public Optional<Instant> nextDue() {
    String sql =
        "SELECT MIN(ready_ts) FROM queue_recipient WHERE leased = 0"
            + " UNION ALL SELECT MIN(ready_ts) FROM queue_recipient WHERE leased = 1";
    if (destinations.size() == 0) {
      return Optional.empty();
    }
    try (Connection connection = database.reader();
        PreparedStatement select = connection.prepareStatement(sql)) {
      long first = Long.MAX_VALUE;
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          long found = rows.getLong(1);
          first = rows.wasNull() ? first : Math.min(first, found);
        }
      }
      return first == Long.MAX_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(first));
    } catch (SQLException e) {
      throw new StorageUnavailable("cannot read the queue from " + database, e);
    }
  }

  @Override
  public List<QueuedMail> list(int limit) {
    try (Connection connection = database.reader();
        PreparedStatement select = connection.prepareStatement(OLDEST)) {
      select.setFetchSize(1000);
      Groups groups = new Groups();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          groups.add(rows);
          if (groups.size() > limit) {
            break;
          }
        }
      }
      return groups.mails().stream().limit(limit).toList();
    } catch (SQLException e) {
      throw new StorageUnavailable("cannot read the queue from " + database, e);
    }
  }

  @Override
  public long size() {
    return destinations.size();
  }

  @Override
  public void onQueued(Runnable listener) {
    listeners.add(listener);
  }

  /** Rows brought together by mail and destination, in the order they came. */
  private final class Groups {
    private final Map<List<Object>, QueuedMail> heads = new LinkedHashMap<>();
    private final Map<List<Object>, List<QueuedMail.QueuedRecipient>> recipients =
        new LinkedHashMap<>();

    int size() {
      return heads.size();
    }

    void add(ResultSet row) throws SQLException {
      String destination = row.getString(5);
      List<Object> group = List.of(row.getLong(9), destination);
      List<QueuedMail.QueuedRecipient> known = recipients.get(group);
      QueuedMail.QueuedRecipient recipient = recipient(row);
      if (known == null) {
        known = new ArrayList<>();
        recipients.put(group, known);
        heads.put(group, mail(row, destination, recipient));
      }
      known.add(recipient);
    }

    private QueuedMail.QueuedRecipient recipient(ResultSet row) throws SQLException {
      return new QueuedMail.QueuedRecipient(
          row.getLong(1),
          new Recipient(
              Addresses.address(row.getString(2)),
              Addresses.reportOn(row.getInt(3)),
              Optional.ofNullable(row.getString(4))),
          row.getInt(6),
          row.getBoolean(7),
          row.getString(8));
    }

    private QueuedMail mail(ResultSet row, String destination, QueuedMail.QueuedRecipient recipient)
        throws SQLException {
      boolean full = row.getBoolean(15);
      Optional<Boolean> fullReturn = row.wasNull() ? Optional.empty() : Optional.of(full);
      return new QueuedMail(
          new QueueId(row.getString(10)),
          Addresses.sender(row.getString(11)),
          new QueuedMail.Traits(
              BodyType.valueOf(row.getString(12)),
              row.getBoolean(13),
              Optional.ofNullable(row.getString(14)),
              fullReturn),
          blobs.open(new BlobRef(row.getInt(17), row.getLong(18), row.getLong(19), row.getInt(20))),
          Instant.ofEpochMilli(row.getLong(16)),
          destination,
          List.of(recipient));
    }

    List<QueuedMail> mails() {
      List<QueuedMail> mails = new ArrayList<>();
      heads.forEach(
          (group, head) ->
              mails.add(
                  new QueuedMail(
                      head.id(),
                      head.sender(),
                      head.traits(),
                      head.content(),
                      head.arrived(),
                      head.destination(),
                      recipients.getOrDefault(group, List.of()))));
      return mails;
    }
  }
}
