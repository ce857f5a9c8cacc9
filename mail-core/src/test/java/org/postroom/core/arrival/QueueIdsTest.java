package org.postroom.core.arrival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class QueueIdsTest {
  private static final Instant NOW = Instant.parse("2026-11-24T15:00:00Z");

  @Test
  void neverGivesTheSameTwiceThoughTimeStandsStill() {
    QueueIds ids = new QueueIds(Clock.fixed(NOW, ZoneOffset.UTC), 7);

    List<String> given = Stream.generate(() -> ids.next().value()).limit(10_000).toList();

    assertThat(given).doesNotHaveDuplicates().isSorted();
    assertThat(given).allMatch(id -> id.matches("[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10}z007"));
  }

  /** What mail_queue(3) of Postfix makes of the same time. */
  @Test
  void readsAsPostfixsLongOnes() {
    QueueIds ids =
        new QueueIds(
            Clock.fixed(Instant.ofEpochSecond(1_000_000_000L, 999_999_000), ZoneOffset.UTC), 52);

    assertThat(ids.next().value()).isEqualTo("2clyTD75plz011");
  }

  @Test
  void goesOnForwardWhenTheClockGoesBack() {
    SteppingClock clock = new SteppingClock(NOW);
    QueueIds ids = new QueueIds(clock, 7);
    String before = ids.next().value();

    clock.now = NOW.minusSeconds(3600);
    String after = ids.next().value();

    assertThat(after).isGreaterThan(before);
  }

  @Test
  void nodesWithOtherSeedsGiveOtherIdsAtTheSameTime() {
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

    Set<String> given = new HashSet<>();
    for (int seed : new int[] {0, 1, 29, 30, 31, QueueIds.SEEDS - 1}) {
      given.add(new QueueIds(clock, seed).next().value());
    }

    assertThat(given).hasSize(6);
  }

  @Test
  void threadsNeverGetTheSame() throws Exception {
    QueueIds ids = new QueueIds(Clock.systemUTC(), 3);
    Callable<List<String>> many =
        () -> IntStream.range(0, 5_000).mapToObj(i -> ids.next().value()).toList();
    ExecutorService threads = Executors.newFixedThreadPool(4);

    Set<String> given = new HashSet<>();
    for (Future<List<String>> some : threads.invokeAll(List.of(many, many, many, many))) {
      given.addAll(some.get());
    }
    threads.shutdown();

    assertThat(given).hasSize(20_000);
  }

  @Test
  void refusesASeedOutOfRange() {
    assertThatThrownBy(() -> new QueueIds(Clock.systemUTC(), QueueIds.SEEDS))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static final class SteppingClock extends Clock {
    private Instant now;

    SteppingClock(Instant now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }
}
