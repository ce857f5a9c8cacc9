package org.postroom.storage.sql;

import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.ObjLongConsumer;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueControl;

/**
 * The rows with which a mail enters the queue: its own, and one for each recipient. Those of a
 * batch's mails are written together, with one statement for each kind.
 */
final class QueueEntry {
  private static final String INSERT_MAIL =
      "INSERT INTO queue_mail (id, queue_id, sender, body, smtp_utf8, envelope_id, full_return,"
          + " arrived_ts, message_id, recipients, submitter, traceparent, client_address,"
          + " client_name, client_helo, client_protocol, require_tls, client_port, sasl_method,"
          + " sasl_sender)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String INSERT_RECIPIENT =
      "INSERT INTO queue_recipient (id, mail_id, address, report_on, original, destination, due_ts,"
          + " ready_ts, leased, lease_owner, attempts, delay_reported, last_reason)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, FALSE, '')";

  private static final String INSERT_PAST =
      "INSERT INTO queue_recipient (id, mail_id, address, report_on, original, destination, due_ts,"
          + " ready_ts, leased, lease_owner, attempts, delay_reported, last_reason,"
          + " last_attempt_ts, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)";

  /** As long as what is kept of a client's words. */
  private static final int CLIENT = 1000;

  /** Names of mechanisms have 20 characters at most (RFC 4422, 3.1). */
  private static final int METHOD = 100;

  private static final int REASON = 2000;

  private final long id;
  private final long message;
  private final long[] recipients;
  private final Acceptance acceptance;
  private final IntFunction<Optional<Lease>> leases;

  /**
   * Those of a mail.
   *
   * @param id of the mail's row
   * @param recipients of theirs, in the order of {@link Acceptance#onward}
   * @param leases those with which they begin
   */
  QueueEntry(
      long id,
      long message,
      long[] recipients,
      Acceptance acceptance,
      IntFunction<Optional<Lease>> leases) {
    this.id = id;
    this.message = message;
    this.recipients = recipients.clone();
    this.acceptance = acceptance;
    this.leases = leases;
  }

  /**
   * With which a row begins.
   *
   * @param holder in the words of the table
   */
  record Lease(String holder, Instant until) {}

  /** As much of what an attempt came to as is kept. */
  static String reason(String whole) {
    return shortened(whole, REASON);
  }

  /** Writes all of some mails. */
  static void insert(Journaled statements, List<QueueEntry> entries) throws SQLException {
    Prepared mails = statements.of(INSERT_MAIL);
    for (QueueEntry entry : entries) {
      entry.addMail(mails);
    }
    mails.executeBatch();
    Prepared recipients = statements.of(INSERT_RECIPIENT);
    for (QueueEntry entry : entries) {
      entry.addRecipients(recipients);
    }
    recipients.executeBatch();
    for (QueueEntry entry : entries) {
      entry.insertPast(statements);
    }
  }

  private void addMail(Prepared insert) throws SQLException {
    Envelope envelope = acceptance.mail().envelope();
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
    insert.setLong(8, arrived());
    insert.setLong(9, message);
    insert.setInt(10, acceptance.onward().size());
    CameFrom from = origin(acceptance.mail().client());
    insert.setString(11, from.submitter().orElse(null));
    insert.setString(12, from.traceparent().orElse(null));
    insert.setString(13, from.address());
    insert.setString(14, from.name());
    insert.setString(15, from.helo());
    insert.setString(16, from.protocol());
    insert.setBoolean(17, envelope.requiresTls());
    if (from.port().isPresent()) {
      insert.setInt(18, from.port().get());
    } else {
      insert.setNull(18, Types.INTEGER);
    }
    insert.setString(19, from.saslMethod().orElse(null));
    insert.setString(20, from.saslSender().orElse(null));
    insert.addBatch();
  }

  private long arrived() {
    return acceptance.mail().arrived().toEpochMilli();
  }

  /** Where a mail came from, as much of it as is kept. */
  static CameFrom origin(Submission.Client client) {
    CameFrom from = QueueControl.cameFrom(client);
    return new CameFrom(
        kept(from.address()),
        kept(from.name()),
        kept(from.helo()),
        kept(from.protocol()),
        from.submitter().map(QueueEntry::kept),
        from.traceparent(),
        from.port(),
        from.saslMethod().map(name -> shortened(name, METHOD)),
        from.saslSender().map(QueueEntry::kept));
  }

  /** A client may call itself whatever fits into a line. */
  private static String kept(String said) {
    return shortened(said, CLIENT);
  }

  private void addRecipients(Prepared insert) throws SQLException {
    List<Acceptance.Onward> onward = acceptance.onward();
    for (int i = 0; i < recipients.length; i++) {
      if (onward.get(i).past().isEmpty()) {
        Optional<Lease> lease = leases.apply(i);
        setRecipient(insert, recipients[i], id, onward.get(i));
        insert.setLong(7, arrived());
        insert.setLong(8, ready(onward.get(i), lease));
        insert.setInt(9, state(lease));
        insert.setString(10, lease.map(Lease::holder).orElse(null));
        insert.addBatch();
      }
    }
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
  private void insertPast(Journaled statements) throws SQLException {
    for (int i = 0; i < recipients.length; i++) {
      Acceptance.Onward onward = acceptance.onward().get(i);
      if (onward.past().isPresent()) {
        Acceptance.Past past = onward.past().get();
        Prepared insert = statements.of(INSERT_PAST);
        setRecipient(insert, recipients[i], id, onward);
        insert.setLong(7, past.due().toEpochMilli());
        insert.setLong(8, ready(past));
        insert.setInt(9, state(past));
        insert.setInt(10, past.attempts());
        insert.setBoolean(11, past.delayReported());
        insert.setString(12, reason(past.lastReason()));
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

  private int state(Optional<Lease> lease) {
    if (acceptance.isHeld()) {
      return RowState.HELD;
    }
    return lease.isPresent() ? RowState.LEASED : RowState.WAITING;
  }

  private static int state(Acceptance.Past past) {
    return switch (past.state()) {
      case HELD -> RowState.HELD;
      case PARKED -> RowState.PARKED;
      case WAITING, UNDER_WAY -> RowState.WAITING;
    };
  }

  /**
   * Those that are leased from the beginning.
   *
   * @param body where the message lies
   */
  List<QueueRows.Owned> leased(BlobRef body) {
    List<QueueRows.Owned> leased = new ArrayList<>(recipients.length);
    for (int i = 0; i < recipients.length; i++) {
      if (leases.apply(i).isPresent()) {
        String destination = acceptance.onward().get(i).destination();
        leased.add(
            new QueueRows.Owned(
                recipients[i], id, message, body, destination, 0, acceptance.mail().id()));
      }
    }
    return leased;
  }

  /** When each destination has something that can be leased. */
  void ready(ObjLongConsumer<String> takes) {
    for (int i = 0; i < recipients.length; i++) {
      Acceptance.Onward one = acceptance.onward().get(i);
      long ready = ready(one, leases.apply(i));
      if (ready != Long.MAX_VALUE) {
        takes.accept(one.destination(), ready);
      }
    }
  }

  private long ready(Acceptance.Onward one, Optional<Lease> lease) {
    if (acceptance.isHeld()) {
      return Long.MAX_VALUE;
    }
    return one.past()
        .map(QueueEntry::ready)
        .orElseGet(() -> lease.map(held -> held.until().toEpochMilli()).orElse(arrived()));
  }

  private static long ready(Acceptance.Past past) {
    return state(past) == RowState.WAITING ? past.due().toEpochMilli() : Long.MAX_VALUE;
  }

  /** As much of a text as a column holds, and nothing that a database does not take. */
  private static String shortened(String whole, int most) {
    if (whole.length() <= most && whole.chars().allMatch(QueueEntry::isPlain)) {
      return whole;
    }
    StringBuilder text = new StringBuilder(Math.min(whole.length(), most));
    for (int i = 0; i < whole.length(); ) {
      int character = whole.codePointAt(i);
      int length = Character.charCount(character);
      if (text.length() + length > most) {
        break;
      }
      boolean half = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
      text.appendCodePoint(half ? '?' : character == 0 ? ' ' : character);
      i += length;
    }
    return text.toString();
  }

  private static boolean isPlain(int character) {
    return character != 0
        && (character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE);
  }
}
