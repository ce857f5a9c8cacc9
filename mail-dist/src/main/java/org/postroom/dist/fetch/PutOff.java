package org.postroom.dist.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Messages that are not asked for again before their time, so that one that cannot be had or kept
 * holds up no other. Forgotten when the server ends. By one thread at a time.
 */
final class PutOff {
  private static final int MOST = 10_000;

  private final Map<String, Instant> until = new LinkedHashMap<>();

  /** Puts one off. Beyond so many the one goes that was put off first. */
  void add(String name, Instant now, Duration time) {
    until.remove(name);
    if (until.size() == MOST) {
      until.remove(until.keySet().iterator().next());
    }
    until.put(name, now.plus(time));
  }

  boolean has(String name, Instant now) {
    Instant end = until.get(name);
    if (end != null && !now.isBefore(end)) {
      until.remove(name);
      return false;
    }
    return end != null;
  }
}
