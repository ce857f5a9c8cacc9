package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.queue.Acceptance;

/**
 * What stands beside a body in the blob log: enough to make its rows again when the database is
 * lost. A sequence of entries, each one octet that says what it is and its fields; numbers as
 * {@link Octets} writes them, text and octets with their length in front.
 */
final class Description {
  private static final int VERSION = 1;
  private static final int COPY = 1;
  private static final int QUEUED = 2;
  private static final int RECIPIENT = 3;
  private static final int HELD = 4;

  /** What the log reserves at most. */
  static final int MOST = 1 << 20;

  /** More octets than a copy without header and keywords takes. */
  static final int COPY_AT_MOST = 4096;

  /** More octets than a mail in the queue takes without its recipients, and each of these. */
  static final int QUEUED_AT_MOST = 4096;

  private final Octets out = new Octets(160);

  /** Begins with the message's id and when it was accepted. */
  Description(long message, long now) {
    out.octet(VERSION);
    out.number(message);
    out.number(now);
  }

  /** The message is in a mailbox. */
  Description copy(
      MailboxState mailbox,
      long uid,
      long flags,
      Set<Keyword> keywords,
      InternalDate date,
      byte @Nullable [] header) {
    out.octet(COPY);
    out.number(mailbox.row().account().value());
    out.number(mailbox.id());
    text(mailbox.row().name().value());
    out.number(uid);
    out.number(flags);
    out.number(keywords.size());
    keywords.forEach(keyword -> text(keyword.name()));
    out.signed(date.epochMillis());
    out.signed(date.offsetMinutes());
    octets(header == null ? new byte[0] : header);
    return this;
  }

  /** The message is in the queue. */
  Description queued(QueueId id, Envelope envelope) {
    out.octet(QUEUED);
    text(id.value());
    text(envelope.sender().toString());
    text(envelope.body().name());
    out.number((envelope.smtpUtf8() ? 1 : 0) | (envelope.requiresTls() ? 2 : 0));
    text(envelope.envelopeId().orElse(""));
    out.number(envelope.fullReturn().map(full -> full ? 2 : 1).orElse(0));
    return this;
  }

  /** … and waits there until somebody lets it go. */
  Description held() {
    out.octet(HELD);
    return this;
  }

  /** … for this recipient. */
  Description onward(Acceptance.Onward onward) {
    Recipient recipient = onward.recipient();
    out.octet(RECIPIENT);
    text(Addresses.column(recipient.address()));
    out.number(Addresses.bits(recipient.reportOn()));
    text(recipient.original().orElse(""));
    text(onward.destination());
    return this;
  }

  byte[] toBytes() {
    return out.toBytes();
  }

  private void text(String value) {
    octets(value.getBytes(UTF_8));
  }

  private void octets(byte[] value) {
    out.number(value.length);
    for (byte octet : value) {
      out.octet(octet);
    }
  }
}
