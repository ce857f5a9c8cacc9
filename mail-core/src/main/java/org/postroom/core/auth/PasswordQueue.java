package org.postroom.core.auth;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Where passwords wait for being hashed, which is slow on purpose: a few at once, and of each
 * client network one after the other in turn, so that a crowd from one place does not keep others
 * waiting. Accounts in networks they have logged in from go before strangers. Who has left
 * meanwhile is not hashed for. Threads share it.
 */
public final class PasswordQueue implements AutoCloseable {
  /** Strangers: some two seconds of hashing. Beyond that it is better to come again. */
  private static final int STRANGERS = 64;

  private static final int KNOWN = 1000;

  private final Executor threads;
  private final int atOnce;
  private final Lane known = new Lane(KNOWN);
  private final Lane strangers = new Lane(STRANGERS);
  private int busy;
  private boolean closed;

  /** A password to be looked at. */
  public interface Job {

    /** Whether nobody waits for the answer any more. */
    boolean hasLeft();

    /** Looks at it. On a thread of the queue; may take its time, and must not throw. */
    void run();

    /** It will not be looked at: its client has left, or the queue is closed. */
    void dropped();
  }

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
   * Puts one in.
   *
   * @return false when too many wait: neither {@code run} nor {@code dropped} will be called
   */
  public boolean add(LoginThrottle.Turn turn, Job job) {
    List<Job> left = new ArrayList<>();
    boolean added;
    boolean idle;
    synchronized (this) {
      Lane lane = turn.isAtHome() ? known : strangers;
      if (lane.isFull()) {
        lane.takeWhoLeft(left);
      }
      added = !closed && !lane.isFull();
      if (added) {
        lane.add(turn.network(), job);
      }
      idle = added && busy < atOnce;
      busy += idle ? 1 : 0;
    }
    left.forEach(Job::dropped);
    if (idle) {
      start();
    }
    return added;
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
      for (Job job = next(); job != null; job = next()) {
        if (job.hasLeft()) {
          job.dropped();
        } else {
          job.run();
        }
      }
      done = true;
    } finally {
      if (!done) {
        replace();
      }
    }
  }

  /** An error has ended a thread's work; what waits gets another. */
  private void replace() {
    boolean needed;
    synchronized (this) {
      needed = known.size + strangers.size > 0;
      busy -= needed ? 0 : 1;
    }
    if (needed) {
      start();
    }
  }

  private synchronized @Nullable Job next() {
    Job job = known.next();
    if (job == null) {
      job = strangers.next();
    }
    if (job == null) {
      busy--;
    }
    return job;
  }

  /** How many wait. */
  synchronized int size() {
    return known.size + strangers.size;
  }

  /** Drops what waits; what is looked at ends. Safe to repeat. */
  @Override
  public void close() {
    List<Job> left = new ArrayList<>();
    synchronized (this) {
      closed = true;
      for (Job job = known.next(); job != null; job = known.next()) {
        left.add(job);
      }
      for (Job job = strangers.next(); job != null; job = strangers.next()) {
        left.add(job);
      }
    }
    left.forEach(Job::dropped);
  }

  /** Networks in the order of their turns, each with its jobs in theirs. */
  private static final class Lane {
    private final Map<ClientNetwork, Queue<Job>> networks = new LinkedHashMap<>();
    private final int most;
    private int size;

    Lane(int most) {
      this.most = most;
    }

    boolean isFull() {
      return size >= most;
    }

    void add(ClientNetwork network, Job job) {
      networks.computeIfAbsent(network, key -> new ArrayDeque<>(2)).add(job);
      size++;
    }

    void takeWhoLeft(List<Job> left) {
      for (var queues = networks.values().iterator(); queues.hasNext(); ) {
        Queue<Job> jobs = queues.next();
        jobs.stream().filter(Job::hasLeft).forEach(left::add);
        jobs.removeIf(left::contains);
        if (jobs.isEmpty()) {
          queues.remove();
        }
      }
      size -= left.size();
    }

    @Nullable Job next() {
      var first = networks.entrySet().iterator();
      if (!first.hasNext()) {
        return null;
      }
      var entry = first.next();
      first.remove();
      Queue<Job> jobs = entry.getValue();
      Job job = jobs.remove();
      if (!jobs.isEmpty()) {
        networks.put(entry.getKey(), jobs);
      }
      size--;
      return job;
    }
  }
}
