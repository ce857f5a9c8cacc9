package org.postroom.storage.sql;

import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.QueueIds;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueControl.CameFrom;

/** Where a mail becomes ours: its mailboxes and the queue are filled in one unit of work. */
final class SqlMailCommit implements MailCommit {
  private static final String INSERT_MAIL =
      "INSERT INTO queue_mail (id, queue_id, sender, body, smtp_utf8, envelope_id, full_return,"
          + " arrived_ts, message_id, recipients, submitter, traceparent, client_address,"
          + " client_name, client_helo, client_protocol)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String INSERT_RECIPIENT =
      "INSERT INTO queue_recipient (id, mail_id, address, report_on, original, destination, due_ts,"
          + " ready_ts, leased, lease_owner, attempts, delay_reported, last_reason)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0, FALSE, '')";

  private static final String INSERT_PAST =
      "INSERT INTO queue_recipient (id, mail_id, address, report_on, original, destination, due_ts,"
          + " ready_ts, leased, lease_owner, attempts, delay_reported, last_reason,"
          + " last_attempt_ts, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)";

  /** As long as what is kept of a client's words. */
  private static final int CLIENT = 1000;

  private final Committer committer;
  private final BodyRoom bodyStore;
  private final Watchers watchers;
  private final Clock clock;
  private final QueueIds ids;
  private final Destinations destinations;
  private final List<Runnable> listeners;

  /**
   * @param listeners woken when something enters the queue
   */
  SqlMailCommit(
      Committer committer,
      BodyRoom bodyStore,
      Watchers watchers,
      Clock clock,
      QueueIds ids,
      Destinations destinations,
      List<Runnable> listeners) {
    this.committer = committer;
    this.bodyStore = bodyStore;
    this.watchers = watchers;
    this.clock = clock;
    this.ids = ids;
    this.destinations = destinations;
    this.listeners = listeners;
  }

  @Override
  public QueueId newId() {
    return ids.next();
  }

  @Override
  public List<Acceptance> commit(List<Acceptance> acceptances) {
    return commit(acceptances, batch -> {});
  }

  /** What a unit of work begins with, beside the mails. */
  interface First {
    void run(Batch batch) throws SQLException;
  }

  /**
   * The same, with more in the unit of work.
   *
   * @param first what the unit begins with; throws where nothing is to be done
   */
  List<Acceptance> commit(List<Acceptance> acceptances, First first) {
    try (Entering entering = entering(acceptances)) {
      List<Acceptance> taken =
          committer.run(
              entering.unwritten(),
              batch -> {
                first.run(batch);
                entering.bodies.forEach(PlacedBody::begin);
                List<Acceptance> possible = DeliveryRoom.possible(batch, acceptances);
                for (int i = 0; i < possible.size(); i++) {
                  entering.enter(batch, i, possible.get(i));
                }
                return possible;
              });
      return entering.kept(taken);
    }
  }

  /** Mails that are to be ours, with all that is done before their unit of work begins. */
  Entering entering(List<Acceptance> acceptances) {
    return new Entering(acceptances);
  }

  /** Such mails. Closing gives up the bodies that nobody has by then. */
  final class Entering implements AutoCloseable {
    private final List<Acceptance> acceptances;
    private final List<PlacedBody> bodies = new ArrayList<>();
    private final List<Parsed> parsed = new ArrayList<>();

    private Entering(List<Acceptance> acceptances) {
      this.acceptances = acceptances;
      boolean placed = false;
      try {
        for (Acceptance one : acceptances) {
          bodies.add(place(one));
          parsed.add(parsed(one));
        }
        placed = true;
      } finally {
        if (!placed) {
          close();
        }
      }
    }

    /** How many octets are still to be written. */
    long unwritten() {
      long octets = 0;
      for (PlacedBody body : bodies) {
        octets += body.unwritten();
      }
      return octets;
    }

    /** Within a unit of work, as they were asked for; throws where there is no room. */
    void enterAll(Batch batch) throws SQLException {
      for (int i = 0; i < acceptances.size(); i++) {
        DeliveryRoom.check(batch, acceptances.get(i));
        enter(batch, i, acceptances.get(i));
      }
    }

    /** The same with their content as the store has it by now. */
    private List<Acceptance> kept(List<Acceptance> taken) {
      List<Acceptance> kept = new ArrayList<>(taken.size());
      for (int i = 0; i < taken.size(); i++) {
        kept.add(bodyStore.kept(bodies.get(i), taken.get(i)));
      }
      return kept;
    }

    /**
     * One of them.
     *
     * @param number which one
     * @param possible what can become true of it
     */
    private void enter(Batch batch, int number, Acceptance possible) throws SQLException {
      SqlMailCommit.this.enter(batch, possible, bodies.get(number), parsed.get(number));
    }

    @Override
    public void close() {
      bodies.forEach(PlacedBody::close);
    }
  }

  private PlacedBody place(Acceptance acceptance) {
    long described = Description.QUEUED_AT_MOST * (1L + acceptance.onward().size());
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      // It may become one that waits.
      described += Description.COPY_AT_MOST + Description.QUEUED_AT_MOST + delivery.header().size();
    }
    return bodyStore.place(
        acceptance.mail().content(), (int) Math.min(described, Description.MOST));
  }

  private static Parsed parsed(Acceptance acceptance) {
    return acceptance.deliveries().isEmpty()
        ? Parsed.UNASKED
        : Parsed.of(acceptance.mail().content().structure());
  }

  private void enter(Batch batch, Acceptance acceptance, PlacedBody body, Parsed parsed)
      throws SQLException {
    if (acceptance.deliveries().isEmpty() && acceptance.onward().isEmpty()) {
      return;
    }
    long message = batch.id(Ids.Kind.MESSAGE);
    Description description = new Description(message, clock.millis());
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      deliver(batch, message, acceptance, delivery, description);
    }
    boolean onward = !acceptance.onward().isEmpty();
    if (onward) {
      queue(batch, message, acceptance, description);
    }
    batch.body(
        message,
        body,
        description::toBytes,
        acceptance.deliveries().isEmpty() ? Parsed.UNASKED : parsed,
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
    if (acceptance.isHeld()) {
      description.held();
    }
    long[] recipients = new long[acceptance.onward().size()];
    for (int i = 0; i < recipients.length; i++) {
      recipients[i] = batch.id(Ids.Kind.QUEUE_RECIPIENT);
      description.onward(acceptance.onward().get(i));
    }
    batch.op(
        statements -> {
          insertMail(statements, mail, message, acceptance, due);
          insertRecipients(statements, mail, recipients, acceptance, due);
          insertPast(statements, mail, recipients, acceptance);
        });
    batch.afterwards(
        () -> {
          if (!acceptance.isHeld()) {
            acceptance
                .onward()
                .forEach(
                    one ->
                        destinations.ready(
                            one.destination(), one.past().map(SqlMailCommit::ready).orElse(due)));
          }
          destinations.count(recipients.length);
          listeners.forEach(Runnable::run);
        });
  }

  private static void insertMail(
      Journaled statements, long id, long message, Acceptance acceptance, long arrived)
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
    CameFrom from = CameFrom.of(acceptance.mail().client());
    insert.setString(11, from.submitter().map(SqlMailCommit::kept).orElse(null));
    insert.setString(12, from.traceparent().orElse(null));
    insert.setString(13, kept(from.address()));
    insert.setString(14, kept(from.name()));
    insert.setString(15, kept(from.helo()));
    insert.setString(16, kept(from.protocol()));
    insert.executeUpdate();
  }

  /** A client may call itself whatever fits into a line. */
  private static String kept(String said) {
    return SqlQueueStore.shortened(said, CLIENT);
  }

  private static void insertRecipients(
      Journaled statements, long mail, long[] ids, Acceptance acceptance, long due)
      throws SQLException {
    List<Acceptance.Onward> onward = acceptance.onward();
    Prepared insert = statements.of(INSERT_RECIPIENT);
    for (int i = 0; i < ids.length; i++) {
      if (onward.get(i).past().isPresent()) {
        continue;
      }
      setRecipient(insert, ids[i], mail, onward.get(i));
      insert.setLong(7, due);
      insert.setLong(8, acceptance.isHeld() ? Long.MAX_VALUE : due);
      insert.setInt(9, acceptance.isHeld() ? RowState.HELD : 0);
      insert.addBatch();
    }
    insert.executeBatch();
  }

  private static void setRecipient(Prepared insert, long id, long mail, Acceptance.Onward onward)
      throws SQLException {
    Recipient recipient = onward.recipient();
    insert.setLong(1, id);
    insert.setLong(2, mail);
    insert.setString(3, Addresses.column(recipient.address()));
    insert.setInt(4, Addresses.bits(recipient.reportOn()));
    insert.setString(5, recipient.original().orElse(null));
    insert.setString(6, onward.destination());
  }

  /** Those that come from another queue. */
  private static void insertPast(Journaled statements, long mail, long[] ids, Acceptance acceptance)
      throws SQLException {
    for (int i = 0; i < ids.length; i++) {
      Acceptance.Onward onward = acceptance.onward().get(i);
      if (onward.past().isPresent()) {
        Acceptance.Past past = onward.past().get();
        Prepared insert = statements.of(INSERT_PAST);
        setRecipient(insert, ids[i], mail, onward);
        insert.setLong(7, past.due().toEpochMilli());
        insert.setLong(8, ready(past));
        insert.setInt(9, state(past));
        insert.setInt(10, past.attempts());
        insert.setBoolean(11, past.delayReported());
        insert.setString(12, SqlQueueStore.shortened(past.lastReason(), SqlQueueStore.REASON));
        if (past.lastAttempt().isPresent()) {
          insert.setLong(13, past.lastAttempt().get().toEpochMilli());
        } else {
          insert.setNull(13, Types.BIGINT);
        }
        insert.setBoolean(14, past.expires());
        insert.executeUpdate();
      }
    }
  }

  private static int state(Acceptance.Past past) {
    return switch (past.state()) {
      case HELD -> RowState.HELD;
      case PARKED -> RowState.PARKED;
      case WAITING, UNDER_WAY -> RowState.WAITING;
    };
  }

  private static long ready(Acceptance.Past past) {
    return state(past) == RowState.WAITING ? past.due().toEpochMilli() : Long.MAX_VALUE;
  }
}
