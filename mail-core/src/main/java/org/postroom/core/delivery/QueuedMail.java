package org.postroom.core.delivery;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;

/**
 * A mail that is ours to take further, with those of its recipients that were leased together: all
 * for one destination.
 *
 * @param arrived when it came to us
 * @param origin where it came from; empty where an earlier version took it in, and for what is not
 *     in the queue
 * @param destination what its recipients queue behind
 * @param recipients those leased now, at least one
 */
public record QueuedMail(
    QueueId id,
    ReversePath sender,
    Traits traits,
    Content content,
    Instant arrived,
    Optional<CameFrom> origin,
    String destination,
    List<QueuedRecipient> recipients) {

  public QueuedMail {
    recipients = List.copyOf(recipients);
  }

  /** The same mail for some of its recipients. */
  public QueuedMail with(List<QueuedRecipient> some) {
    return new QueuedMail(id, sender, traits, content, arrived, origin, destination, some);
  }

  /** The same mail in other octets. */
  public QueuedMail with(Content other) {
    return new QueuedMail(id, sender, traits, other, arrived, origin, destination, recipients);
  }

  /** What the envelope said beside sender and recipients. */
  public record Traits(
      BodyType body,
      boolean smtpUtf8,
      Optional<String> envelopeId,
      Optional<Boolean> fullReturn,
      boolean requiresTls) {

    /** Those of an envelope. */
    public static Traits of(Envelope envelope) {
      return new Traits(
          envelope.body(),
          envelope.smtpUtf8(),
          envelope.envelopeId(),
          envelope.fullReturn(),
          envelope.requiresTls());
    }
  }

  /**
   * Where a mail came from, as its client said it and as we knew it.
   *
   * @param address as text
   * @param name its verified host name, or {@code unknown}
   * @param helo what it called itself; empty for mail made here
   * @param protocol the word of the Received header; empty for mail handed in on this machine
   * @param submitter the account that logged in, or the user of this machine
   * @param traceparent the trace that it is part of, as W3C Trace Context (3.2) writes it
   * @param port the client's; empty for mail handed in on this machine, and where an earlier
   *     version took it in, as the next two are
   * @param saslMethod by which the account has logged in; empty where it has not
   * @param saslSender who has handed the mail in first, as the client says (AUTH= of MAIL; RFC
   *     4954, 5)
   */
  public record CameFrom(
      String address,
      String name,
      String helo,
      String protocol,
      Optional<String> submitter,
      Optional<String> traceparent,
      Optional<Integer> port,
      Optional<String> saslMethod,
      Optional<String> saslSender) {

    /** One of whose session nothing is known. */
    public CameFrom(
        String address,
        String name,
        String helo,
        String protocol,
        Optional<String> submitter,
        Optional<String> traceparent) {
      this(
          address,
          name,
          helo,
          protocol,
          submitter,
          traceparent,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    /**
     * The protocol whatever it was secured by: {@code SMTP}, {@code ESMTP} or {@code LMTP} for the
     * words of RFC 3848 and RFC 6531, other words as they are.
     */
    public String plainProtocol() {
      String word = protocol.toUpperCase(Locale.ROOT);
      if (word.contains("LMTP")) {
        return "LMTP";
      }
      boolean extended = word.startsWith("E") || word.startsWith("UTF8");
      return word.contains("SMTP") ? (extended ? "ESMTP" : "SMTP") : protocol;
    }
  }

  /**
   * One recipient that is not done with.
   *
   * @param id in the store
   * @param attempts made so far
   * @param delayReported whether the sender was told of the delay
   * @param lastReason what the last attempt came to; empty before the first
   * @param expires whether an administrator has ended it: the next attempt sends nothing, and its
   *     sender hears that it has failed
   */
  public record QueuedRecipient(
      long id,
      Recipient recipient,
      int attempts,
      boolean delayReported,
      String lastReason,
      boolean expires) {

    /** One that nobody has ended. */
    public QueuedRecipient(
        long id, Recipient recipient, int attempts, boolean delayReported, String lastReason) {
      this(id, recipient, attempts, delayReported, lastReason, false);
    }
  }
}
