package org.postroom.core.flow;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/** So many at once, and one more whenever some time has gone by. Threads share it. */
final class Ration {
  private final int most;
  private final Duration forOne;
  private final Clock clock;
  private int left;
  private Instant since;
  private long refused;

  Ration(int most, Duration forOne, Clock clock) {
    this.most = most;
    this.forOne = forOne;
    this.clock = clock;
    this.left = most;
    this.since = clock.instant();
  }

  /** Takes one: how many got none since the last that did; empty where there is none now. */
  synchronized OptionalLong take() {
    Instant now = clock.instant();
    long more = Duration.between(since, now).dividedBy(forOne);
    if (left + more >= most || more < 0) {
      left = most;
      since = now;
    } else {
      left += (int) more;
      since = since.plus(forOne.multipliedBy(more));
    }
    if (left == 0) {
      refused++;
      return OptionalLong.empty();
    }
    left--;
    long before = refused;
    refused = 0;
    return OptionalLong.of(before);
  }
}
