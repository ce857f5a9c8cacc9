package org.postroom.core.queue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postroom.core.config.Settings;
import org.postroom.core.queue.Acceptance.Onward;

/** How much the queue manager has under way at once. Immutable. */
public final class QueueLimits {
  /** How long a leased recipient is ours before others may take it. */
  static final Duration LEASE = Duration.ofMinutes(15);

  /** The mailboxes here are both of these. */
  static final List<String> HOME = List.of("local", "virtual");

  private final int active;
  private final Duration rest;
  private final DestinationLimits usual;
  private final Map<String, DestinationLimits> byTransport = new HashMap<>();
  private final Set<String> deferred;

  QueueLimits(Settings settings) {
    active = settings.get(QueueParams.ACTIVE);
    rest = settings.get(QueueParams.REST);
    deferred = Set.copyOf(settings.get(QueueParams.DEFER_TRANSPORTS));
    usual = DestinationLimits.of(settings, "");
    for (String transport : settings.transports()) {
      byTransport.put(transport, DestinationLimits.of(settings, transport));
    }
    byTransport.put(
        Onward.HOME,
        HOME.stream()
            .map(name -> DestinationLimits.of(settings, name))
            .reduce(DestinationLimits::and)
            .orElse(usual));
  }

  /** The most attempts under way in all: what bounds the memory. */
  public int active() {
    return active;
  }

  /** How long a destination that did not answer is left alone. */
  Duration rest() {
    return rest;
  }

  /** What holds for a destination. */
  DestinationLimits of(String destination) {
    return byTransport.getOrDefault(Onward.transport(destination), usual);
  }

  /** Whether mail for a destination waits until somebody asks for its attempt. */
  boolean isDeferred(String destination) {
    return !deferred.isEmpty() && deferred.contains(Onward.transport(destination));
  }
}
