package org.postroom.core.arrival;

import java.time.Instant;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;

/**
 * A mail whose content is on its way: all that is known of it before.
 *
 * @param id what it will be called
 * @param origin how it comes
 * @param client where it comes from
 * @param envelope who sends and who receives
 * @param arrived when its content began to arrive
 */
public record Arriving(
    QueueId id, Origin origin, Submission.Client client, Envelope envelope, Instant arrived) {

  /** The same with its content, which has arrived whole. */
  public Submission with(StagedContent content) {
    return new Submission(id, origin, client, envelope, content, arrived);
  }
}
