package org.postroom.dist.program;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * So many at once, and the others one after the other, in the order in which they came. No thread
 * waits. Any thread may call.
 */
final class Turns {
  // Guarded by this object's monitor.
  private final Queue<CompletableFuture<Turn>> waiting = new ArrayDeque<>();
  private int free;

  Turns(int most) {
    this.free = most;
  }

  /** The right to be at work. */
  final class Turn {
    private final AtomicBoolean over = new AtomicBoolean();

    /** Gives it to the next. Only the first call counts. */
    void end() {
      if (over.compareAndSet(false, true)) {
        release();
      }
    }
  }

  /** Completes when there is a turn, which must be ended; who cancels it has none. */
  CompletableFuture<Turn> next() {
    synchronized (this) {
      if (free == 0) {
        CompletableFuture<Turn> later = new CompletableFuture<>();
        waiting.add(later);
        return later;
      }
      free--;
    }
    return CompletableFuture.completedFuture(new Turn());
  }

  private void release() {
    while (true) {
      CompletableFuture<Turn> next;
      synchronized (this) {
        next = waiting.poll();
        if (next == null) {
          free++;
          return;
        }
      }
      if (next.complete(new Turn())) {
        return;
      }
    }
  }
}
