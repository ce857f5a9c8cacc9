package org.postroom.storage.sql;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.arrival.QueueIds;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore.Scheduler;

/** Where a mail becomes ours: its mailboxes and the queue are filled in one unit of work. */
final class SqlMailCommit implements MailCommit {
  private final Committer committer;
  private final BodyRoom bodyStore;
  private final Watchers watchers;
  private final Clock clock;
  private final QueueIds ids;
  private final QueueEntrance queue;

  SqlMailCommit(
      Committer committer,
      BodyRoom bodyStore,
      Watchers watchers,
      Clock clock,
      Epoch epoch,
      Standing standing) {
    this.committer = committer;
    this.bodyStore = bodyStore;
    this.watchers = watchers;
    this.clock = clock;
    this.ids = epoch.queueIds(clock);
    this.queue = new QueueEntrance(standing, epoch, clock, bodyStore);
  }

  /** Has what comes in leased for {@code scheduler} where it has places. */
  void serve(Scheduler scheduler) {
    queue.serve(scheduler);
  }

  @Override
  public QueueId newId() {
    return ids.next();
  }

  @Override
  public List<Acceptance> commit(List<Acceptance> acceptances) {
    return commit(acceptances, batch -> {});
  }

  /** What a unit of work begins with, beside the mails. */
  interface First {
    void run(Batch batch) throws SQLException;
  }

  /**
   * The same, with more in the unit of work.
   *
   * @param first what the unit begins with; throws where nothing is to be done
   */
  List<Acceptance> commit(List<Acceptance> acceptances, First first) {
    try (Entering entering = entering(acceptances)) {
      List<Acceptance> taken =
          entering.run(
              batch -> {
                first.run(batch);
                entering.bodies.forEach(PlacedBody::begin);
                List<Acceptance> possible = DeliveryRoom.possible(batch, acceptances);
                for (int i = 0; i < possible.size(); i++) {
                  entering.enter(batch, i, possible.get(i));
                }
                return possible;
              });
      return entering.kept(taken);
    }
  }

  /** Mails that are to be ours, with all that is done before their unit of work begins. */
  Entering entering(List<Acceptance> acceptances) {
    return new Entering(acceptances);
  }

  /** Such mails. Closing gives up the bodies that nobody has by then, and places for attempts. */
  final class Entering implements AutoCloseable {
    private final List<Acceptance> acceptances;
    private final List<PlacedBody> bodies = new ArrayList<>();
    private final List<Parsed> parsed = new ArrayList<>();
    private final List<FirstAttempts> attempts = new ArrayList<>();

    /** Whether a mail may be ours of which nobody has heard so. */
    private boolean inDoubt;

    private Entering(List<Acceptance> acceptances) {
      this.acceptances = acceptances;
      boolean placed = false;
      try {
        for (Acceptance one : acceptances) {
          bodies.add(place(one));
          parsed.add(parsed(one));
          attempts.add(queue.attempts(one));
        }
        placed = true;
      } finally {
        if (!placed) {
          close();
        }
      }
    }

    boolean isEmpty() {
      return acceptances.isEmpty();
    }

    /** Has the unit of work done that they are to be ours in. */
    <T> T run(Unit<T> unit) {
      try {
        inDoubt = true;
        return committer.run(unwritten(), unit);
      } catch (PerhapsKept e) {
        throw e;
      } catch (RuntimeException e) {
        inDoubt = false;
        throw e;
      }
    }

    /** How many octets are still to be written. */
    private long unwritten() {
      long octets = 0;
      for (PlacedBody body : bodies) {
        octets += body.unwritten();
      }
      return octets;
    }

    /** Within a unit of work, as they were asked for; throws where there is no room. */
    void enterAll(Batch batch) throws SQLException {
      for (int i = 0; i < acceptances.size(); i++) {
        DeliveryRoom.check(batch, acceptances.get(i));
        enter(batch, i, acceptances.get(i));
      }
    }

    /** The same with their content as the store has it by now. */
    private List<Acceptance> kept(List<Acceptance> taken) {
      List<Acceptance> kept = new ArrayList<>(taken.size());
      for (int i = 0; i < taken.size(); i++) {
        kept.add(bodyStore.kept(bodies.get(i), taken.get(i)));
      }
      return kept;
    }

    /**
     * One of them.
     *
     * @param number which one
     * @param possible what can become true of it
     */
    private void enter(Batch batch, int number, Acceptance possible) throws SQLException {
      SqlMailCommit.this.enter(
          batch, possible, bodies.get(number), parsed.get(number), attempts.get(number));
    }

    @Override
    public void close() {
      bodies.forEach(PlacedBody::close);
      attempts.forEach(one -> one.giveUp(inDoubt));
    }
  }

  private PlacedBody place(Acceptance acceptance) {
    long described = Description.QUEUED_AT_MOST * (1L + acceptance.onward().size());
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      // It may become one that waits.
      described += Description.COPY_AT_MOST + Description.QUEUED_AT_MOST + delivery.header().size();
    }
    return bodyStore.place(
        acceptance.mail().content(), (int) Math.min(described, Description.MOST));
  }

  private static Parsed parsed(Acceptance acceptance) {
    return acceptance.deliveries().isEmpty()
        ? Parsed.UNASKED
        : Parsed.of(acceptance.mail().content().structure());
  }

  private void enter(
      Batch batch, Acceptance acceptance, PlacedBody body, Parsed parsed, FirstAttempts attempts)
      throws SQLException {
    if (acceptance.deliveries().isEmpty() && acceptance.onward().isEmpty()) {
      return;
    }
    long message = batch.id(Ids.Kind.MESSAGE);
    Description description = new Description(message, clock.millis());
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      deliver(batch, message, acceptance, delivery, description);
    }
    boolean onward = !acceptance.onward().isEmpty();
    if (onward) {
      queue.enter(batch, acceptance, message, description, body, attempts);
    }
    batch.body(
        message,
        body,
        description::toBytes,
        acceptance.deliveries().isEmpty() ? Parsed.UNASKED : parsed,
        acceptance.deliveries().size() + (onward ? 1 : 0));
    batch.durable();
  }

  private void deliver(
      Batch batch,
      long message,
      Acceptance acceptance,
      Acceptance.Delivery delivery,
      Description description)
      throws SQLException {
    Integer known = batch.account(delivery.account()).mailboxes().get(delivery.mailbox());
    MailboxId mailbox =
        known != null
            ? new MailboxId(known)
            : Mailboxes.create(
                    batch, delivery.account(), delivery.mailbox(), Optional.empty(), clock)
                .row()
                .id();
    byte[] header = delivery.header().toBytes();
    Edit edit = Edit.tail(batch, watchers, mailbox);
    long flags = delivery.flags();
    long uid = edit.add(flags, header.length + acceptance.mail().content().size());
    InternalDate date = localDate(acceptance.mail().arrived());
    description.copy(edit.before(), uid, flags, Set.of(), date, header);
    batch.copy(
        new Batch.NewCopy(
            edit.before().key(uid),
            message,
            date.epochMillis(),
            date.offsetMinutes(),
            clock.millis(),
            header));
    edit.done();
  }

  private InternalDate localDate(Instant arrived) {
    ZoneId zone = clock.getZone();
    return InternalDate.of(arrived.atZone(zone).toOffsetDateTime());
  }
}
