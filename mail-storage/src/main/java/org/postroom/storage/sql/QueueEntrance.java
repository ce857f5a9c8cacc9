package org.postroom.storage.sql;

import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import org.postroom.core.mail.Content;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueStore.Scheduler;

/**
 * How a mail enters the queue, in the unit of work that accepts it: what there is a place for is
 * leased as it is written, and its attempt begins when the unit is durable; the rest is due.
 */
final class QueueEntrance {
  private final Standing standing;
  private final Epoch epoch;
  private final Clock clock;
  private final BodyRoom bodies;
  private volatile Scheduler scheduler = destination -> Optional.empty();

  QueueEntrance(Standing standing, Epoch epoch, Clock clock, BodyRoom bodies) {
    this.standing = standing;
    this.epoch = epoch;
    this.clock = clock;
    this.bodies = bodies;
  }

  /** Has what comes in leased for {@code other} where it has places. */
  void serve(Scheduler other) {
    scheduler = other;
  }

  /** Places for the attempts of a mail that is coming in; before its unit of work. */
  FirstAttempts attempts(Acceptance mail) {
    long now = clock.millis();
    return FirstAttempts.of(
        mail, scheduler, epoch, destination -> standing.destinations().isReady(destination, now));
  }

  /**
   * Writes its rows.
   *
   * @param message of its body
   * @param description of that body, in which the recipients are named
   */
  void enter(
      Batch batch,
      Acceptance mail,
      long message,
      Description description,
      PlacedBody body,
      FirstAttempts attempts)
      throws SQLException {
    description.queued(mail.mail().id(), mail.mail().envelope());
    if (mail.isHeld()) {
      description.held();
    }
    long number = batch.id(Ids.Kind.QUEUE_MAIL);
    long[] recipients = new long[mail.onward().size()];
    for (int i = 0; i < recipients.length; i++) {
      recipients[i] = batch.id(Ids.Kind.QUEUE_RECIPIENT);
      description.onward(mail.onward().get(i));
    }
    QueueEntry entry = new QueueEntry(number, message, recipients, mail, attempts::lease);
    batch.queue().enter(entry);
    batch.afterwards(
        () -> {
          entry.ready(standing.destinations()::ready);
          standing.destinations().count(recipients.length);
          BlobRef ref = body.ref();
          if (ref != null) {
            standing.leased().put(entry.leased(ref));
            Content content = bodies.content(ref);
            attempts.begin(mail, recipients, content);
          }
          standing.listeners().forEach(Runnable::run);
        });
  }
}
