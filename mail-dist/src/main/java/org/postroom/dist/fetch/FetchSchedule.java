package org.postroom.dist.fetch;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.log.FetchLog;
import org.postroom.core.machine.Uninterrupted;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.time.Timers;
import org.postroom.dist.remote.RemoteRefusal;

/**
 * When jobs have their rounds: so many at once, those first that were due first, and none twice at
 * the same time. What goes wrong in one stops no other. Threads share it.
 */
final class FetchSchedule implements FetchJobs, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Premises premises;
  private final Supplier<Generation> current;
  private final int atOnce;

  // Guarded by this.
  private Map<String, JobState> states = new LinkedHashMap<>();
  private final Map<FetchRound, JobState> rounds = new LinkedHashMap<>();
  private Timers.@Nullable Timer timer;
  private boolean closed;

  /**
   * Without jobs.
   *
   * @param current by what a round goes that begins now
   * @param atOnce so many rounds at the same time
   */
  FetchSchedule(Premises premises, Supplier<Generation> current, int atOnce) {
    this.premises = premises;
    this.current = current;
    this.atOnce = atOnce;
  }

  /**
   * These are the jobs from now on; rounds under way end as they are, and no other begins before
   * that for the same mail, whatever its job is called now.
   */
  synchronized void become(List<FetchJob> jobs) {
    Map<String, JobState> byKey = new HashMap<>();
    for (JobState state : states.values()) {
      byKey.put(state.job.key(), state);
    }
    for (JobState state : rounds.values()) {
      byKey.put(state.job.key(), state);
    }
    Map<String, JobState> next = new LinkedHashMap<>();
    for (FetchJob job : jobs) {
      JobState state = byKey.get(job.key());
      if (state == null) {
        state = new JobState(job, premises.timers().nanoTime());
      }
      state.job = job;
      next.put(job.name(), state);
    }
    states = next;
    begin();
  }

  /** Begins what is due and has a place, and looks again when the next one is. */
  private void begin() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (closed || states.isEmpty()) {
      return;
    }
    long now = premises.timers().nanoTime();
    List<JobState> waiting =
        states.values().stream()
            .filter(state -> state.round == null)
            .sorted(Comparator.comparingLong(state -> state.due - now))
            .toList();
    for (JobState state : waiting) {
      if (rounds.size() >= atOnce) {
        return; // the end of one begins the next
      }
      if (state.due - now > 0) {
        timer = premises.timers().after(Duration.ofNanos(state.due - now), this::due);
        return;
      }
      begin(state);
    }
  }

  private synchronized void due() {
    begin();
  }

  private void begin(JobState state) {
    FetchLog log = new FetchLog(state.job.name());
    FetchRound round = new FetchRound(premises, current.get(), state.job, state.putOff, log);
    state.round = round;
    rounds.put(round, state);
    if (!premises.timers().handOn(premises.workers(), () -> run(state, round, log))) {
      closed = true; // nobody works any more
      end(state, round);
    }
  }

  private void run(JobState state, FetchRound round, FetchLog log) {
    Duration wait = state.job.interval();
    try {
      Tally tally = round.run();
      wait = ended(state, tally);
      if (!tally.isNothing()) {
        log.ended(tally.toString());
      }
    } catch (IOException | RemoteRefusal | StorageFull | StorageUnavailable | LookupUnavailable e) {
      wait = failed(state, round, String.valueOf(e.getMessage()), log);
    } catch (RuntimeException e) {
      log.fault(e);
      wait = failed(state, round, "failed: " + e, log);
    } finally {
      synchronized (this) {
        state.due = premises.timers().nanoTime() + wait.toNanos();
        end(state, round);
        begin();
      }
    }
  }

  private synchronized Duration ended(JobState state, Tally tally) {
    return state.ended(tally, premises.clock().instant());
  }

  private synchronized Duration failed(JobState state, FetchRound round, String why, FetchLog log) {
    Instant now = premises.clock().instant();
    Duration wait = state.failed(why, round.fetched(), round.hasListed(), now);
    if (!closed) {
      log.failed(why, JobState.seconds(now.plus(wait)));
    }
    return wait;
  }

  private void end(JobState state, FetchRound round) {
    state.round = null;
    rounds.remove(round);
    notifyAll();
  }

  @Override
  public synchronized List<Status> all() {
    long now = premises.timers().nanoTime();
    return states.values().stream().map(state -> state.status(premises.clock(), now)).toList();
  }

  @Override
  public synchronized boolean run(String name) {
    JobState state = states.get(name);
    if (state == null) {
      return false;
    }
    state.due = premises.timers().nanoTime();
    begin();
    return true;
  }

  /** No round begins any more; those under way are cut off, and waited for, for a while. */
  @Override
  public synchronized void close() {
    closed = true;
    begin();
    rounds.keySet().forEach(round -> round.stop("the mail system is shutting down"));
    long end = System.nanoTime() + PATIENCE.toNanos();
    Uninterrupted.await(() -> awaitEnd(end));
  }

  private synchronized void awaitEnd(long end) throws InterruptedException {
    for (long left = millisTo(end); !rounds.isEmpty() && left > 0; left = millisTo(end)) {
      wait(left);
    }
  }

  private static long millisTo(long end) {
    return (end - System.nanoTime()) / 1_000_000;
  }
}
