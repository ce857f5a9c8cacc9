package org.postroom.core.flow;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * Does so much for the same user at a time; more waits for its turn. What a user can keep from
 * ending, as by a pipe in the place of a file, keeps no more threads than that. Threads share it.
 */
final class FewAtOnce {
  private final int most;
  private final int mostWaiting;
  private final Map<String, Line> lines = new HashMap<>();

  FewAtOnce(int most, int mostWaiting) {
    this.most = most;
    this.mostWaiting = mostWaiting;
  }

  /** What is to be done for one user. */
  private static final class Line {
    private final Queue<Runnable> waiting = new ArrayDeque<>(0);
    private int busy;
  }

  /**
   * What comes of it; exceptionally also, with {@link LookupUnavailable}, where too much waits.
   *
   * @param mayBlock does it
   */
  <T> CompletableFuture<T> of(String user, Supplier<T> what, Executor mayBlock) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            result.complete(what.get());
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          } finally {
            next(user);
          }
        };
    Runnable start =
        () -> {
          try {
            mayBlock.execute(task);
          } catch (RejectedExecutionException e) {
            result.completeExceptionally(e);
            next(user);
          }
        };
    switch (placeFor(user, start)) {
      case AT_ONCE -> start.run();
      case WAITS -> {}
      case NONE ->
          result.completeExceptionally(new LookupUnavailable("too much is read for " + user));
    }
    return result;
  }

  private enum Place {
    AT_ONCE,
    WAITS,
    NONE
  }

  private synchronized Place placeFor(String user, Runnable start) {
    Line line = lines.computeIfAbsent(user, name -> new Line());
    if (line.busy < most) {
      line.busy++;
      return Place.AT_ONCE;
    }
    return line.waiting.size() < mostWaiting && line.waiting.add(start) ? Place.WAITS : Place.NONE;
  }

  private void next(String user) {
    Runnable start = over(user);
    if (start != null) {
      start.run();
    }
  }

  /** Something is over; what takes its place, if anything. */
  private synchronized @Nullable Runnable over(String user) {
    Line line = lines.get(user);
    Runnable start = line == null ? null : line.waiting.poll();
    if (line != null && start == null && --line.busy == 0) {
      lines.remove(user);
    }
    return start;
  }

  /** Whether nothing is being done. */
  synchronized boolean isIdle() {
    return lines.isEmpty();
  }
}
