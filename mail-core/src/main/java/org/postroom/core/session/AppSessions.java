package org.postroom.core.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Connection;

/**
 * Connections of clients that have logged in by app passwords: they end soon after theirs is
 * revoked. Looks from time to time, and only while there are any. Threads share it.
 */
final class AppSessions {
  /** Revoking is to be felt within 5 s. */
  private static final Duration EACH = Duration.ofSeconds(2);

  private final UnaryOperator<Set<Long>> living;
  private final Timers timers;
  private final Executor mayBlock;
  private final Map<Long, Set<Connection>> connections = new HashMap<>();
  private boolean isDue;

  /**
   * None yet.
   *
   * @param living says which of some app passwords are still there; may block
   * @param mayBlock where it is asked
   */
  AppSessions(UnaryOperator<Set<Long>> living, Timers timers, Executor mayBlock) {
    this.living = living;
    this.timers = timers;
    this.mayBlock = mayBlock;
  }

  /** A client has logged in by that app password. */
  synchronized void add(long password, Connection connection) {
    connections.computeIfAbsent(password, none -> new HashSet<>()).add(connection);
    comeBack();
  }

  private void comeBack() {
    if (!isDue && !connections.isEmpty()) {
      isDue = true;
      timers.after(EACH, () -> timers.handOn(mayBlock, this::look));
    }
  }

  private void look() {
    Set<Long> gone = Set.of();
    try {
      gone = gone(known());
    } finally {
      end(gone).forEach(Connection::close);
    }
  }

  private Set<Long> gone(Set<Long> known) {
    try {
      Set<Long> gone = new HashSet<>(known);
      gone.removeAll(living.apply(known));
      return gone;
    } catch (StorageUnavailable e) {
      return Set.of(); // nobody can say it now: they stay until somebody can
    }
  }

  private synchronized Set<Connection> end(Set<Long> gone) {
    Set<Connection> ending = new HashSet<>();
    gone.forEach(one -> ending.addAll(connections.getOrDefault(one, Set.of())));
    connections.keySet().removeAll(gone);
    isDue = false;
    comeBack();
    return ending;
  }

  /** Those whose clients are still there. */
  private synchronized Set<Long> known() {
    connections.values().forEach(of -> of.removeIf(Connection::isClosed));
    connections.values().removeIf(Set::isEmpty);
    return Set.copyOf(connections.keySet());
  }
}
