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
 * waiting. Accounts in networks they have logged in from go before strangers. Who may have left
 * comes last, and who has left is not hashed for. Where too many wait, the network that has most of
 * them gives the place of its newest. Threads share it.
 */
public final class PasswordQueue implements AutoCloseable {
  /** Strangers: some two seconds of hashing. Beyond that it is better to come again. */
  private static final int STRANGERS = 64;

  private static final int KNOWN = 1000;

  private final Executor threads;
  private final int atOnce;
  private final Lane known = new Lane(KNOWN);
  private final Lane strangers = new Lane(STRANGERS);

  /** Those of both that may have left: for idle threads. */
  private final Lane perhapsGone = new Lane(STRANGERS);

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
      if (lane.isFull()) {
        lane.newestOfLargest(turn.network()).ifPresent(out -> calls.add(out::turnedAway));
      }
      added = !closed && !lane.isFull();
      if (added) {
        lane.add(new Waiting(turn.network(), job));
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
    for (Waiting one : lane.takeIf(Job::mayHaveLeft)) {
      if (perhapsGone.isFull()) {
        calls.add(one.job::turnedAway);
      } else {
        perhapsGone.add(one);
      }
    }
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
      for (Waiting next = next(); next != null; next = next()) {
        look(next);
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

  private synchronized @Nullable Waiting next() {
    Waiting next = nextHere(known);
    if (next == null) {
      next = nextHere(strangers);
    }
    if (next == null) {
      next = perhapsGone.next();
    }
    if (next == null) {
      busy--;
    }
    return next;
  }

  /** The next of a lane that has not ended its side; others go where they wait for idle threads. */
  private @Nullable Waiting nextHere(Lane lane) {
    Waiting next = lane.next();
    while (next != null && next.job.mayHaveLeft() && !next.job.hasLeft()) {
      if (perhapsGone.isFull()) {
        return next;
      }
      perhapsGone.add(next);
      next = lane.next();
    }
    return next;
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

    void add(Waiting one) {
      networks.computeIfAbsent(one.network, key -> new ArrayDeque<>(2)).add(one);
      size++;
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
    Optional<Job> newestOfLargest(ClientNetwork comer) {
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
