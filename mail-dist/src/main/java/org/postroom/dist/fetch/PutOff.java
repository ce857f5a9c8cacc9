package org.postroom.dist.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Messages that are not asked for again before their time, so that one that cannot be had or kept
 * holds up no other. Forgotten when the server ends. By one thread at a time.
 */
final class PutOff {
  private static final int MOST = 10_000;

  private final Map<String, Instant> until = new LinkedHashMap<>();

  /** Those that have broken off a round at some time. */
  private final Set<String> breaking = new LinkedHashSet<>();

  /** Those that have since the last one that ended well. */
  private final Set<String> lately = new LinkedHashSet<>();

  /** Puts one off. Beyond so many the one goes that was put off first. */
  void add(String name, Instant now, Duration time) {
    until.remove(name);
    if (until.size() == MOST) {
      until.remove(until.keySet().iterator().next());
    }
    until.put(name, now.plus(time));
  }

  /** Puts one off that has broken off a round: until another one has ended well, at least. */
  void addBreaking(String name, Instant now, Duration time) {
    add(name, now, time);
    for (Set<String> some : List.of(breaking, lately)) {
      if (some.size() == MOST) {
        some.remove(some.iterator().next());
      }
      boolean unused = some.add(name);
    }
  }

  /** Whether one has broken off a round: it comes last. */
  boolean isBreaking(String name) {
    return breaking.contains(name);
  }

  /** A round has ended well. */
  void ended() {
    lately.clear();
  }

  boolean has(String name, Instant now) {
    if (lately.contains(name)) {
      return true;
    }
    Instant end = until.get(name);
    if (end != null && !now.isBefore(end)) {
      until.remove(name);
      return false;
    }
    return end != null;
  }
}
