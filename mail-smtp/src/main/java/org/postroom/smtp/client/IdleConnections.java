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
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Connection;
import org.postroom.smtp.client.SmtpTransport.OpenConnection;

/** Connections that wait a moment for the next mail to the same next hop. */
final class IdleConnections implements AutoCloseable {
  private static final int MAX_IDLE_PER_HOP = 20;

  private final SmtpClientOptions options;
  private final Clock clock;
  private final Timers timers;
  private final Map<String, Deque<Idle>> byHop = new HashMap<>();
  private final Map<Connection, Instant> firstUsed = new WeakHashMap<>();
  private boolean closed;

  IdleConnections(SmtpClientOptions options, Clock clock, Timers timers) {
    this.options = options;
    this.clock = clock;
    this.timers = timers;
  }

  private record Idle(OpenConnection open, Timers.Timer end) {}

  /** One that is open, the one used last first; null when there is none. */
  synchronized @Nullable OpenConnection take(String hop) {
    Deque<Idle> waiting = byHop.get(hop);
    while (waiting != null && !waiting.isEmpty()) {
      Idle idle = waiting.removeLast();
      idle.end().cancel();
      if (waiting.isEmpty()) {
        byHop.remove(hop);
      }
      if (!idle.open().connection().isClosed()) {
        return idle.open();
      }
    }
    return null;
  }

  /** Keeps a connection for a moment, or says goodbye if it was used for long. */
  void put(String hop, OpenConnection open) {
    if (open.connection().isClosed()) {
      return;
    }
    if (!keep(hop, open)) {
      open.conversation().quit();
    }
  }

  @Override
  public void close() {
    List<Idle> all = new ArrayList<>();
    synchronized (this) {
      closed = true;
      byHop.values().forEach(all::addAll);
      byHop.clear();
    }
    for (Idle idle : all) {
      idle.end().cancel();
      idle.open().connection().close();
    }
  }

  private synchronized boolean keep(String hop, OpenConnection open) {
    Instant now = clock.instant();
    Instant first = firstUsed.computeIfAbsent(open.connection(), c -> now);
    Deque<Idle> waiting = byHop.computeIfAbsent(hop, h -> new ArrayDeque<>());
    if (closed
        || waiting.size() >= MAX_IDLE_PER_HOP
        || Duration.between(first, now).compareTo(options.reuseLimit()) > 0) {
      return false;
    }
    // Longer than the pool keeps it, so that the pool says goodbye first.
    open.connection().deadline(options.idleLimit().multipliedBy(2));
    Timers.Timer end = timers.after(options.idleLimit(), () -> expire(hop, open));
    waiting.addLast(new Idle(open, end));
    return true;
  }

  private void expire(String hop, OpenConnection open) {
    synchronized (this) {
      Deque<Idle> waiting = byHop.get(hop);
      if (waiting == null
          || !waiting.removeIf(idle -> idle.open().connection().equals(open.connection()))) {
        return;
      }
      if (waiting.isEmpty()) {
        byHop.remove(hop);
      }
    }
    open.connection().execute(open.conversation()::quit);
  }
}
