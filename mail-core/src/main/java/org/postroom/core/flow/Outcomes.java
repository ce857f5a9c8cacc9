package org.postroom.core.flow;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.flow.Dispatch.Homecoming;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.Attempts;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.queue.RetrySchedule;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;
import org.postroom.core.refusal.StorageUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what an attempt came to: each recipient is done with, waits for the next attempt, or comes
 * into its mailbox here, and the sender is told what he wants to hear; all in one unit of work as
 * far as there is room. Goes by the time at which the attempt ended, however much later it can be
 * written.
 */
final class Outcomes {
  private static final Logger LOG = LoggerFactory.getLogger(Outcomes.class);
  private static final DeliveryResult FULL =
      new DeliveryResult.Deferred("mailbox", "4.2.2", "the mailbox is full");
  private static final DeliveryResult GONE =
      new DeliveryResult.Deferred("mailbox", "4.2.1", "the mailbox has just gone");

  private static final DeliveryResult UNREADABLE =
      new DeliveryResult.Deferred("mailbox", "4.3.0", "the mail cannot be read from the store");

  private static final DeliveryResult NOT_NOW =
      new DeliveryResult.HeldUp("mailbox", "4.3.0", "the store cannot take it now");

  private final MailCommit commit;
  private final QueueStore store;
  private final RetrySchedule schedule;
  private final Bounce bounce;
  private final Correspondence correspondence;
  private final MemoryBudget memory;
  private final Tidings tidings;
  private final Returning returning;
  private final Requeueing requeueing;

  Outcomes(
      Addressing addressing,
      Expansion expansion,
      MailCommit commit,
      QueueStore store,
      RetrySchedule schedule,
      Bounce bounce,
      MemoryBudget memory,
      Tidings tidings,
      Clock clock) {
    this.commit = commit;
    this.store = store;
    this.schedule = schedule;
    this.bounce = bounce;
    Planner planner = new Planner(bounce::notifies);
    this.correspondence = new Correspondence(bounce, expansion, planner);
    this.memory = memory;
    this.tidings = tidings;
    this.returning = new Returning(correspondence, tidings);
    this.requeueing =
        new Requeueing(addressing, expansion, planner, commit, store, memory, tidings, clock);
  }

  /** Tells the sender of a mail that never was in the queue; see {@link Returning}. */
  void giveBack(Dispatch.Ended refused, MailCommit other) {
    returning.giveBack(refused, other);
  }

  /** Has a mail go its way again instead of waiting for another outcome; see {@link Requeueing}. */
  Optional<QueueId> requeue(QueuedMail mail) {
    return requeueing.requeue(mail);
  }

  /** What is still to be written of an attempt; one caller at a time. */
  static final class Unsettled {
    private final Dispatch.Ended attempt;
    private boolean full;
    private boolean reported;
    private int home;

    Unsettled(Dispatch.Ended attempt) {
      this.attempt = attempt;
    }
  }

  /** What there is to write of one, where that is rows alone. */
  Optional<Attempts.RowsOnly> rowsOnly(Unsettled all) {
    Settling settling =
        new Settling(all.attempt, all.attempt.reports(), all.attempt.home(), false, false);
    return settling.isRowsOnly() ? Optional.of(settling) : Optional.empty();
  }

  /**
   * Writes one.
   *
   * @throws StorageUnavailable when not all is written, because the store does not answer; to be
   *     called again, for the rest. However often that is: nothing is concluded from it
   */
  void settle(Unsettled rest) {
    try {
      settleAll(rest, false);
    } catch (ContentDamaged e) {
      settleUnread(rest, e);
    } catch (StorageUnavailable e) {
      throw e;
    } catch (RuntimeException e) {
      // What was delivered must not be sent again because a notification has no room on the disk.
      settleBarely(rest, e);
    }
  }

  /**
   * The same without a look into the mail, which is damaged: who is told of its failure is told
   * without it, so that it has an end; a mailbox here cannot have it.
   */
  private void settleUnread(Unsettled rest, RuntimeException why) {
    try {
      settleAll(rest, true);
      LOG.warn("{}: settled without its content: {}", rest.attempt.mail().id(), why.toString());
    } catch (StorageUnavailable e) {
      throw e;
    } catch (RuntimeException e) {
      settleBarely(rest, e);
    }
  }

  private void settleAll(Unsettled rest, boolean unread) {
    Dispatch.Ended attempt = rest.attempt;
    if (!rest.full) {
      try {
        new Settling(attempt, attempt.reports(), attempt.home(), false, unread).write();
        return;
      } catch (OverQuota | MailboxNotFound e) {
        // The mailbox of whoever is told, or one that the mail has come home to: theirs to delete
        // something; until then it waits like any other mail.
        rest.full = true;
      }
    }
    settleFull(rest, unread);
  }

  /**
   * First what has left, which must not be sent again whatever follows; then each mailbox here for
   * itself, so that a full one holds back nobody else's mail.
   */
  private void settleFull(Unsettled rest, boolean unread) {
    Dispatch.Ended attempt = rest.attempt;
    if (!rest.reported && !attempt.reports().isEmpty()) {
      new Settling(attempt, attempt.reports(), List.of(), true, unread).write();
    }
    rest.reported = true;
    for (; rest.home < attempt.home().size(); rest.home++) {
      Homecoming one = attempt.home().get(rest.home);
      try {
        new Settling(attempt, List.of(), List.of(one), true, unread).write();
      } catch (OverQuota | MailboxNotFound e) {
        DeliveryResult why = e instanceof OverQuota ? FULL : GONE;
        List<Report> waits = List.of(new Report(one.recipient(), why));
        new Settling(attempt, waits, List.of(), true, unread).write();
      }
    }
  }

  /**
   * Delivered is done; all else is tried again, and what there is to tell is told then. In the same
   * units of work as before: one of them may have been kept without our hearing of it.
   */
  private void settleBarely(Unsettled rest, RuntimeException why) {
    Dispatch.Ended attempt = rest.attempt;
    if (!rest.full) {
      settleBarely(attempt, attempt.reports(), attempt.home());
    } else {
      if (!rest.reported && !attempt.reports().isEmpty()) {
        settleBarely(attempt, attempt.reports(), List.of());
      }
      rest.reported = true;
      for (; rest.home < attempt.home().size(); rest.home++) {
        settleBarely(attempt, List.of(), List.of(attempt.home().get(rest.home)));
      }
    }
    LOG.warn(
        "{}: settled without notifications, which wait: {}", attempt.mail().id(), why.toString());
  }

  private void settleBarely(Dispatch.Ended attempt, List<Report> reports, List<Homecoming> home) {
    List<Settlement> settlements = new ArrayList<>();
    for (Report report : reports) {
      settlements.add(
          report.result() instanceof DeliveryResult.Delivered
              ? new Settlement.Done(report.recipient().id())
              : later(attempt, report.recipient(), report.result(), false));
    }
    for (Homecoming one : home) {
      settlements.add(later(attempt, one.recipient(), NOT_NOW, false));
    }
    Set<QueueId> removed = store.settle(settlements, List.of());
    for (Report report : reports) {
      DeliveryResult result = report.result();
      if (result instanceof DeliveryResult.Delivered) {
        tidings.delivered(attempt, report.recipient(), result, false);
      } else if (result instanceof DeliveryResult.Held) {
        tidings.held(attempt, report.recipient(), result);
      } else {
        tidings.delayed(attempt, report.recipient(), result, result);
      }
    }
    for (Homecoming one : home) {
      tidings.delayed(attempt, one.recipient(), NOT_NOW, NOT_NOW);
    }
    tidings.removed(removed);
  }

  /** It is tried again: soon where we ourselves were the reason, else as the schedule says. */
  private Settlement later(
      Dispatch.Ended attempt, QueuedRecipient recipient, DeliveryResult result, boolean told) {
    if (result instanceof DeliveryResult.Held) {
      return new Settlement.Held(
          recipient.id(),
          recipient.attempts(),
          attempt.at(),
          result.status() + " " + result.reason());
    }
    Instant arrived = attempt.mail().arrived();
    return new Settlement.Later(
        recipient.id(),
        recipient.attempts(),
        attempt.at(),
        result instanceof DeliveryResult.HeldUp
            ? schedule.soon(recipient.attempts(), arrived, attempt.at())
            : schedule.next(arrived, attempt.at()),
        result.status() + " " + result.reason(),
        recipient.delayReported() || told);
  }

  /**
   * What the sender hears of the attempt that was the last: that time ran out (RFC 3463, X.4.7).
   */
  private static DeliveryResult expired(DeliveryResult result) {
    return result instanceof DeliveryResult.Delivered || result instanceof DeliveryResult.Bounced
        ? result
        : new DeliveryResult.Deferred(
            result.relay(), "4.4.7", "delivery time expired: " + result.reason(), result.said());
  }

  /** Where nothing fails for good. */
  private DeliveryResult softened(DeliveryResult result) {
    return schedule.softBounce() && result instanceof DeliveryResult.Bounced
        ? new DeliveryResult.Deferred(
            result.relay(), "4" + result.status().substring(1), result.reason(), result.said())
        : result;
  }

  /** One unit of work. */
  private final class Settling implements Attempts.RowsOnly {
    private final Dispatch.Ended attempt;
    private final QueuedMail mail;
    private final List<Report> reports;
    private final List<Homecoming> home;
    private final boolean full;
    private final boolean unread;
    private final boolean over;
    private final boolean late;
    private final List<Settlement> settlements = new ArrayList<>();
    private final List<Bounce.Item> failed = new ArrayList<>();
    private final List<Bounce.Item> delayed = new ArrayList<>();
    private final List<Bounce.Item> relayed = new ArrayList<>();
    private final List<Bounce.Item> delivered = new ArrayList<>();

    /** What there is to say when all of it is written. */
    private final List<Runnable> said = new ArrayList<>();

    /**
     * One for some of an attempt's recipients.
     *
     * @param full whether mailboxes here are full, so that notifications wait in the queue for
     *     theirs
     * @param unread whether the mail's content must not be looked at
     */
    Settling(
        Dispatch.Ended attempt,
        List<Report> reports,
        List<Homecoming> home,
        boolean full,
        boolean unread) {
      this.attempt = attempt;
      this.mail = attempt.mail();
      this.reports = new ArrayList<>(reports);
      if (unread) {
        home.forEach(one -> this.reports.add(new Report(one.recipient(), UNREADABLE)));
      }
      this.home = unread ? List.of() : home;
      this.full = full;
      this.unread = unread;
      this.over = schedule.isOver(mail.arrived(), mail.sender().isNull(), attempt.at());
      this.late = schedule.isLate(mail.arrived(), attempt.at());
      this.reports.forEach(this::add);
      this.home.forEach(this::add);
    }

    private void add(Homecoming one) {
      DeliveryResult result =
          new DeliveryResult.Delivered(
              "mailbox", "2.0.0", "delivered to mailbox " + one.delivery().mailbox(), true);
      settlements.add(new Settlement.Done(one.recipient().id()));
      said.add(() -> tidings.delivered(attempt, one.recipient(), result, true));
      if (isToldOfSuccess(one.recipient(), false)) {
        delivered.add(new Bounce.Item(one.recipient(), result, true));
      }
    }

    private void add(Report report) {
      QueuedRecipient recipient = report.recipient();
      DeliveryResult result = softened(report.result());
      boolean last = over || recipient.expires();
      DeliveryResult told = last ? expired(result) : result;
      if (result instanceof DeliveryResult.Delivered delivered) {
        settlements.add(new Settlement.Done(recipient.id()));
        said.add(() -> tidings.delivered(attempt, recipient, result, false));
        if (isToldOfSuccess(recipient, delivered.reports())) {
          relayed.add(new Bounce.Item(recipient, told, true));
        }
      } else if (result instanceof DeliveryResult.Held && !recipient.expires()) {
        settlements.add(later(attempt, recipient, result, false));
        said.add(() -> tidings.held(attempt, recipient, result));
      } else if (result instanceof DeliveryResult.Bounced || last) {
        settlements.add(new Settlement.Done(recipient.id()));
        said.add(() -> tidings.bounced(attempt, recipient, report.result(), told));
        failed.add(new Bounce.Item(recipient, told, wants(recipient, Notify.FAILURE)));
      } else {
        boolean asked = wants(recipient, Notify.DELAY);
        boolean tell = late && !recipient.delayReported() && (asked || bounce.tellsOfDelays());
        settlements.add(later(attempt, recipient, result, tell));
        said.add(() -> tidings.delayed(attempt, recipient, report.result(), result));
        if (tell) {
          delayed.add(new Bounce.Item(recipient, told, asked));
        }
      }
    }

    /** Of failures and delays hears who did not say otherwise (RFC 3461, 4.1). */
    private static boolean wants(QueuedRecipient recipient, Notify what) {
      Set<Notify> wishes = recipient.recipient().reportOn();
      return wishes.isEmpty() || wishes.contains(what);
    }

    /**
     * Whether the sender hears that it has arrived, because he has asked for that, or because he
     * was told that it is late.
     *
     * @param elsewhere whether the next one tells those who have asked
     */
    private boolean isToldOfSuccess(QueuedRecipient recipient, boolean elsewhere) {
      return recipient.recipient().reportOn().contains(Notify.SUCCESS) && !elsewhere
          || bounce.tellsOfTheirEnd()
              && recipient.delayReported()
              && wants(recipient, Notify.DELAY);
    }

    boolean isRowsOnly() {
      return home.isEmpty()
          && Stream.of(failed, delayed, relayed, delivered).allMatch(List::isEmpty);
    }

    @Override
    public List<Settlement> settlements() {
      return settlements;
    }

    @Override
    public void written(boolean gone) {
      said.forEach(Runnable::run);
      tidings.removed(gone ? Set.of(mail.id()) : Set.of());
    }

    void write() {
      List<Correspondence.Written> told = new ArrayList<>();
      List<Acceptance> entering = new ArrayList<>();
      try {
        tell(told, entering, Bounce.Kind.FAILED, failed);
        tell(told, entering, Bounce.Kind.DELAYED, delayed);
        tell(told, entering, Bounce.Kind.RELAYED, relayed);
        tell(told, entering, Bounce.Kind.DELIVERED, delivered);
        if (!home.isEmpty()) {
          entering.add(
              HomeComing.of(mail, home.stream().map(Homecoming::delivery).toList(), memory));
        }
        Set<QueueId> removed = store.settle(settlements, entering);
        said.forEach(Runnable::run);
        told.forEach(one -> tidings.notified(mail.id(), one.letter(), one.report()));
        tidings.removed(removed);
      } finally {
        entering.forEach(acceptance -> acceptance.mail().content().close());
      }
    }

    private void tell(
        List<Correspondence.Written> told,
        List<Acceptance> entering,
        Bounce.Kind kind,
        List<Bounce.Item> items) {
      if (items.isEmpty()) {
        return;
      }
      Instant until = mail.arrived().plus(schedule.lifetime());
      Bounce.About about = new Bounce.About(kind, items, until, !unread);
      for (Correspondence.Written one : correspondence.about(mail, about, commit)) {
        Acceptance planned = full ? Planner.queued(one.report()) : one.report();
        told.add(new Correspondence.Written(one.letter(), planned));
        entering.add(planned);
      }
    }
  }
}
