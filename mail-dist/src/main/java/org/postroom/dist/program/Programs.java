package org.postroom.dist.program;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;

/**
 * Runs programs: so many at once, each for so long, and none longer than the server. With {@link
 * RunningProgram} the one place that knows of processes.
 */
final class Programs implements AutoCloseable {
  /** So long is waited for what a program has left behind and may still write. */
  private static final Duration SILENCE = Duration.ofSeconds(1);

  private final Turns turns;
  private final Timers timers;
  private final Executor workers;
  private final Set<Run> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * None runs.
   *
   * @param most so many at once
   * @param timers end those that run too long
   * @param workers write what they read, start them, and kill them
   */
  Programs(int most, Timers timers, Executor workers) {
    this.turns = new Turns(most);
    this.timers = timers;
    this.workers = workers;
  }

  /**
   * Runs one, when it is its turn. From any thread.
   *
   * @return how it ended, never with an exception. Who cancels it has it killed with all that it
   *     has started
   */
  CompletableFuture<Ending> run(Job job) {
    CompletableFuture<Ending> ending = new CompletableFuture<>();
    CompletableFuture<Turns.Turn> turn = turns.next();
    CompletableFuture<?> unused = ending.whenComplete((how, trouble) -> turn.cancel(false));
    CompletableFuture<?> unusedToo = turn.thenAccept(mine -> new Run(job, mine, ending).handOn());
    return ending;
  }

  /** Kills all that run, and begins no other. */
  @Override
  public void close() {
    closed = true;
    running.forEach(run -> run.end(new Ending.Stopped()));
  }

  /** The run of one program. */
  private final class Run {
    private final Job job;
    private final Turns.Turn turn;
    private final CompletableFuture<Ending> ending;
    private final AtomicBoolean over = new AtomicBoolean();

    // Guarded by this object's monitor: why it is killed, what runs, and whether that is gone.
    private @Nullable Ending killed;
    private @Nullable RunningProgram program;
    private boolean gone;

    Run(Job job, Turns.Turn turn, CompletableFuture<Ending> ending) {
      this.job = job;
      this.turn = turn;
      this.ending = ending;
    }

    /** Has it begun by a worker. */
    void handOn() {
      running.add(this);
      CompletableFuture<?> unused =
          ending.whenComplete(
              (how, trouble) -> {
                if (ending.isCancelled()) {
                  byWorker(() -> end(new Ending.Stopped()));
                }
              });
      try {
        workers.execute(this::begin);
      } catch (RejectedExecutionException e) {
        over(new Ending.Stopped()); // the server ends
      }
    }

    private void byWorker(Runnable task) {
      try {
        workers.execute(task);
      } catch (RejectedExecutionException e) {
        task.run(); // the server ends, and this is soon done
      }
    }

    private void begin() {
      if (closed || ending.isDone()) {
        over(new Ending.Stopped());
        return;
      }
      RunningProgram begun;
      try {
        begun = RunningProgram.start(job);
      } catch (IOException | RuntimeException e) {
        over(new Ending.NotStarted(String.valueOf(e.getMessage())));
        return;
      }
      Timers.Timer limit =
          timers.after(job.limit(), () -> byWorker(() -> end(new Ending.OutOfTime(job.limit()))));
      CompletableFuture<?> unused =
          begun
              .exit()
              .thenAccept(
                  status -> {
                    limit.cancel();
                    gone(begun, status);
                  });
      if (isKilled(begun)) {
        begun.kill();
      }
    }

    /** Whether it was to end before it had begun. */
    private synchronized boolean isKilled(RunningProgram begun) {
      program = begun;
      if (closed && killed == null) {
        // close() has not come to this one yet, and may come when it is gone already.
        killed = new Ending.Stopped();
      }
      return killed != null;
    }

    /** Kills it; when it is gone it has come to {@code how}. */
    void end(Ending how) {
      RunningProgram now;
      synchronized (this) {
        if (gone) {
          return;
        }
        killed = killed == null ? how : killed;
        now = program;
      }
      if (now != null) {
        now.kill();
      }
    }

    private void gone(RunningProgram was, int status) {
      synchronized (this) {
        gone = true;
      }
      Timers.Timer enough = timers.after(SILENCE, () -> byWorker(() -> finish(was, status)));
      CompletableFuture<?> unused =
          was.silence()
              .thenAccept(
                  silent -> {
                    enough.cancel();
                    byWorker(() -> finish(was, status));
                  });
    }

    private void finish(RunningProgram was, int status) {
      String output = was.finish();
      Ending how;
      synchronized (this) {
        how = killed == null ? new Ending.Exited(status, output) : killed;
      }
      over(how);
    }

    private void over(Ending how) {
      if (over.compareAndSet(false, true)) {
        running.remove(this);
        turn.end();
        ending.complete(how);
      }
    }
  }
}
