package org.postroom.core.policy.service;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;
import org.postroom.core.trouble.Reason;

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

  /** More than these do not have their turn in time. */
  private static final int MOST_WAITING = 1000;

  private static final String NOBODY = "nobody is asked any more";

  private final PolicyService service;
  private final Connector connector;
  private final Timers timers;
  private final int most;

  private final Deque<Open> idle = new ArrayDeque<>();
  private final Deque<CompletableFuture<Open>> waiting = new ArrayDeque<>();
  private int open;
  private boolean closed;

  /** Whether some thread is giving connections to those who wait. */
  private boolean serving;

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
   * Somebody who is to have a connection.
   *
   * @param kept the one; null where it has to be made
   */
  private record Turn(CompletableFuture<Open> lease, @Nullable Open kept) {}

  /**
   * Puts a question once. One that a kept connection loses is put again at once: its server had
   * gone before it was asked. All of that has one time.
   *
   * @return the action; exceptionally what kept it from coming
   */
  CompletionStage<String> ask(String request) {
    return ask(request, timers.nanoTime() + service.limits().timeout().toNanos());
  }

  private CompletionStage<String> ask(String request, long until) {
    CompletableFuture<Open> lease = new CompletableFuture<>();
    CompletableFuture<String> answer =
        lease.thenCompose(
            mine -> {
              mine.asked++;
              return mine.connection.ask(request);
            });
    Timers.Timer end =
        timers.after(
            Duration.ofNanos(Math.max(0, until - timers.nanoTime())),
            () ->
                answer.completeExceptionally(
                    new PolicyTrouble(
                        "no answer within " + service.limits().timeout().toSeconds() + " s")));
    CompletionStage<String> said =
        answer
            .<CompletionStage<String>>handle(
                (action, trouble) -> {
                  end.cancel();
                  if (trouble == null) {
                    release(lease.join());
                    return CompletableFuture.completedFuture(action);
                  }
                  return wasGone(lease, trouble)
                      ? ask(request, until)
                      : CompletableFuture.failedFuture(trouble);
                })
            .thenCompose(once -> once);
    enter(lease);
    return said;
  }

  /** Gives up a lease that has come to nothing; whether its connection had ended before. */
  private boolean wasGone(CompletableFuture<Open> lease, Throwable trouble) {
    if (lease.completeExceptionally(trouble)) {
      synchronized (this) {
        waiting.removeIf(one -> one == lease);
      }
      return false;
    }
    if (lease.isCompletedExceptionally()) {
      return false;
    }
    Open mine = lease.join();
    discard(mine);
    return mine.asked > 1
        && Reason.cause(trouble) instanceof PolicyTrouble lost
        && lost.isOfTheLine();
  }

  /** What {@code trouble} is, for people. */
  static String told(Throwable trouble) {
    return Reason.text(trouble);
  }

  /** Joins those who wait, unless they are too many: then nobody's turn would come in time. */
  private void enter(CompletableFuture<Open> lease) {
    Optional<String> why;
    synchronized (this) {
      why =
          closed
              ? Optional.of(NOBODY)
              : waiting.size() >= MOST_WAITING
                  ? Optional.of("too many questions wait for a connection")
                  : Optional.empty();
      if (why.isEmpty()) {
        waiting.addLast(lease);
      }
    }
    why.ifPresent(trouble -> lease.completeExceptionally(new PolicyTrouble(trouble)));
    serve();
  }

  /**
   * Gives connections to those who wait. One thread at a time does; what becomes free meanwhile, or
   * by what it does itself, it finds when it looks again.
   */
  private void serve() {
    synchronized (this) {
      if (serving) {
        return;
      }
      serving = true;
    }
    for (Turn turn = next(); turn != null; turn = next()) {
      if (turn.kept() == null) {
        connect(turn.lease());
      } else if (!turn.lease().complete(turn.kept())) {
        release(turn.kept());
      }
    }
  }

  /** The next one's turn; null when nobody waits, or all must wait on. */
  private synchronized @Nullable Turn next() {
    while (!waiting.isEmpty()) {
      if (waiting.element().isDone()) {
        waiting.remove(); // it has given up
        continue;
      }
      Open kept = takeIdle();
      if (kept == null && open >= most) {
        break;
      }
      open += kept == null ? 1 : 0;
      return new Turn(waiting.remove(), kept);
    }
    serving = false;
    return null;
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
                    Open made = new Open(connection, timers.nanoTime());
                    if (!lease.complete(made)) {
                      release(made); // nobody waits for it any more
                    }
                  } else {
                    lease.completeExceptionally(trouble);
                    oneLess();
                  }
                });
  }

  /** Is kept for whoever comes next. */
  private void release(Open mine) {
    boolean stays;
    synchronized (this) {
      stays = !closed && !mine.connection.isClosed() && !isWorn(mine);
      if (stays) {
        mine.end = timers.after(service.limits().maxIdle(), () -> expire(mine));
        idle.addLast(mine);
      }
    }
    if (stays) {
      serve();
    } else {
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
    synchronized (this) {
      open--;
    }
    serve();
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
    left.forEach(lease -> lease.completeExceptionally(new PolicyTrouble(NOBODY)));
  }
}
