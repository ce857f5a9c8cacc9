package org.postroom.core.queue;

import java.util.List;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Submission;
import org.postroom.core.mailbox.MailboxName;

/**
 * A mail and what becomes of it, to be made true in one unit of work: into these mailboxes, and
 * into the queue for these recipients.
 *
 * @param mail the mail; its content is written once however many recipients share it
 * @param deliveries recipients that end in mailboxes here
 * @param onward recipients that a transport must take further
 */
public record Acceptance(Submission mail, List<Delivery> deliveries, List<Onward> onward) {

  public Acceptance {
    deliveries = List.copyOf(deliveries);
    onward = List.copyOf(onward);
  }

  /**
   * One recipient's mailbox.
   *
   * @param mailbox made if it does not exist
   * @param recipient whose it is
   * @param header lines that only this copy has (Return-Path, Delivered-To), CRLF at each end;
   *     stands in front of the shared content
   */
  public record Delivery(
      AccountId account, MailboxName mailbox, Recipient recipient, Content header) {

    /** The most octets of {@code header}: it is kept in the copy's row. */
    public static final int HEADER = 8 << 10;

    public Delivery {
      if (header.size() > HEADER) {
        throw new IllegalArgumentException(header.size() + " octets of header for one copy");
      }
    }

    /** The same recipient where the mailbox cannot take its copy now: it waits for a later try. */
    public Onward waiting() {
      return Onward.home(recipient);
    }
  }

  /**
   * One recipient for a transport.
   *
   * @param destination what it queues behind: mails for one destination share connections and wait
   *     for each other, never for other destinations; as a rule {@code transport:nexthop}
   */
  public record Onward(Recipient recipient, String destination) {

    /** One that waits for a mailbox here. */
    public static Onward home(Recipient recipient) {
      return new Onward(recipient, "mailbox:" + recipient.address().domain());
    }
  }
}
