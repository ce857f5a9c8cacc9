package org.postroom.storage.sql;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueStore.Place;
import org.postroom.core.queue.QueueStore.Scheduler;

/**
 * The attempts that begin as soon as a mail is ours: there is a place for them with the scheduler,
 * and their recipients' rows are leased as they are written. Places are asked for before the unit
 * of work, on the thread of whoever brings the mail; they are filled when it is durable, or given
 * up.
 */
final class FirstAttempts {
  /** One delivery, and which of the mail's recipients it is for. */
  private record Delivery(Place place, String destination, List<Integer> recipients) {}

  private final List<Delivery> deliveries = new ArrayList<>();

  /** By recipient; null for those that wait for a lease. */
  private final @Nullable Delivery[] byRecipient;

  private final Epoch epoch;
  private boolean ended;

  private FirstAttempts(int recipients, Epoch epoch) {
    this.byRecipient = new @Nullable Delivery[recipients];
    this.epoch = epoch;
  }

  /**
   * As many as there are places for.
   *
   * @param epoch of the store, which leases are of
   * @param isBehind whether something older for a destination is still to be leased
   */
  static FirstAttempts of(
      Acceptance mail, Scheduler scheduler, Epoch epoch, Predicate<String> isBehind) {
    FirstAttempts all = new FirstAttempts(mail.onward().size(), epoch);
    if (mail.isHeld()) {
      return all;
    }
    Set<String> full = new HashSet<>(0);
    for (int i = 0; i < all.byRecipient.length; i++) {
      Acceptance.Onward one = mail.onward().get(i);
      if (one.past().isEmpty() && !full.contains(one.destination())) {
        Delivery delivery = all.delivery(one.destination(), scheduler, isBehind);
        if (delivery == null) {
          full.add(one.destination());
        } else {
          delivery.recipients().add(i);
          all.byRecipient[i] = delivery;
        }
      }
    }
    return all;
  }

  private @Nullable Delivery delivery(
      String destination, Scheduler scheduler, Predicate<String> isBehind) {
    for (int i = deliveries.size() - 1; i >= 0; i--) {
      Delivery known = deliveries.get(i);
      if (known.destination().equals(destination)) {
        if (known.recipients().size() < known.place().recipients()) {
          return known;
        }
        break;
      }
    }
    Optional<Place> place =
        isBehind.test(destination) ? Optional.empty() : scheduler.place(destination);
    if (place.isEmpty()) {
      return null;
    }
    Delivery added = new Delivery(place.get(), destination, new ArrayList<>(1));
    deliveries.add(added);
    return added;
  }

  /**
   * The lease of a recipient.
   *
   * @param recipient which one, in the order of {@link Acceptance#onward}; one that has come behind
   *     those has none
   */
  Optional<QueueEntry.Lease> lease(int recipient) {
    Delivery delivery = recipient < byRecipient.length ? byRecipient[recipient] : null;
    if (delivery == null) {
      return Optional.empty();
    }
    Place place = delivery.place();
    return Optional.of(new QueueEntry.Lease(epoch.holder(place.owner()), place.until()));
  }

  /**
   * The mail is ours.
   *
   * @param rows of its recipients, in their order
   */
  void begin(Acceptance mail, long[] rows, Content content) {
    List<QueuedMail> mails =
        deliveries.stream().map(one -> queued(mail, one, rows, content)).toList();
    ended = true;
    for (int i = 0; i < mails.size(); i++) {
      deliveries.get(i).place().fill(mails.get(i));
    }
  }

  /** What a lease would read. */
  private static QueuedMail queued(
      Acceptance mail, Delivery delivery, long[] rows, Content content) {
    List<QueuedRecipient> recipients = new ArrayList<>(delivery.recipients().size());
    for (int number : delivery.recipients()) {
      recipients.add(
          new QueuedRecipient(rows[number], mail.onward().get(number).recipient(), 0, false, ""));
    }
    Envelope envelope = mail.mail().envelope();
    return new QueuedMail(
        mail.mail().id(),
        envelope.sender(),
        QueuedMail.Traits.of(envelope),
        content,
        Instant.ofEpochMilli(mail.mail().arrived().toEpochMilli()),
        Optional.of(QueueEntry.origin(mail.mail().client())),
        delivery.destination(),
        recipients);
  }

  /**
   * There will be none; without effect when they have begun.
   *
   * @param inDoubt whether the mail may be ours
   */
  void giveUp(boolean inDoubt) {
    if (!ended) {
      ended = true;
      deliveries.forEach(one -> one.place().giveUp(inDoubt));
    }
  }
}
