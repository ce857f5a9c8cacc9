package org.postroom.core.auth;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where passwords wait for being hashed, which is slow on purpose: a few at once, and of each
 * client network one after the other in turn, so that a crowd from one place does not keep others
 * waiting. Accounts in networks they have logged in from go before strangers. A stranger that may
 * have left comes last, but for a share of the turns, so that he hears an answer whatever the
 * others do; who has left is not hashed for. Where too many wait, the network that has most of them
 * gives the place of its newest. Threads share it.
 */
public final class PasswordQueue implements AutoCloseable {
  /** Strangers: some two seconds of hashing. Beyond that it is better to come again. */
  private static final int STRANGERS = 64;

  private static final int KNOWN = 1000;

  /** While others wait, one of so many turns is for who may have left. */
  private static final int SHARE_OF_PERHAPS_GONE = 8;

  private final Executor threads;
  private final int atOnce;
  private final Lane known = new Lane(KNOWN);
  private final Lane strangers = new Lane(STRANGERS);

  /** Strangers that may have left: for idle threads, and for a share of the turns. */
  private final Lane perhapsGone = new Lane(STRANGERS);

  /** So many turns others have had since those that may have left had one, or came. */
  private int othersInARow;

  private int busy;
  private boolean closed;

  /** A password to be looked at. */
  public interface Job {

    /** Whether nobody waits for the answer any more. */
    boolean hasLeft();

    /** Whether its client has ended its side: it has left, or waits for the answer. */
    boolean mayHaveLeft();

    /** Looks at it. On a thread of the queue; may take its time, and must not throw. */
    void run();

    /** It will not be looked at: its client has left, or the queue is closed. */
    void dropped();

    /** It will not be looked at, because too many wait: it may come again. */
    void turnedAway();
  }

  /** One that waits, and where it comes from. */
  private record Waiting(ClientNetwork network, Job job) {}

  /**
   * A queue.
   *
   * @param threads must have {@code atOnce} threads for it, which compute; stays the caller's
   * @param atOnce how many are hashed at the same time
   */
  public PasswordQueue(Executor threads, int atOnce) {
    this.threads = threads;
    this.atOnce = atOnce;
  }

  /**
   * Puts one in. For that another one may be turned away, and who has left is dropped.
   *
   * @return false when too many wait: the job will not be called
   */
  public boolean add(LoginThrottle.Turn turn, Job job) {
    List<Runnable> calls = new ArrayList<>(0);
    boolean added;
    boolean idle;
    synchronized (this) {
      Lane lane = turn.isAtHome() ? known : strangers;
      if (lane.isFull()) {
        sortOut(lane, calls);
      }
      Optional<Job> out = closed ? Optional.of(job) : lane.put(new Waiting(turn.network(), job));
      added = out.isEmpty() || out.get() != job;
      if (added) {
        out.ifPresent(other -> calls.add(other::turnedAway));
      }
      idle = added && busy < atOnce;
      busy += idle ? 1 : 0;
    }
    calls.forEach(Runnable::run);
    if (idle) {
      start();
    }
    return added;
  }

  /** Who has left makes place, and who may have left waits elsewhere. */
  private void sortOut(Lane lane, List<Runnable> calls) {
    for (Waiting one : lane.takeIf(Job::hasLeft)) {
      calls.add(one.job::dropped);
    }
    if (lane == strangers) {
      for (Waiting one : lane.takeIf(Job::mayHaveLeft)) {
        putAside(one).ifPresent(out -> calls.add(out::turnedAway));
      }
    }
  }

  /** Lets one wait with those that may have left. Returns who is to be turned away for that. */
  private Optional<Job> putAside(Waiting one) {
    othersInARow = perhapsGone.isEmpty() ? 0 : othersInARow;
    return perhapsGone.put(one);
  }

  private void start() {
    try {
      threads.execute(this::work);
    } catch (RejectedExecutionException e) {
      close(); // the threads are gone before the queue
    }
  }

  private void work() {
    boolean done = false;
    try {
      for (Runnable next = next(); next != null; next = next()) {
        next.run();
      }
      done = true;
    } finally {
      if (!done) {
        replace();
      }
    }
  }

  private void look(Waiting one) {
    if (one.job.hasLeft()) {
      one.job.dropped();
    } else {
      one.job.run();
    }
  }

  /** An error has ended a thread's work; what waits gets another. */
  private void replace() {
    boolean needed;
    synchronized (this) {
      needed = size() > 0;
      busy -= needed ? 0 : 1;
    }
    if (needed) {
      start();
    }
  }

  /** What a thread does next; null: nothing more. */
  private synchronized @Nullable Runnable next() {
    Runnable next = othersInARow < SHARE_OF_PERHAPS_GONE - 1 ? null : nextPerhapsGone();
    next = next == null ? nextHere(known) : next;
    next = next == null ? nextHere(strangers) : next;
    next = next == null ? nextPerhapsGone() : next;
    if (next == null) {
      busy--;
    }
    return next;
  }

  /**
   * Looks at the next of a lane. Strangers that have ended their side wait elsewhere from now on.
   */
  private @Nullable Runnable nextHere(Lane lane) {
    for (Waiting one = lane.next(); one != null; one = lane.next()) {
      if (lane == known || one.job.hasLeft() || !one.job.mayHaveLeft()) {
        Waiting next = one;
        othersInARow += one.job.hasLeft() ? 0 : 1; // who has left is dropped, which is no turn
        return () -> look(next);
      }
      Optional<Job> out = putAside(one);
      if (out.isPresent()) {
        return out.get()::turnedAway;
      }
    }
    return null;
  }

  private @Nullable Runnable nextPerhapsGone() {
    Waiting next = perhapsGone.next();
    if (next == null) {
      return null;
    }
    if (!next.job.hasLeft()) {
      othersInARow = 0; // who has left has had none of their turns
    }
    return () -> look(next);
  }

  /** How many wait. */
  synchronized int size() {
    return known.size + strangers.size + perhapsGone.size;
  }

  /** Drops what waits; what is looked at ends. Safe to repeat. */
  @Override
  public void close() {
    List<Job> left = new ArrayList<>();
    synchronized (this) {
      closed = true;
      for (Lane lane : List.of(known, strangers, perhapsGone)) {
        lane.takeIf(any -> true).forEach(one -> left.add(one.job));
      }
    }
    left.forEach(Job::dropped);
  }

  /** Networks in the order of their turns, each with its jobs in theirs. */
  private static final class Lane {
    private final Map<ClientNetwork, Deque<Waiting>> networks = new LinkedHashMap<>();
    private final int most;
    private int size;

    Lane(int most) {
      this.most = most;
    }

    boolean isFull() {
      return size >= most;
    }

    boolean isEmpty() {
      return size == 0;
    }

    /** Puts one in. Returns who is to be turned away for that: another, or itself. */
    Optional<Job> put(Waiting one) {
      Optional<Job> out = isFull() ? newestOfLargest(one.network) : Optional.empty();
      if (isFull()) {
        return Optional.of(one.job);
      }
      networks.computeIfAbsent(one.network, key -> new ArrayDeque<>(2)).add(one);
      size++;
      return out;
    }

    List<Waiting> takeIf(Predicate<Job> which) {
      List<Waiting> taken = new ArrayList<>();
      for (var queues = networks.values().iterator(); queues.hasNext(); ) {
        Deque<Waiting> jobs = queues.next();
        for (var each = jobs.iterator(); each.hasNext(); ) {
          Waiting one = each.next();
          if (which.test(one.job)) {
            taken.add(one);
            each.remove();
          }
        }
        if (jobs.isEmpty()) {
          queues.remove();
        }
      }
      size -= taken.size();
      return taken;
    }

    /** Takes out what came last of the network with most, if {@code comer} has fewer even then. */
    private Optional<Job> newestOfLargest(ClientNetwork comer) {
      Deque<Waiting> largest = new ArrayDeque<>(0);
      for (Deque<Waiting> jobs : networks.values()) {
        largest = jobs.size() > largest.size() ? jobs : largest;
      }
      Deque<Waiting> own = networks.get(comer);
      if (largest.size() <= (own == null ? 0 : own.size()) + 1) {
        return Optional.empty();
      }
      size--;
      return Optional.of(largest.removeLast().job);
    }

    @Nullable Waiting next() {
      var first = networks.entrySet().iterator();
      if (!first.hasNext()) {
        return null;
      }
      var entry = first.next();
      first.remove();
      Deque<Waiting> jobs = entry.getValue();
      Waiting next = jobs.remove();
      if (!jobs.isEmpty()) {
        networks.put(entry.getKey(), jobs);
      }
      size--;
      return next;
    }
  }
}
