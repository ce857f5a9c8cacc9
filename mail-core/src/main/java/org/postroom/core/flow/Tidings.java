package org.postroom.core.flow;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.delivery.Attempted;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.flow.Dispatch.Ended;
import org.postroom.core.life.Lifeline;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.Watches;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What there is to say of mails that are ours, once it is durable: to the log, to who watches, and
 * to who listens. A listener can do no harm: what it throws is logged, and what it hears of the
 * queue it hears on a worker of its own. The last listener of a kind counts.
 */
public final class Tidings {
  private static final Logger LOG = LoggerFactory.getLogger(Tidings.class);

  /** Who delivers into mailboxes here. */
  private static final String MAILBOXES = "virtual";

  private static final String NEXT_HOPS = "smtp";

  /** Time for the client's answer, before anybody hears that the machine is failing. */
  private static final Duration AFTER_THE_ANSWER = Duration.ofSeconds(1);

  private final MailLog log = new MailLog("qmgr");
  private final Clock clock;
  private final Timers timers;
  private final Lifeline lifeline;
  private final Watches watches;
  private final Announcements announcements;
  private volatile Consumer<Acceptance> accepted = acceptance -> {};
  private volatile @Nullable Consumer<Attempted> delivered;
  private volatile @Nullable Consumer<Attempted> delayed;
  private volatile @Nullable Consumer<Attempted> bounced;

  /**
   * Nobody listens yet.
   *
   * @param watches who watches mail while it is tried
   * @param workers where listeners hear of the queue
   * @param lifeline hears of a machine that fails under a listener
   */
  public Tidings(Watches watches, Clock clock, Timers timers, Executor workers, Lifeline lifeline) {
    this.watches = watches;
    this.clock = clock;
    this.timers = timers;
    this.lifeline = lifeline;
    this.announcements = new Announcements(timers, workers, lifeline);
  }

  /**
   * Has {@code listener} see every mail that was handed over, after it is durable and before
   * whoever has handed it over hears so, on his thread or his session's worker. The content can be
   * read for as long as somebody has the mail: in his mailbox, or in the queue.
   */
  public void onAccepted(Consumer<Acceptance> listener) {
    accepted = listener;
  }

  /**
   * Has {@code listener} hear of each recipient that waited in the queue and whose mail the next
   * hop has taken, or a mailbox here. One call after the other, soon after it is durable, in the
   * order in which it became so; while a listener is slow ten thousand wait, and the log says how
   * many more it has not heard of.
   */
  public void onDelivered(Consumer<Attempted> listener) {
    delivered = listener;
  }

  /** The same for each attempt upon which there will be another one. */
  public void onDelayed(Consumer<Attempted> listener) {
    delayed = listener;
  }

  /**
   * The same for each recipient that is given up: refused for good, or tried for too long ({@code
   * 4.4.7}).
   */
  public void onBounced(Consumer<Attempted> listener) {
    bounced = listener;
  }

  /**
   * The mail is ours by now, and the client must hear so, or it would send it again: whatever the
   * listener throws, checked exceptions of other languages included, ends here.
   */
  void announce(Acceptance acceptance) {
    watches.accepted(acceptance);
    try {
      accepted.accept(acceptance);
    } catch (Throwable e) {
      if (Lifeline.isFatal(e)) {
        timers.after(AFTER_THE_ANSWER, () -> lifeline.died("listener for accepted mail", e));
      }
      LOG.error("{}: the listener for accepted mail failed", acceptance.mail().id(), e);
    }
  }

  /** What came into mailboxes here as it was accepted. */
  void arrived(Acceptance acceptance) {
    MailLog.Delays delays =
        new MailLog.Delays(
            Duration.between(acceptance.mail().arrived(), clock.instant()),
            Duration.ZERO,
            Duration.ZERO);
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      String what = "delivered to mailbox " + delivery.mailbox();
      log.attempted(
          MAILBOXES,
          acceptance.mail().id(),
          delivery.recipient().address(),
          delivery.recipient().namedBySender(),
          "mailbox",
          delays,
          "2.0.0",
          "sent",
          what);
      watches.arrived(acceptance.mail().id(), delivery.recipient().address(), what);
    }
    if (acceptance.onward().isEmpty()) {
      log.removed(acceptance.mail().id());
    }
  }

  /** A notification is on its way. */
  void notified(QueueId about, Bounce.Letter letter, Acceptance report) {
    log.notified(about, letter.who(), letter.kindName(), report.mail().id());
    arrived(report);
  }

  /** Of these mails nothing is left to do. */
  void removed(Collection<QueueId> mails) {
    mails.forEach(log::removed);
  }

  /** A recipient is done with: its mail has left, or is in its mailbox here. */
  void delivered(Ended attempt, QueuedRecipient recipient, DeliveryResult result, boolean here) {
    log(here ? MAILBOXES : NEXT_HOPS, attempt, recipient, result, "sent");
    tell(delivered, attempt, recipient, result);
  }

  /**
   * There will be another attempt.
   *
   * @param result as it was said; in the log that counts
   * @param taken what was made of it
   */
  void delayed(
      Ended attempt, QueuedRecipient recipient, DeliveryResult result, DeliveryResult taken) {
    String status = result instanceof DeliveryResult.Bounced ? "bounced" : "deferred";
    log(NEXT_HOPS, attempt, recipient, result, status);
    tell(delayed, attempt, recipient, taken);
  }

  /** It waits until somebody lets it go. */
  void held(Ended attempt, QueuedRecipient recipient, DeliveryResult result) {
    log(NEXT_HOPS, attempt, recipient, result, "hold");
  }

  /** It is given up; parameters as those of {@link #delayed}. */
  void bounced(
      Ended attempt, QueuedRecipient recipient, DeliveryResult result, DeliveryResult taken) {
    String status = result instanceof DeliveryResult.Bounced ? "bounced" : "expired";
    log(NEXT_HOPS, attempt, recipient, result, status);
    tell(bounced, attempt, recipient, taken);
  }

  /** Nobody hears of anything any more. */
  public void close() {
    announcements.close();
  }

  private void tell(
      @Nullable Consumer<Attempted> listener,
      Ended attempt,
      QueuedRecipient recipient,
      DeliveryResult result) {
    if (listener == null) {
      return;
    }
    Attempted said =
        new Attempted(
            attempt.mail().id(),
            attempt.mail().sender(),
            recipient.recipient(),
            attempt.mail().arrived(),
            attempt.at(),
            result);
    announcements.announce(() -> listener.accept(said));
  }

  private void log(
      String service,
      Ended attempt,
      QueuedRecipient recipient,
      DeliveryResult result,
      String status) {
    log.attempted(
        service,
        attempt.mail().id(),
        recipient.recipient().address(),
        recipient.recipient().namedBySender(),
        result.relay(),
        new MailLog.Delays(
            Duration.ZERO,
            Duration.between(attempt.mail().arrived(), attempt.begun()),
            Duration.between(attempt.begun(), attempt.at())),
        result.status(),
        status,
        result.reason());
    watches.became(
        attempt.mail(), recipient.recipient().address(), result.status(), status, result.reason());
  }
}
