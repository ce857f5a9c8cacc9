package org.postroom.core.queue;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.QueuedMail.Traits;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;

/**
 * What an administrator sees of the queue, and does with it. A listing comes in pages, so that it
 * begins at once and costs the same memory however long the queue is; mails come and go meanwhile,
 * and one that changes its section may be seen twice, or not at all.
 *
 * <p>An attempt that is under way ends as it ends, whatever is done with its recipients: what it
 * has delivered is delivered. What was held meanwhile is held afterwards, and what was deleted is
 * not tried again.
 *
 * <p>Called on worker threads; every method may block. What can fail: {@code StorageUnavailable}.
 */
public interface QueueControl {

  /** What a listing is divided into, in its order; the names are those of Postfix's queues. */
  enum Section {
    /** An attempt for one of its recipients is under way. */
    ACTIVE,
    /** One of them waits for its time. */
    DEFERRED,
    /** All of them wait until somebody lets them go. */
    HOLD
  }

  /** What a recipient waits for. */
  enum State {
    /** Its time. */
    WAITING,
    /** The end of an attempt. */
    UNDER_WAY,
    /** Somebody who looks at it and lets it go: an access table, a filter or a person wants so. */
    HELD,
    /** Somebody who takes up its destination's mail again. */
    PARKED
  }

  /** What can be done with recipients, and with which. */
  enum Change {
    /** Keeps what waits, or is under way, until it is released. */
    HOLD,
    /** Lets go what is held: it is due now. */
    RELEASE,
    /** Puts aside what waits, or is under way, until it is taken up again. */
    PARK,
    /** Takes up again what is parked: it is due now. */
    UNPARK,
    /** What waits is due now. */
    RUN,
    /** The next attempt is the last, sends nothing, and the sender hears so. */
    EXPIRE,
    /** Deletes for good, without a word to anybody. */
    DELETE
  }

  /** Where a page begins: behind this recipient of this mail, by their numbers in the store. */
  record Position(long mail, long recipient) {
    /** At the beginning. */
    public static final Position START = new Position(0, 0);
  }

  /**
   * A page of a listing.
   *
   * @param mails oldest first; the last one may have more recipients on the next page, and then
   *     stands there again
   * @param next where the next page begins; empty behind the last
   */
  record Page(List<Listed> mails, Optional<Position> next) {
    public Page {
      mails = List.copyOf(mails);
    }
  }

  /**
   * A mail in the queue, or as many of its recipients as a page has.
   *
   * @param origin where it came from; empty where it came to an earlier version, which did not keep
   *     that
   * @param recipients those that are not done with, at least one
   */
  record Listed(
      QueueId id,
      Section section,
      ReversePath sender,
      Traits traits,
      Content content,
      Instant arrived,
      Optional<CameFrom> origin,
      List<ListedRecipient> recipients) {
    public Listed {
      recipients = List.copyOf(recipients);
    }
  }

  /** Where a mail came from that a client has handed over. */
  static CameFrom cameFrom(Submission.Client client) {
    return new CameFrom(
        client.address().getHostAddress(),
        client.name(),
        client.helo(),
        client.protocol(),
        client.submitter(),
        client.traceparent(),
        client.session().port(),
        client.session().saslMethod(),
        client.session().saslSender());
  }

  /**
   * A recipient.
   *
   * @param destination what it queues behind
   * @param isUnderWay whether an attempt is, whatever was done with it meanwhile
   * @param due when it is tried, unless its state says otherwise
   * @param lastAttempt when the last attempt ended; empty before the first
   */
  record ListedRecipient(
      QueuedRecipient recipient,
      String destination,
      State state,
      boolean isUnderWay,
      Instant due,
      Optional<Instant> lastAttempt) {}

  /** A page of a section. */
  Page page(Section section, Position from);

  /**
   * The same of all sections at once, by when the mails came: one that changes its section
   * meanwhile is neither missed nor seen twice.
   */
  Page page(Position from);

  /** The same of one mail; empty pages where there is none of that name. */
  Page page(QueueId mail, Position from);

  /**
   * Does something with recipients, in one unit of work. Those that are gone, or in another state
   * than it is done with, are left as they are. Durable when this returns.
   *
   * @return how many it was done with
   */
  int change(Change change, Collection<Long> recipients);

  /**
   * Puts other mails in the place of recipients, in one unit of work: nothing is done where one of
   * them is gone or under way.
   *
   * @param others what stands for them from now on; may be mailboxes here
   * @return whether it was done
   * @throws org.postroom.core.refusal.OverQuota where a delivery cannot be made; nothing is done
   * @throws org.postroom.core.refusal.MailboxNotFound the same
   */
  boolean replace(Collection<Long> recipients, List<Acceptance> others);

  /**
   * Takes in a mail that was in another queue, under the name that it had there, in one unit of
   * work; durable when this returns.
   *
   * @param mail for the queue alone, with what its recipients {@linkplain Acceptance.Past have been
   *     through}
   * @return whether it was done; not where a mail of that name is in the queue
   */
  boolean restore(Acceptance mail);
}
