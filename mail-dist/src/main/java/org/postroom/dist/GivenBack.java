package org.postroom.dist;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;

/** Mail that was handed in when nobody could be told at once that it is refused. */
final class GivenBack {
  private GivenBack() {}

  /**
   * It, as its sender's report is about it.
   *
   * @param content with the line ends that it would go out with
   * @param from where it was handed in, in the place of a destination
   * @param attempts how often it was to be taken
   */
  static QueuedMail of(
      QueueId id, Envelope envelope, Content content, Instant arrived, String from, int attempts) {
    List<QueuedRecipient> recipients =
        envelope.recipients().stream()
            .map(one -> new QueuedRecipient(0, one, attempts, false, ""))
            .toList();
    return new QueuedMail(
        id,
        envelope.sender(),
        QueuedMail.Traits.of(envelope),
        content,
        arrived,
        Optional.empty(),
        from,
        recipients);
  }
}
