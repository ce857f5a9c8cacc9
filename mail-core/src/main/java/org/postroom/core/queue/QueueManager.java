package org.postroom.core.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when attempts are made: leases what is due, keeps each destination within its limit,
 * gives one that does not answer a rest, and sleeps until the next thing is due. Destinations do
 * not wait for each other: one that is full or at rest is left out when leasing.
 *
 * <p>In memory it holds only what is leased, at most {@link QueueLimits#active} attempts.
 */
public final class QueueManager implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QueueManager.class);
  private static final Duration AFTER_TROUBLE = Duration.ofSeconds(10);
  private static final Duration SETTING_AN_ALARM = Duration.ofMillis(100);

  private final QueueStore store;
  private final Attempts attempts;
  private final QueueLimits limits;
  private final Clock clock;
  private final Timers timers;
  private final Executor workers;
  private final String owner;

  // All below is guarded by this object's monitor, which is never held over a call to the store.
  private final Map<String, Integer> underWay = new HashMap<>();
  private final Map<String, Deque<QueuedMail>> waiting = new HashMap<>();

  /** All that is leased and not settled; what could not be settled is none of it any more. */
  private final Set<QueuedMail> held = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Map<String, Instant> resting = new HashMap<>();
  private int active;
  private boolean running;
  private boolean again;
  private boolean closed;
  private Timers.@Nullable Timer alarm;
  private Timers.@Nullable Timer renewal;

  public QueueManager(
      QueueStore store,
      Attempts attempts,
      QueueLimits limits,
      Clock clock,
      Timers timers,
      Executor workers,
      String owner) {
    this.store = store;
    this.attempts = attempts;
    this.limits = limits;
    this.clock = clock;
    this.timers = timers;
    this.workers = workers;
    this.owner = owner;
  }

  /** Takes back what an earlier run had leased and begins. */
  public void start() {
    store.releaseLeases(owner);
    store.onQueued(this::wake);
    scheduleRenewal();
    wake();
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
      workers.execute(this::run);
    } catch (RejectedExecutionException e) {
      synchronized (this) {
        running = false;
      }
    }
  }

  /** Begins no further attempt. Those under way end by themselves, or their leases do. */
  @Override
  public synchronized void close() {
    closed = true;
    cancel(alarm);
    cancel(renewal);
  }

  private void run() {
    while (takeTurn()) {
      try {
        boolean more = leaseAndAttempt();
        if (!more) {
          sleepUntilDue();
        }
      } catch (StorageUnavailable e) {
        LOG.warn("queue: the store cannot be asked now: {}", e.getMessage());
        alarmAt(clock.instant().plus(AFTER_TROUBLE));
      } catch (RuntimeException e) {
        LOG.error("queue: looking for due mail failed", e);
        alarmAt(clock.instant().plus(AFTER_TROUBLE));
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
    Instant now = clock.instant();
    int room;
    Set<String> leftOut;
    synchronized (this) {
      room = limits.active() - active;
      leftOut = leftOut(now);
    }
    if (room <= 0) {
      return false;
    }
    // Each recipient may be a mail of its own.
    int destinations = Math.max(1, room / limits.recipients());
    List<QueuedMail> leased =
        store.lease(owner, now, limits.lease(), destinations, limits.recipients(), leftOut);
    for (QueuedMail mail : leased) {
      begin(mail);
    }
    if (!leased.isEmpty()) {
      wake();
    }
    return !leased.isEmpty();
  }

  private Set<String> leftOut(Instant now) {
    resting.values().removeIf(until -> !until.isAfter(now));
    Set<String> leftOut = new HashSet<>(resting.keySet());
    underWay.forEach(
        (destination, count) -> {
          if (count >= limits.perDestination()) {
            leftOut.add(destination);
          }
        });
    return leftOut;
  }

  /** Begins an attempt, or has it wait where the lease brought more than its destination may. */
  private void begin(QueuedMail mail) {
    synchronized (this) {
      active++;
      held.add(mail);
      if (underWay.getOrDefault(mail.destination(), 0) >= limits.perDestination()) {
        waiting.computeIfAbsent(mail.destination(), name -> new ArrayDeque<>()).add(mail);
        return;
      }
      underWay.merge(mail.destination(), 1, Integer::sum);
    }
    attempt(mail);
  }

  private void attempt(QueuedMail mail) {
    try {
      attempts
          .attempt(mail)
          .whenComplete(
              (outcome, trouble) -> {
                if (trouble != null) {
                  // The recipients stay leased and are due again when the lease ends.
                  LOG.error("{}: the attempt could not be settled", mail.id(), trouble);
                }
                end(mail, outcome);
              });
    } catch (RuntimeException e) {
      LOG.error("{}: the attempt could not be made", mail.id(), e);
      end(mail, null);
    }
  }

  private void end(QueuedMail mail, Attempts.@Nullable Outcome outcome) {
    String destination = mail.destination();
    QueuedMail next;
    Collection<QueuedMail> postponed = List.of();
    synchronized (this) {
      active--;
      held.remove(mail);
      if (outcome == Attempts.Outcome.UNREACHABLE && waiting.containsKey(destination)) {
        postponed = waiting.remove(destination);
      }
      next = closed ? null : takeWaiting(destination);
      if (next == null) {
        underWay.computeIfPresent(destination, (name, count) -> count == 1 ? null : count - 1);
      }
      if (outcome == Attempts.Outcome.UNREACHABLE) {
        resting.put(destination, clock.instant().plus(limits.rest()));
      } else if (outcome == Attempts.Outcome.ANSWERED) {
        resting.remove(destination);
      }
    }
    postponed.forEach(this::postpone);
    if (next != null) {
      attempt(next); // in the place of the one that ended
    }
    wake();
  }

  /** What waited behind a destination that does not answer need not find that out by itself. */
  private void postpone(QueuedMail mail) {
    try {
      attempts.postpone(mail).whenComplete((outcome, trouble) -> release(mail, trouble));
    } catch (RuntimeException e) {
      release(mail, e);
    }
  }

  private void release(QueuedMail mail, @Nullable Throwable trouble) {
    if (trouble != null) {
      LOG.error("{}: could not be postponed", mail.id(), trouble);
    }
    synchronized (this) {
      active--;
      held.remove(mail);
    }
    wake();
  }

  private @Nullable QueuedMail takeWaiting(String destination) {
    Deque<QueuedMail> behind = waiting.get(destination);
    QueuedMail next = behind == null ? null : behind.poll();
    if (behind != null && behind.isEmpty()) {
      waiting.remove(destination);
    }
    return next;
  }

  /** Sets the alarm: for what is due next, and for the end of a rest. */
  private void sleepUntilDue() {
    Set<String> leftOut;
    synchronized (this) {
      if (active >= limits.active()) {
        return; // the end of an attempt wakes us
      }
      leftOut = leftOut(clock.instant());
    }
    // What is held back by its destination's limit is none of it: the end of an attempt wakes us.
    Instant due = store.nextDue(leftOut).orElse(Instant.MAX);
    synchronized (this) {
      for (Instant rested : resting.values()) {
        due = rested.isBefore(due) ? rested : due;
      }
    }
    if (due.isBefore(Instant.MAX)) {
      alarmAt(due);
    }
  }

  private synchronized void alarmAt(Instant due) {
    if (closed) {
      return;
    }
    Instant asked;
    do {
      cancel(alarm);
      asked = clock.instant();
      Duration wait = Duration.between(asked, due);
      alarm = timers.after(wait.isNegative() ? Duration.ZERO : wait, this::wake);
      // Where the clock was put forward meanwhile, the alarm would be late by as much.
    } while (Duration.between(asked, clock.instant()).compareTo(SETTING_AN_ALARM) > 0);
  }

  private synchronized void scheduleRenewal() {
    if (!closed) {
      renewal = timers.after(limits.lease().dividedBy(3), this::handRenewalToWorker);
    }
  }

  private void handRenewalToWorker() {
    try {
      workers.execute(this::renew);
    } catch (RejectedExecutionException e) {
      // The server is closing; the leases end by themselves.
    }
  }

  private void renew() {
    List<Long> recipients;
    synchronized (this) {
      recipients =
          held.stream()
              .flatMap(mail -> mail.recipients().stream())
              .map(QueuedMail.QueuedRecipient::id)
              .toList();
    }
    try {
      if (!recipients.isEmpty()) {
        store.renew(owner, clock.instant(), limits.lease(), recipients);
      }
    } catch (RuntimeException e) {
      LOG.warn("queue: leases could not be renewed: {}", e.getMessage());
    }
    scheduleRenewal();
  }

  private static void cancel(Timers.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }
}
