package org.postroom.storage.sql;

import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueControl;

/** The rows with which a mail enters the queue: its own, and one for each recipient. */
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
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0, FALSE, '')";

  private static final String INSERT_PAST =
      "INSERT INTO queue_recipient (id, mail_id, address, report_on, original, destination, due_ts,"
          + " ready_ts, leased, lease_owner, attempts, delay_reported, last_reason,"
          + " last_attempt_ts, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)";

  /** As long as what is kept of a client's words. */
  private static final int CLIENT = 1000;

  /** Names of mechanisms have 20 characters at most (RFC 4422, 3.1). */
  private static final int METHOD = 100;

  private static final int REASON = 2000;

  private QueueEntry() {}

  /** As much of what an attempt came to as is kept. */
  static String reason(String whole) {
    return shortened(whole, REASON);
  }

  /**
   * Writes them.
   *
   * @param id of the mail's row
   * @param recipients of theirs, in the order of {@link Acceptance#onward}
   */
  static void insert(
      Journaled statements, long id, long message, long[] recipients, Acceptance acceptance)
      throws SQLException {
    long arrived = acceptance.mail().arrived().toEpochMilli();
    insertMail(statements, id, message, acceptance, arrived);
    insertRecipients(statements, id, recipients, acceptance, arrived);
    insertPast(statements, id, recipients, acceptance);
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
    CameFrom from = QueueControl.cameFrom(acceptance.mail().client());
    insert.setString(11, from.submitter().map(QueueEntry::kept).orElse(null));
    insert.setString(12, from.traceparent().orElse(null));
    insert.setString(13, kept(from.address()));
    insert.setString(14, kept(from.name()));
    insert.setString(15, kept(from.helo()));
    insert.setString(16, kept(from.protocol()));
    insert.setBoolean(17, envelope.requiresTls());
    if (from.port().isPresent()) {
      insert.setInt(18, from.port().get());
    } else {
      insert.setNull(18, Types.INTEGER);
    }
    insert.setString(19, from.saslMethod().map(name -> shortened(name, METHOD)).orElse(null));
    insert.setString(20, from.saslSender().map(QueueEntry::kept).orElse(null));
    insert.executeUpdate();
  }

  /** A client may call itself whatever fits into a line. */
  private static String kept(String said) {
    return shortened(said, CLIENT);
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

  private static int state(Acceptance.Past past) {
    return switch (past.state()) {
      case HELD -> RowState.HELD;
      case PARKED -> RowState.PARKED;
      case WAITING, UNDER_WAY -> RowState.WAITING;
    };
  }

  /** When one that enters is due; {@code usual} for one that has not been in another queue. */
  static long ready(Acceptance.Onward one, long usual) {
    return one.past().map(QueueEntry::ready).orElse(usual);
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
