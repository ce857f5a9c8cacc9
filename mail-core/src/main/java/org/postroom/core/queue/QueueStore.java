package org.postroom.core.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.QueueId;

/**
 * Mail that is under way. Recipients are rows with a state; an attempt begins by leasing rows, so
 * that a crash or another node never makes two attempts at once, and ends by settling them. The
 * states and what leads from one to the other are written down in {@code docs/queue.md}.
 *
 * <p>Called on worker threads; every method may block. Changing methods are one durable unit of
 * work. What can fail: {@code StorageUnavailable}, {@code StorageFull}, {@code OverQuota}.
 */
public interface QueueStore {

  /**
   * Leases recipients that are due, for attempts.
   *
   * @param owner who asks: this node, this run
   * @param now what counts as due
   * @param lease after this time the rows are due again for everybody
   * @param choice what of it
   * @return grouped by mail and destination; of a mail with more recipients than one delivery of
   *     its destination may have there are several
   */
  List<QueuedMail> lease(String owner, Instant now, Duration lease, Choice choice);

  /**
   * Has {@code scheduler} asked about what comes in: recipients for which it has a place are leased
   * in the very unit of work that queues them. What it has no place for is due, and waits for a
   * {@linkplain #lease lease}; so does what comes in behind older mail for the same destination
   * that is due and was not leased yet. The last one counts.
   */
  void serve(Scheduler scheduler);

  /** Prolongs the leases that {@code owner} holds of these recipients. */
  void renew(String owner, Instant now, Duration lease, Collection<Long> recipients);

  /**
   * Ends attempts, all of them in one unit of work: done recipients leave the queue (with the last
   * one, the mail), the others are due again at their time. The reports to senders, if any, are
   * accepted in the same unit of work, so that a failure is never forgotten and never told twice.
   * When one of their deliveries cannot be made, nothing of it is done.
   *
   * <p>Who has not heard whether it was done asks again, about each attempt with the same
   * recipients, in whatever company. When one of them is gone, or has had more attempts than {@link
   * Settlement.Waits} says, all of that attempt was done, and nothing of it is done or reported
   * now. With nothing to settle it shows whether the store does its work: a unit of nothing becomes
   * durable.
   *
   * @return the mails of which nothing is left in the queue; none where it had been done before
   */
  Set<QueueId> settle(List<Ending> endings);

  /** The same for one attempt. */
  default Set<QueueId> settle(List<Settlement> settlements, List<Acceptance> reports) {
    return settle(List.of(new Ending(settlements, reports)));
  }

  /**
   * When the next recipient can be leased: when it is due or, if it is leased now, when the lease
   * ends. May lie in the past; empty when there is none.
   */
  Optional<Instant> nextDue();

  /**
   * The same for destinations that {@code choice} wants; may be earlier than it is (a lease then
   * finds nothing, and the next answer is better), never later.
   */
  Optional<Instant> nextDue(Choice choice);

  /**
   * What waits, for listings; at most {@code limit}, oldest first. Of what is longer only so much
   * is read.
   */
  List<QueuedMail> list(int limit);

  /** What an administrator sees of it, and does with it. */
  QueueControl control();

  /**
   * What cannot be read and is kept apart until the next start, for listings; at most {@code
   * limit}.
   */
  List<SetAside> setAside(int limit);

  /** How many recipients wait. */
  long size();

  /** Gives back what earlier runs of this node had leased: called once at start. */
  void releaseLeases(String owner);

  /**
   * Gives back what {@code owner} has leased and does not hold: after a lease that threw, which may
   * have been kept all the same.
   *
   * @param held the recipients whose leases stay
   */
  void releaseLeases(String owner, Collection<Long> held);

  /** Has {@code listener} called after each unit of work that queued something. */
  void onQueued(Runnable listener);

  /**
   * Which of the recipients that are due are wanted. Asked on the caller's thread and on the
   * store's while it leases; must be quick and must not ask the store. May be asked for the same
   * again.
   */
  interface Choice {

    /** At most this many destinations in one lease. */
    int destinations();

    /** Whether anything is wanted for a destination. */
    boolean wants(String destination);

    /** How much of a destination, in one lease. */
    Share share(String destination);

    /**
     * Whether this recipient is under way with who asks, whatever its row says: the lease may have
     * run out when the clock jumped, or be lost with a crash. It is left out.
     */
    boolean holds(long recipient);
  }

  /**
   * Who makes attempts, for the store that takes mail in. Called on the threads of those who bring
   * it; quick, and does not ask the store.
   */
  interface Scheduler {

    /**
     * A place for a first attempt that can begin as soon as its mail is ours.
     *
     * @return empty where there is none now
     */
    Optional<Place> place(String destination);
  }

  /** A place that is kept for one delivery, until one of its ends: it is filled, or given up. */
  interface Place {

    /** Whose lease it is to be. */
    String owner();

    /** When that is to end. */
    Instant until();

    /** At most so many recipients of the mail. */
    int recipients();

    /** It is done, durably: the mail's recipients are leased. On the store's own thread; quick. */
    void fill(QueuedMail mail);

    /**
     * There is no attempt.
     *
     * @param isDoubt whether the mail may be ours all the same, with its recipients leased: the
     *     store did not say
     */
    void giveUp(boolean isDoubt);
  }

  /**
   * What one attempt came to.
   *
   * @param settlements its recipients'
   * @param reports what becomes ours with it
   */
  record Ending(List<Settlement> settlements, List<Acceptance> reports) {
    public Ending {
      settlements = List.copyOf(settlements);
      reports = List.copyOf(reports);
    }
  }

  /**
   * How much of a destination.
   *
   * @param deliveries at most this many deliveries: of mails, or of parts of them
   * @param recipients at most this many recipients, of all of them together
   * @param perDelivery at most this many recipients of one mail in one delivery, at least 1; for
   *     more of them there are further deliveries
   */
  record Share(int deliveries, int recipients, int perDelivery) {
    public static final Share NONE = new Share(0, 0, 1);

    /** One where a mail goes to all its recipients at once. */
    public Share(int deliveries, int recipients) {
      this(deliveries, recipients, Math.max(1, recipients));
    }
  }

  /**
   * A recipient whose row makes no sense.
   *
   * @param recipient its id in the store
   * @param destination what it queued behind
   * @param why it cannot be read, or {@link #MENDED}
   */
  record SetAside(long recipient, String destination, String why) {
    /** It can be read by now. */
    public static final String MENDED = "it can be read again, and is due at the next start";
  }

  /** What became of one recipient. */
  sealed interface Settlement {
    /** The recipient's id in the store. */
    long recipient();

    /** Done with: delivered, or bounced with its report. */
    record Done(long recipient) implements Settlement {}

    /** It stays in the queue. */
    sealed interface Waits extends Settlement {

      /** Made before the one that is over, as the lease said. */
      int attempts();

      /** When the attempt ended. */
      Instant at();

      /** What the attempt came to. */
      String reason();
    }

    /** Not yet. */
    record Later(
        long recipient, int attempts, Instant at, Instant due, String reason, boolean delayReported)
        implements Waits {}

    /** Not before somebody lets it go. */
    record Held(long recipient, int attempts, Instant at, String reason) implements Waits {}
  }
}
