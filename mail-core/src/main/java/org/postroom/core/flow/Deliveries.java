package org.postroom.core.flow;

import java.time.Clock;
import java.time.Duration;
import org.postroom.core.log.MailLog;
import org.postroom.core.queue.Acceptance;

/** The log lines of mail that came into mailboxes here as it was accepted. */
final class Deliveries {
  private final Clock clock;
  private final MailLog log;

  Deliveries(Clock clock, MailLog log) {
    this.clock = clock;
    this.log = log;
  }

  void log(Acceptance acceptance) {
    Duration delay = Duration.between(acceptance.mail().arrived(), clock.instant());
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      log.attempted(
          acceptance.mail().id(),
          delivery.recipient().address(),
          "mailbox",
          delay,
          "2.0.0",
          "sent",
          "delivered to mailbox " + delivery.mailbox());
    }
  }
}
