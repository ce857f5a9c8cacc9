package org.postroom.core.flow;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * Reads so much for the same user at a time; more waits for its turn. A user can keep that from
 * ending: by a pipe that takes the place of a file between the look at it and its opening, which
 * then waits for who writes to the pipe, and which nothing can interrupt. So a thread of its own
 * reads, and whoever has waited for it for a while goes on without. What is left behind keeps its
 * place until it ends; where all places are kept so, nothing is read for this user. Threads share
 * it.
 */
final class FewAtOnce {
  private final int most;
  private final int mostWaiting;
  private final Duration patience;
  private final Map<String, Line> lines = new HashMap<>();

  FewAtOnce(int most, int mostWaiting, Duration patience) {
    this.most = most;
    this.mostWaiting = mostWaiting;
    this.patience = patience;
  }

  /** What is to be done for one user. */
  private static final class Line {
    private final Queue<Turn<?>> waiting = new ArrayDeque<>(0);
    private int busy;

    /** How many of the busy ones nobody waits for any more. */
    private int left;
  }

  /**
   * What comes of it; exceptionally also, with {@link LookupUnavailable}, where too much waits, and
   * where it does not end in time.
   *
   * @param mayBlock waits for it
   */
  <T> CompletableFuture<T> of(String user, Supplier<T> what, Executor mayBlock) {
    Turn<T> turn = new Turn<>(user, what, mayBlock);
    switch (placeFor(user, turn)) {
      case AT_ONCE -> turn.start();
      case WAITS -> {}
      case NONE -> turn.refuse("too much is read for " + user);
    }
    return turn.result;
  }

  /** Something to be done once. */
  private final class Turn<T> {
    private final String user;
    private final FutureTask<T> reading;
    private final Executor mayBlock;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    /** Whether it is known what becomes of its place: it has ended, or was left behind. */
    private final AtomicBoolean settled = new AtomicBoolean();

    Turn(String user, Supplier<T> what, Executor mayBlock) {
      this.user = user;
      this.reading = new FutureTask<>(what::get);
      this.mayBlock = mayBlock;
    }

    void start() {
      try {
        mayBlock.execute(this::await);
      } catch (RejectedExecutionException e) {
        result.completeExceptionally(e);
        next(user);
      } catch (OutOfMemoryError e) {
        refuseWithoutThread();
      }
    }

    /** Threads are used up, it may be for a while: the place must be free when they are not. */
    private void refuseWithoutThread() {
      refuse("no thread is left to read for " + user);
      next(user);
    }

    void refuse(String why) {
      result.completeExceptionally(new LookupUnavailable(why));
    }

    private void await() {
      Thread thread = new Thread(this::read, "postroom-reading");
      thread.setDaemon(true);
      try {
        thread.start();
      } catch (OutOfMemoryError e) {
        refuseWithoutThread();
        return;
      }
      try {
        T read = reading.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        settle(() -> result.complete(read));
      } catch (ExecutionException e) {
        settle(() -> result.completeExceptionally(e.getCause()));
      } catch (TimeoutException e) {
        leave(thread);
      } catch (InterruptedException e) {
        leave(thread);
        Thread.currentThread().interrupt();
      }
    }

    private void read() {
      reading.run();
      if (!settled.compareAndSet(false, true)) {
        back(user);
      }
    }

    private void settle(Runnable end) {
      boolean unused = settled.compareAndSet(false, true);
      try {
        end.run();
      } finally {
        next(user);
      }
    }

    /** A read is ended by that, an opening is not. */
    private void leave(Thread thread) {
      if (settled.compareAndSet(false, true)) {
        List<Turn<?>> others = left(user);
        thread.interrupt();
        refuse("what is read for " + user + " does not answer");
        others.forEach(other -> other.refuse("nothing that is read for " + user + " answers"));
      } else {
        refuse("what is read for " + user + " has answered too late");
        next(user);
      }
    }
  }

  private enum Place {
    AT_ONCE,
    WAITS,
    NONE
  }

  private synchronized Place placeFor(String user, Turn<?> turn) {
    Line line = lines.computeIfAbsent(user, name -> new Line());
    if (line.busy < most) {
      line.busy++;
      return Place.AT_ONCE;
    }
    return line.left < most && line.waiting.size() < mostWaiting && line.waiting.add(turn)
        ? Place.WAITS
        : Place.NONE;
  }

  /** One is left behind; who waits in vain then. */
  private synchronized List<Turn<?>> left(String user) {
    Line line = lines.get(user);
    if (line == null || ++line.left < most) {
      return List.of();
    }
    List<Turn<?>> all = new ArrayList<>(line.waiting);
    line.waiting.clear();
    return all;
  }

  /** One that was left behind has ended. */
  private void back(String user) {
    synchronized (this) {
      Line line = lines.get(user);
      if (line != null) {
        line.left--;
      }
    }
    next(user);
  }

  private void next(String user) {
    Turn<?> turn = over(user);
    if (turn != null) {
      turn.start();
    }
  }

  /** Something is over; what takes its place, if anything. */
  private synchronized @Nullable Turn<?> over(String user) {
    Line line = lines.get(user);
    Turn<?> turn = line == null ? null : line.waiting.poll();
    if (line != null && turn == null && --line.busy == 0) {
      lines.remove(user);
    }
    return turn;
  }

  /** Whether nothing is being done. */
  synchronized boolean isIdle() {
    return lines.isEmpty();
  }
}
