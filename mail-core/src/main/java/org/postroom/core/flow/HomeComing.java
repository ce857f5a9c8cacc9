package org.postroom.core.flow;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postroom.core.arrival.ScannedContent;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.queue.Acceptance;

/**
 * A queued mail whose recipients are ours by now, made ready for their mailboxes: the queue keeps
 * octets only, so their structure is scanned again.
 */
final class HomeComing {
  private HomeComing() {}

  /**
   * For these mailboxes.
   *
   * @param memory what the scan is charged to, until the content is closed
   */
  static Acceptance of(QueuedMail mail, List<Acceptance.Delivery> deliveries, MemoryBudget memory) {
    return new Acceptance(
        submission(mail, mail.id(), mail.arrived(), memory), deliveries, List.of());
  }

  /** The mail as one that comes in, under an id and at a time of its own. */
  static Submission submission(QueuedMail mail, QueueId id, Instant arrived, MemoryBudget memory) {
    Envelope envelope =
        new Envelope(
            mail.sender(),
            mail.recipients().stream().map(QueuedMail.QueuedRecipient::recipient).toList(),
            mail.traits().body(),
            mail.traits().smtpUtf8(),
            mail.traits().envelopeId(),
            mail.traits().fullReturn(),
            mail.traits().requiresTls());
    Submission.Client self =
        new Submission.Client(
            InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "QUEUE");
    return new Submission(
        id, Origin.QUEUE, self, envelope, new ScannedContent(mail.content(), memory), arrived);
  }
}
