package org.postroom.core.flow;

import java.time.Clock;
import java.time.Duration;
import org.postroom.core.log.MailLog;
import org.postroom.core.queue.Acceptance;

/** The log lines of mail that came into mailboxes here as it was accepted. */
final class Deliveries {
  /** Who delivers into mailboxes here. */
  static final String SERVICE = "virtual";

  private final Clock clock;
  private final MailLog log;

  Deliveries(Clock clock, MailLog log) {
    this.clock = clock;
    this.log = log;
  }

  void log(Acceptance acceptance) {
    MailLog.Delays delays =
        new MailLog.Delays(
            Duration.between(acceptance.mail().arrived(), clock.instant()),
            Duration.ZERO,
            Duration.ZERO);
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      log.attempted(
          SERVICE,
          acceptance.mail().id(),
          delivery.recipient().address(),
          delivery.recipient().namedBySender(),
          "mailbox",
          delays,
          "2.0.0",
          "sent",
          "delivered to mailbox " + delivery.mailbox());
    }
    if (acceptance.onward().isEmpty()) {
      log.removed(acceptance.mail().id());
    }
  }
}
