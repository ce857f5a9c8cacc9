package org.postroom.smtp.client;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.postroom.core.flow.NextHop;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Connection;

/** Connections that wait a moment for the next mail the same way. */
final class IdleConnections implements AutoCloseable {
  private static final int MAX_IDLE_PER_HOP = 20;

  private final SmtpClientOptions options;
  private final Clock clock;
  private final Timers timers;
  private final Map<Way, Deque<Idle>> byWay = new HashMap<>();

  /** However many log-ins there are to a server, so many connections to it are idle. */
  private final Map<NextHop, Integer> byHop = new HashMap<>();

  private final Map<Connection, Instant> firstUsed = new WeakHashMap<>();
  private boolean closed;

  IdleConnections(SmtpClientOptions options, Clock clock, Timers timers) {
    this.options = options;
    this.clock = clock;
    this.timers = timers;
  }

  private record Idle(OpenConnection open, Timers.Timer end) {}

  /** One that is open, the one used last first; null when there is none. */
  synchronized @Nullable OpenConnection take(Way way) {
    Deque<Idle> waiting = byWay.get(way);
    while (waiting != null && !waiting.isEmpty()) {
      Idle idle = waiting.removeLast();
      idle.end().cancel();
      left(way);
      if (waiting.isEmpty()) {
        byWay.remove(way);
      }
      if (!idle.open().connection().isClosed()) {
        return idle.open();
      }
    }
    return null;
  }

  /**
   * Keeps a connection for a moment.
   *
   * @return false where it was used for long, or there are many: then it is the caller's to say
   *     goodbye, which may take long
   */
  boolean put(Way way, OpenConnection open) {
    return !open.connection().isClosed() && keep(way, open);
  }

  @Override
  public void close() {
    List<Idle> all = new ArrayList<>();
    synchronized (this) {
      closed = true;
      byWay.values().forEach(all::addAll);
      byWay.clear();
      byHop.clear();
    }
    for (Idle idle : all) {
      idle.end().cancel();
      idle.open().connection().close();
    }
  }

  private synchronized boolean keep(Way way, OpenConnection open) {
    Instant now = clock.instant();
    Instant first = firstUsed.computeIfAbsent(open.connection(), c -> now);
    int others = byHop.getOrDefault(way.hop(), 0);
    if (closed
        || others >= MAX_IDLE_PER_HOP
        || Duration.between(first, now).compareTo(options.reuseLimit()) > 0) {
      return false;
    }
    // Longer than the pool keeps it, so that the pool says goodbye first.
    open.connection().deadline(options.idleLimit().multipliedBy(2));
    Timers.Timer end = timers.after(options.idleLimit(), () -> expire(way, open));
    byWay.computeIfAbsent(way, w -> new ArrayDeque<>()).addLast(new Idle(open, end));
    byHop.put(way.hop(), others + 1);
    return true;
  }

  private void left(Way way) {
    byHop.computeIfPresent(way.hop(), (hop, count) -> count > 1 ? count - 1 : null);
  }

  private void expire(Way way, OpenConnection open) {
    synchronized (this) {
      Deque<Idle> waiting = byWay.get(way);
      if (waiting == null
          || !waiting.removeIf(idle -> idle.open().connection().equals(open.connection()))) {
        return;
      }
      left(way);
      if (waiting.isEmpty()) {
        byWay.remove(way);
      }
    }
    open.connection().execute(open.conversation()::quit);
  }
}
