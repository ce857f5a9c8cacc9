package org.postroom.dist;

import java.time.Instant;
import org.postroom.core.arrival.Submission;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.Acceptance;

/**
 * A mail that the server has taken: durable, and not yet answered for.
 *
 * @param id by which the log names it
 * @param envelope who sends and who receives, as the client said
 * @param content its octets; to be read while the listener is called, and not later
 * @param arrived when it began to come
 */
public record Accepted(QueueId id, Envelope envelope, Content content, Instant arrived) {

  static Accepted of(Acceptance acceptance) {
    Submission mail = acceptance.mail();
    return new Accepted(mail.id(), mail.envelope(), mail.content(), mail.arrived());
  }
}
