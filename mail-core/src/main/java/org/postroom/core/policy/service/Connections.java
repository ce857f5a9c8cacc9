package org.postroom.core.policy.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;

/**
 * The connections to one policy server. Each is one question's at a time; there are so many as
 * questions are under way, up to a bound, and whoever comes then waits for one. Those that nobody
 * uses are kept for a while.
 */
final class Connections {

  /** As many as Postfix has processes that ask. */
  private static final int MOST = 100;

  /** Each of these holds a worker while it is asked. */
  private static final int MOST_BY_SOCKET = 16;

  private final PolicyService service;
  private final Connector connector;
  private final Timers timers;
  private final int most;

  private final Deque<Open> idle = new ArrayDeque<>();
  private final Deque<CompletableFuture<Open>> waiting = new ArrayDeque<>();
  private int open;
  private boolean closed;

  Connections(PolicyService service, Connector connector, Timers timers) {
    this.service = service;
    this.connector = connector;
    this.timers = timers;
    this.most = service.peer() instanceof PolicyService.Peer.Unix ? MOST_BY_SOCKET : MOST;
  }

  /** A connection; whose it is at the moment has it alone. */
  private static final class Open {
    final PolicyConnection connection;
    final long since;
    int asked;
    Timers.@Nullable Timer end;

    Open(PolicyConnection connection, long since) {
      this.connection = connection;
      this.since = since;
    }
  }

  /**
   * Puts a question once. One that a kept connection loses is put again at once: its server had
   * gone before it was asked.
   *
   * @return the action; exceptionally what kept it from coming
   */
  CompletionStage<String> ask(String request) {
    CompletableFuture<Open> lease = lease();
    CompletableFuture<String> answer =
        lease.thenCompose(
            mine -> {
              mine.asked++;
              return mine.connection.ask(request);
            });
    Timers.Timer end =
        timers.after(
            service.limits().timeout(),
            () ->
                answer.completeExceptionally(
                    new PolicyTrouble(
                        "no answer within " + service.limits().timeout().toSeconds() + " s")));
    return answer
        .<CompletionStage<String>>handle(
            (action, trouble) -> {
              end.cancel();
              if (trouble == null) {
                release(lease.join());
                return CompletableFuture.completedFuture(action);
              }
              return wasGone(lease, trouble)
                  ? ask(request)
                  : CompletableFuture.failedFuture(trouble);
            })
        .thenCompose(said -> said);
  }

  /** Gives up a lease that has come to nothing; whether its connection had ended before. */
  private boolean wasGone(CompletableFuture<Open> lease, Throwable trouble) {
    if (!lease.isDone()) {
      // Nobody has had it: when it comes it is somebody else's.
      CompletableFuture<Void> unused = lease.thenAccept(this::release);
      return false;
    }
    if (lease.isCompletedExceptionally()) {
      return false;
    }
    Open mine = lease.join();
    discard(mine);
    return mine.asked > 1 && unwrapped(trouble) instanceof PolicyTrouble lost && lost.isOfTheLine();
  }

  /** What {@code trouble} is, for people. */
  static String told(Throwable trouble) {
    return String.valueOf(unwrapped(trouble).getMessage());
  }

  private static Throwable unwrapped(Throwable trouble) {
    return trouble instanceof CompletionException && trouble.getCause() != null
        ? unwrapped(trouble.getCause())
        : trouble;
  }

  private CompletableFuture<Open> lease() {
    CompletableFuture<Open> lease = new CompletableFuture<>();
    Open kept = null;
    boolean connects = false;
    synchronized (this) {
      kept = takeIdle();
      if (kept == null && open < most) {
        open++;
        connects = true;
      } else if (kept == null) {
        waiting.add(lease);
      }
    }
    if (kept != null) {
      lease.complete(kept);
    } else if (connects) {
      connect(lease);
    }
    return lease;
  }

  /** The one used last, which is the likeliest to be there still. */
  private @Nullable Open takeIdle() {
    while (!idle.isEmpty()) {
      Open kept = idle.removeLast();
      cancelEnd(kept);
      if (!kept.connection.isClosed() && !isWorn(kept)) {
        return kept;
      }
      open--;
      kept.connection.close();
    }
    return null;
  }

  private void connect(CompletableFuture<Open> lease) {
    CompletionStage<PolicyConnection> unused =
        connector
            .connect(service)
            .whenComplete(
                (connection, trouble) -> {
                  if (trouble == null) {
                    lease.complete(new Open(connection, timers.nanoTime()));
                  } else {
                    lease.completeExceptionally(trouble);
                    oneLess();
                  }
                });
  }

  /** Goes to who waits, or waits itself. */
  private void release(Open mine) {
    if (mine.connection.isClosed() || isWorn(mine)) {
      discard(mine);
      return;
    }
    CompletableFuture<Open> next;
    boolean ends;
    synchronized (this) {
      next = waiting.poll();
      ends = next == null && closed;
      if (next == null && !closed) {
        mine.end = timers.after(service.limits().maxIdle(), () -> expire(mine));
        idle.addLast(mine);
      }
    }
    if (next != null) {
      next.complete(mine);
    } else if (ends) {
      discard(mine);
    }
  }

  private void expire(Open kept) {
    boolean was;
    synchronized (this) {
      was = idle.remove(kept);
    }
    if (was) {
      discard(kept);
    }
  }

  private boolean isWorn(Open mine) {
    PolicyService.Limits limits = service.limits();
    return limits.requests() > 0 && mine.asked >= limits.requests()
        || timers.nanoTime() - mine.since >= limits.maxTtl().toNanos();
  }

  private void discard(Open mine) {
    mine.connection.close();
    oneLess();
  }

  /** There is room for another one. */
  private void oneLess() {
    CompletableFuture<Open> next;
    synchronized (this) {
      open--;
      next = waiting.poll();
      if (next != null) {
        open++;
      }
    }
    if (next != null) {
      connect(next);
    }
  }

  private static void cancelEnd(Open kept) {
    if (kept.end != null) {
      kept.end.cancel();
    }
  }

  /** Ends those that nobody uses; the others end when they are given back. */
  void close() {
    List<Open> kept;
    List<CompletableFuture<Open>> left;
    synchronized (this) {
      closed = true;
      kept = new ArrayList<>(idle);
      left = new ArrayList<>(waiting);
      idle.clear();
      waiting.clear();
    }
    for (Open one : kept) {
      cancelEnd(one);
      one.connection.close();
    }
    left.forEach(
        lease -> lease.completeExceptionally(new PolicyTrouble("nobody is asked any more")));
  }
}
