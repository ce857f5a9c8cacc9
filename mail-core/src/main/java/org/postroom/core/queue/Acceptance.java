package org.postroom.core.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailboxName;

/**
 * A mail and what becomes of it, to be made true in one unit of work: into these mailboxes, and
 * into the queue for these recipients.
 *
 * @param mail the mail; its content is written once however many recipients share it
 * @param deliveries recipients that end in mailboxes here
 * @param onward recipients that a transport must take further
 * @param refused copies that could not be made and do not wait; none, while it is only planned
 * @param isHeld whether those in the queue wait until somebody lets them go
 */
public record Acceptance(
    Submission mail,
    List<Delivery> deliveries,
    List<Onward> onward,
    List<Refused> refused,
    boolean isHeld) {

  public Acceptance {
    deliveries = List.copyOf(deliveries);
    onward = List.copyOf(onward);
    refused = List.copyOf(refused);
    if (isHeld && !deliveries.isEmpty()) {
      throw new IllegalArgumentException("held mail in a mailbox");
    }
  }

  /** The same, where the recipients in the queue wait until somebody lets them go. */
  public Acceptance held() {
    return new Acceptance(mail, deliveries, onward, refused, true);
  }

  /** What has become true of it. */
  public Acceptance with(List<Delivery> some, List<Onward> others, List<Refused> not) {
    return new Acceptance(mail, some, others, not, isHeld);
  }

  /** The same of a mail that is the same, and lies elsewhere. */
  public Acceptance of(Submission same) {
    return new Acceptance(same, deliveries, onward, refused, isHeld);
  }

  /** One of which nothing is refused. */
  public Acceptance(Submission mail, List<Delivery> deliveries, List<Onward> onward) {
    this(mail, deliveries, onward, List.of(), false);
  }

  /** Why {@code mailbox} of {@code account} does not have its copy; empty where it may have it. */
  public Optional<Refused> refusal(AccountId account, MailboxName mailbox) {
    return refused.stream()
        .filter(one -> one.account().equals(account) && one.mailbox().equals(mailbox))
        .findFirst();
  }

  /**
   * A copy that could not be made, of which whoever brings the mail hears.
   *
   * @param full whether there is no room for it; otherwise its account is gone
   */
  public record Refused(AccountId account, MailboxName mailbox, boolean full) {}

  /** What a copy is to whoever brings the mail. */
  public enum Claim {
    /** Asked for; it waits when it cannot be made. */
    NAMED,
    /** Asked for, and answered apart: it is {@link Refused} when it cannot be made. */
    ANSWERED,
    /**
     * Asked for, and kept in somebody else's mailbox instead. That one's room is no matter of who
     * brings the mail: where it cannot be made now it waits, and counts as made.
     */
    KEPT,
    /**
     * A copy that he knows nothing of. It is made beside others only: where none of those is, he
     * hears so, comes again, and would bring one more of these each time.
     */
    BESIDE
  }

  /**
   * One recipient's mailbox.
   *
   * @param mailbox made if it does not exist
   * @param recipient whose it is
   * @param header lines that only this copy has (Return-Path, Delivered-To), CRLF at each end;
   *     stands in front of the shared content
   * @param flags bits of {@link Flags#SYSTEM} that it has from the beginning; none where it has
   *     waited
   */
  public record Delivery(
      AccountId account,
      MailboxName mailbox,
      Recipient recipient,
      Content header,
      Claim claim,
      long flags) {

    /** The most octets of {@code header}: it is kept in the copy's row. */
    public static final int HEADER = 8 << 10;

    public Delivery {
      if (header.size() > HEADER) {
        throw new IllegalArgumentException(header.size() + " octets of header for one copy");
      }
      if ((flags & ~Flags.SYSTEM) != 0) {
        throw new IllegalArgumentException("not system flags: " + Long.toBinaryString(flags));
      }
    }

    /** One that was asked for. */
    public Delivery(AccountId account, MailboxName mailbox, Recipient recipient, Content header) {
      this(account, mailbox, recipient, header, Claim.NAMED, 0);
    }

    /** The same recipient where the mailbox cannot take its copy now: it waits for a later try. */
    public Onward waiting() {
      return Onward.home(recipient, claim);
    }
  }

  /**
   * One recipient for a transport.
   *
   * @param destination what it queues behind: mails for one destination share connections and wait
   *     for each other, never for other destinations; as a rule {@code transport:nexthop}
   * @param past what it has been through in another queue
   */
  public record Onward(Recipient recipient, String destination, Claim claim, Optional<Past> past) {
    /** Stands in front of a destination whose transport was decided for the mail. */
    public static final String DECIDED = "filter:";

    /** Of mail for a mailbox here, in the place of a transport. */
    static final String HOME = "mailbox";

    /** One that begins its way. */
    public Onward(Recipient recipient, String destination, Claim claim) {
      this(recipient, destination, claim, Optional.empty());
    }

    /** One that was asked for. */
    public Onward(Recipient recipient, String destination) {
      this(recipient, destination, Claim.NAMED);
    }

    /** One that waits for a mailbox here. */
    public static Onward home(Recipient recipient, Claim claim) {
      return new Onward(recipient, HOME + ":" + recipient.address().domain(), claim);
    }

    /** By which transport what queues behind {@code destination} leaves. */
    static String transport(String destination) {
      int begin = destination.startsWith(DECIDED) ? DECIDED.length() : 0;
      int end = destination.indexOf(':', begin);
      return end < 0 ? destination.substring(begin) : destination.substring(begin, end);
    }
  }

  /**
   * What a recipient has been through in another queue.
   *
   * @param state {@code HELD} and {@code PARKED} as they are, all else waits for its time
   * @param due when that is
   * @param attempts made so far
   * @param lastAttempt when the last one ended
   * @param lastReason what it came to
   * @param delayReported whether the sender was told of the delay
   * @param expires whether an administrator has ended it
   */
  public record Past(
      QueueControl.State state,
      Instant due,
      int attempts,
      Optional<Instant> lastAttempt,
      String lastReason,
      boolean delayReported,
      boolean expires) {}
}
