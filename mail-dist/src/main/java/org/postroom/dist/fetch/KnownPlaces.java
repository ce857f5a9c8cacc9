package org.postroom.dist.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.postroom.core.queue.NamedMails;

/**
 * Of which places names of messages are known, so that those of a place that no job fetches from
 * any more are forgotten, two months after it was first seen that there is none.
 */
final class KnownPlaces {
  private static final String KIND = "fetch-places";
  private static final int PAGE = 1000;
  private static final Duration KEPT = Duration.ofDays(60);

  /** As long as there is a job. */
  private static final Duration ENDLESS = Duration.ofDays(36_500);

  private final NamedMails named;
  private final NamedMails places;

  KnownPlaces(NamedMails named) {
    this.named = named;
    this.places = named.ofKind(KIND);
  }

  /**
   * These are the places from now on; others have their time.
   *
   * @param keys see {@link FetchJob#key}
   */
  void become(Set<String> keys, Instant now) {
    Map<String, Instant> known = new HashMap<>();
    String last = "";
    Map<String, Instant> page;
    do {
      page = places.page(last, PAGE);
      for (Map.Entry<String, Instant> one : page.entrySet()) {
        known.put(one.getKey(), one.getValue());
        last = one.getKey();
      }
    } while (page.size() == PAGE);
    Instant end = now.plus(KEPT);
    for (String key : keys) {
      Instant until = known.remove(key);
      if (until == null || !until.isAfter(end)) {
        places.note(key, now.plus(ENDLESS));
      }
    }
    known.forEach(
        (key, until) -> {
          if (until.isAfter(end)) {
            places.note(key, end);
          } else if (!until.isAfter(now)) {
            forget(key, now);
          }
        });
  }

  /**
   * By then the time of all its names is over, but where another server on this store has a job of
   * its own for the place: the names of those messages stay.
   */
  private void forget(String key, Instant now) {
    NamedMails names = named.ofKind(key);
    int unused = names.forgetExpired(now);
    if (names.page("", 1).isEmpty()) {
      places.forget(key);
    } else {
      places.note(key, now.plus(KEPT));
    }
  }
}
