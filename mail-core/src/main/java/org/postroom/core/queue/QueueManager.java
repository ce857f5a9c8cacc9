package org.postroom.core.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.life.Lifeline;
import org.postroom.core.queue.QueueStore.Share;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when attempts are made: keeps a place for what is coming in, leases what is due, keeps
 * each destination within its {@link Places}, has what attempts came to written, and sleeps until
 * the next thing is due. Destinations do not wait for each other: one that is full or at rest is
 * left out when leasing.
 *
 * <p>In memory it holds only what is leased or has a place, at most {@link QueueLimits#active}
 * attempts. What it holds is never leased by it again before it is settled, whatever its lease
 * says: the clock may jump, and a crash of the store may forget leases.
 *
 * <p>What is stored goes by the clock, what is measured by the timers.
 */
public final class QueueManager implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueueManager.class);
  private static final Duration AFTER_TROUBLE = Duration.ofSeconds(10);
  private static final Duration BREATH = Duration.ofSeconds(1);

  /** The most destinations of one lease. */
  private static final int DESTINATIONS = 50;

  private final QueueStore store;
  private final Attempts attempts;
  private final Clock clock;
  private final Timers timers;
  private final Executor workers;
  private final String owner;
  private final Lifeline lifeline;
  private final Unwritten unwritten;
  private final Alarm alarm;

  /** How many leases in a row brought nothing though something is due; of {@link #run} alone. */
  private int fruitless;

  // All below is guarded by this object's monitor, which is never held over a call to the store.
  private final Places places;
  private final Map<String, Deque<QueuedMail>> waiting = new HashMap<>();

  /** What was leased as it came in, and has not begun. */
  private final Deque<QueuedMail> arrived = new ArrayDeque<>();

  /** How many places are kept for what is coming in. */
  private int kept;

  /** Whether a lease is under way. */
  private boolean leasing;

  /**
   * Whether rows may be leased that nobody holds: a lease has thrown, or it is not known whether a
   * mail for which there was a place is ours.
   */
  private boolean inDoubt;

  /** All that is leased and not settled. */
  private final Set<QueuedMail> held = Collections.newSetFromMap(new IdentityHashMap<>());

  private boolean running;
  private boolean again;
  private boolean closed;
  private Timers.@Nullable Timer renewal;

  public QueueManager(
      QueueStore store,
      Attempts attempts,
      QueueLimits limits,
      Clock clock,
      Timers timers,
      Executor workers,
      String owner,
      Lifeline lifeline) {
    this.store = store;
    this.attempts = attempts;
    this.clock = clock;
    this.timers = timers;
    this.workers = workers;
    this.owner = owner;
    this.lifeline = lifeline;
    this.alarm = new Alarm(clock, timers, this::wake);
    this.places = new Places(limits);
    this.unwritten = new Unwritten(timers, workers, store::settle, this::wake);
  }

  /** Takes back what an earlier run had leased and begins. */
  public void start() {
    store.releaseLeases(owner);
    store.onQueued(this::wake);
    store.serve(this::place);
    scheduleRenewal();
    wake();
  }

  /**
   * Has no more under way at once than {@code others} allow, from the next attempt on. Who waits
   * because a destination did not answer waits as long as it was told.
   */
  public void obey(QueueLimits others) {
    synchronized (this) {
      places.obey(others);
    }
    wake();
  }

  /**
   * Tries destinations again that could not be reached, without waiting for the end of their rest:
   * for who knows that they are there by now.
   */
  public void revive(Collection<String> destinations) {
    synchronized (this) {
      destinations.forEach(places::revive);
    }
    wake();
  }

  /**
   * Whether nothing of a destination is tried for now, though it be due: it did not answer and is
   * given a rest, or its transport waits until somebody asks.
   */
  public synchronized boolean isLeftAlone(String destination) {
    return places.isLeftAlone(destination, timers.nanoTime());
  }

  /** Something may be due: looks soon, on a worker. From any thread, cheap to repeat. */
  public void wake() {
    synchronized (this) {
      if (closed) {
        return;
      }
      again = true;
      if (running) {
        return;
      }
      running = true;
    }
    try {
      if (!handOn(this::run)) {
        synchronized (this) {
          running = false;
        }
      }
    } catch (Error e) {
      // Not the caller's, who has just made something durable: no thread could be had, say.
      lifeline.died("queue manager", e);
    }
  }

  /**
   * Begins no further attempt. Those under way end by themselves, or their leases do; what was not
   * written so far is written now, if the store answers. To be called again when the workers have
   * ended: for what was over meanwhile and found none of them.
   */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      alarm.cancel();
      if (renewal != null) {
        renewal.cancel();
      }
    }
    unwritten.close();
  }

  /** To a worker; an error that ends what is handed on is the end of the queue manager. */
  private boolean handOn(Runnable task) {
    return timers.handOn(
        workers,
        () -> {
          try {
            task.run();
          } catch (Error e) {
            lifeline.died("queue manager", e);
            throw e;
          }
        });
  }

  private void run() {
    while (takeTurn()) {
      try {
        if (leaseAndAttempt()) {
          wake();
        } else {
          sleepUntilDue();
        }
      } catch (StorageUnavailable e) {
        LOG.warn("queue: the store cannot be asked now: {}", e.getMessage());
        sleep(AFTER_TROUBLE);
      } catch (RuntimeException e) {
        LOG.error("queue: looking for due mail failed", e);
        sleep(AFTER_TROUBLE);
      }
    }
  }

  private synchronized boolean takeTurn() {
    if (closed || !again) {
      running = false;
      return false;
    }
    again = false;
    return true;
  }

  /** Whether there may be more that is due. */
  private boolean leaseAndAttempt() {
    beginWaiting();
    beginArrived();
    Round round = nextRound(timers.nanoTime());
    if (round == null || unwritten.isStoreSilent()) {
      return false; // the end of an attempt wakes us, and so does a store that answers again
    }
    boolean first;
    synchronized (this) {
      if (inDoubt && kept > 0) {
        return false; // and so does the end of what is coming in
      }
      first = inDoubt;
      leasing = true;
    }
    List<QueuedMail> begun = new ArrayList<>();
    boolean any;
    try {
      any = lease(round, first, begun);
    } finally {
      begun.forEach(this::attempt); // each has its place, whatever becomes of the others
    }
    fruitless = any ? 0 : fruitless;
    return any;
  }

  /**
   * Leases; nothing else is leased meanwhile, and no place is promised before what it brings has
   * its own.
   *
   * @param releasing whether what is leased and held by nobody is given back first
   * @param begun takes the attempts that are to begin
   * @return whether it has brought anything
   */
  private boolean lease(Round round, boolean releasing, List<QueuedMail> begun) {
    List<QueuedMail> leased = List.of();
    boolean done = false;
    try {
      if (releasing) {
        store.releaseLeases(owner, heldRecipients());
        synchronized (this) {
          inDoubt = false;
        }
      }
      leased = store.lease(owner, clock.instant(), QueueLimits.LEASE, round);
      done = true;
      return !leased.isEmpty();
    } finally {
      synchronized (this) {
        leasing = false;
        boolean before = inDoubt;
        inDoubt = true; // for what may be leased now and has no place
        if (done) {
          takeIn(leased, round, begun);
          inDoubt = before;
        }
      }
    }
  }

  /**
   * Under the monitor: gives each its place. What came in meanwhile and is held already is none of
   * it: its lease may be over as it is written, where the clock has jumped.
   */
  private void takeIn(List<QueuedMail> leased, Round round, List<QueuedMail> begun) {
    round.brought(leased); // none, too: who was asked for has had his turn then
    Set<Long> known = Set.copyOf(heldRecipients());
    for (QueuedMail one : leased) {
      List<QueuedMail.QueuedRecipient> others =
          one.recipients().stream().filter(recipient -> !known.contains(recipient.id())).toList();
      if (!others.isEmpty()) {
        QueuedMail mail = others.size() == one.recipients().size() ? one : one.with(others);
        places.take();
        held.add(mail);
        if (mayBegin(mail)) {
          begun.add(mail);
        }
      }
    }
  }

  private synchronized @Nullable Round nextRound(long now) {
    return places.isFull() ? null : new Round(new HashSet<>(heldRecipients()), places.round(now));
  }

  private synchronized List<Long> heldRecipients() {
    return held.stream()
        .flatMap(mail -> mail.recipients().stream())
        .map(QueuedMail.QueuedRecipient::id)
        .toList();
  }

  /** What one lease may bring, within the places that are free as it begins. */
  private final class Round implements QueueStore.Choice {
    private final Set<Long> heldNow;
    private final Places.Round free;

    Round(Set<Long> heldNow, Places.Round free) {
      this.heldNow = heldNow;
      this.free = free;
    }

    @Override
    public int destinations() {
      return DESTINATIONS;
    }

    @Override
    public boolean wants(String destination) {
      synchronized (QueueManager.this) {
        return free.has(destination);
      }
    }

    @Override
    public Share share(String destination) {
      synchronized (QueueManager.this) {
        return free.share(destination);
      }
    }

    void brought(List<QueuedMail> leased) {
      Set<String> destinations =
          leased.stream().map(QueuedMail::destination).collect(Collectors.toSet());
      synchronized (QueueManager.this) {
        free.brought(destinations);
      }
    }

    @Override
    public boolean holds(long recipient) {
      return heldNow.contains(recipient);
    }
  }

  // --- what comes in

  /** See {@link QueueStore.Scheduler#place}. */
  private Optional<QueueStore.Place> place(String destination) {
    if (unwritten.isStoreSilent()) {
      return Optional.empty();
    }
    synchronized (this) {
      Deque<QueuedMail> behind = waiting.get(destination);
      if (closed
          || leasing
          || inDoubt
          || !places.promise(destination, timers.nanoTime(), behind == null ? 0 : behind.size())) {
        return Optional.empty();
      }
      kept++;
      Instant until = clock.instant().plus(QueueLimits.LEASE);
      return Optional.of(new Kept(destination, until, places.recipients(destination)));
    }
  }

  /** A place for what is coming in. */
  private final class Kept implements QueueStore.Place {
    private final String destination;
    private final Instant until;
    private final int recipients;

    Kept(String destination, Instant until, int recipients) {
      this.destination = destination;
      this.until = until;
      this.recipients = recipients;
    }

    @Override
    public String owner() {
      return owner;
    }

    @Override
    public Instant until() {
      return until;
    }

    @Override
    public int recipients() {
      return recipients;
    }

    @Override
    public void fill(QueuedMail mail) {
      synchronized (QueueManager.this) {
        kept--;
        held.add(mail);
        arrived.add(mail);
      }
      wake();
    }

    @Override
    public void giveUp(boolean isDoubt) {
      synchronized (QueueManager.this) {
        kept--;
        places.redeem(destination);
        places.leave();
        inDoubt |= isDoubt;
      }
      wake();
    }
  }

  /** What has come in and was leased by that begins, each in a place that was kept for it. */
  private void beginArrived() {
    while (true) {
      QueuedMail mail;
      synchronized (this) {
        mail = arrived.poll();
        if (mail == null) {
          return;
        }
        places.redeem(mail.destination());
        if (!mayBegin(mail)) {
          continue;
        }
      }
      attempt(mail);
    }
  }

  // --- attempts

  /** Under the monitor: whether it begins; otherwise it waits behind those that came before. */
  private boolean mayBegin(QueuedMail mail) {
    Deque<QueuedMail> behind = waiting.get(mail.destination());
    if (!closed && behind == null && places.begin(mail.destination(), timers.nanoTime())) {
      return true;
    }
    waiting.computeIfAbsent(mail.destination(), name -> new ArrayDeque<>()).add(mail);
    return false;
  }

  /** What waits in memory for the end of a pause begins when that has come. */
  private void beginWaiting() {
    List<QueuedMail> next = new ArrayList<>();
    synchronized (this) {
      for (String destination : List.copyOf(waiting.keySet())) {
        next.addAll(following(destination));
      }
    }
    next.forEach(this::attempt);
  }

  /** Those behind a destination that may begin now. Under the monitor. */
  private List<QueuedMail> following(String destination) {
    List<QueuedMail> next = new ArrayList<>();
    Deque<QueuedMail> behind = waiting.remove(destination);
    if (behind != null) {
      while (!closed && !behind.isEmpty() && places.begin(destination, timers.nanoTime())) {
        next.add(behind.remove());
      }
      if (!behind.isEmpty()) {
        waiting.put(destination, behind);
      }
    }
    return next;
  }

  private void attempt(QueuedMail mail) {
    Timers.Work work = timers.begin();
    try {
      attempts
          .attempt(mail)
          .whenComplete(
              (made, trouble) -> {
                if (trouble != null) {
                  lost(mail, trouble);
                } else {
                  over(mail, made);
                }
                work.end();
              });
    } catch (RuntimeException e) {
      lost(mail, e);
      work.end();
    }
  }

  /** An attempt is over: lets others follow to its destination, and has it written. */
  private void over(QueuedMail mail, Attempts.Made made) {
    write(mail, made);
    end(mail.destination(), made.outcome());
  }

  private void write(QueuedMail mail, Attempts.Made made) {
    unwritten.take(new Unwritten.Entry(mail, made, () -> release(mail)), this::handOn);
  }

  /** Nobody knows what an attempt came to; its recipients are due again when their lease ends. */
  private void lost(QueuedMail mail, Throwable trouble) {
    LOG.error("{}: nothing is known of an attempt", mail.id(), trouble);
    release(mail);
    end(mail.destination(), Attempts.Outcome.UNKNOWN);
  }

  private void end(String destination, Attempts.Outcome outcome) {
    List<QueuedMail> next = List.of();
    Collection<QueuedMail> postponed = List.of();
    synchronized (this) {
      if (places.end(destination, outcome, timers.nanoTime())) {
        Deque<QueuedMail> behind = waiting.remove(destination);
        postponed = behind == null ? List.of() : behind;
      } else {
        next = following(destination);
      }
    }
    List<QueuedMail> following = next;
    if (!following.isEmpty()) {
      boolean unused = handOn(() -> following.forEach(this::attempt)); // else all of it ends
    }
    // What waited behind a destination that does not answer need not find that out by itself.
    postponed.forEach(mail -> write(mail, attempts.postpone(mail)));
    wake();
  }

  /** What is settled makes room. */
  private void release(QueuedMail mail) {
    synchronized (this) {
      places.leave();
      held.remove(mail);
    }
    wake();
  }

  // --- sleeping

  /** Sets the alarm: for what is due next, and for the end of a rest or a pause. */
  private void sleepUntilDue() {
    if (unwritten.isStoreSilent()) {
      return;
    }
    // Of one moment: what ends a little later would neither be asked for nor waited for.
    long now = timers.nanoTime();
    Round round = nextRound(now);
    // What is held back by its destination's limit is none of it: the end of an attempt wakes us.
    Optional<Instant> due = round == null ? Optional.empty() : store.nextDue(round);
    OptionalLong rested;
    synchronized (this) {
      rested = places.nanosToNextEnd(now);
    }
    if (due.isPresent()) {
      sleep(Alarm.shorter(untilDue(due.get()), rested));
    } else if (rested.isPresent()) {
      sleep(Duration.ofNanos(rested.getAsLong()));
    }
  }

  private Duration untilDue(Instant due) {
    Duration wait = Duration.between(clock.instant(), due);
    if (wait.compareTo(Duration.ZERO) > 0) {
      return wait;
    }
    // Due, and yet the lease brought nothing: once more, because the store's guess is better after
    // a lease; but not for ever, because it may be ours already.
    return fruitless++ == 0 ? Duration.ZERO : BREATH;
  }

  private synchronized void sleep(Duration wait) {
    if (!closed) {
      alarm.set(wait);
    }
  }

  // --- leases

  private synchronized void scheduleRenewal() {
    if (!closed) {
      renewal = timers.after(QueueLimits.LEASE.dividedBy(3), () -> handOn(this::renew));
    }
  }

  private void renew() {
    List<Long> recipients = heldRecipients();
    try {
      if (!recipients.isEmpty()) {
        store.renew(owner, clock.instant(), QueueLimits.LEASE, recipients);
      }
    } catch (RuntimeException e) {
      LOG.warn("queue: leases could not be renewed: {}", e.getMessage());
    }
    scheduleRenewal();
  }
}
