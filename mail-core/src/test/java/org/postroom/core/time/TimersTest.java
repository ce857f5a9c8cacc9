package org.postroom.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimersTest {
  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final List<String> ran = new ArrayList<>();

  private Runnable note(String what) {
    return () -> ran.add(what + "@" + time.instant().getEpochSecond());
  }

  @Test
  void runsInTheOrderOfDueTimesEachAtItsOwnTime() {
    time.after(Duration.ofSeconds(30), note("c"));
    time.after(Duration.ofSeconds(10), note("a"));
    time.after(Duration.ofSeconds(10), note("b"));

    time.advance(Duration.ofSeconds(29));
    assertThat(ran).containsExactly("a@10", "b@10");
    assertThat(time.pending()).isOne();
    time.advance(Duration.ofSeconds(1));

    assertThat(ran).containsExactly("a@10", "b@10", "c@30");
    assertThat(time.instant()).isEqualTo(Instant.ofEpochSecond(30));
    assertThat(time.nanoTime()).isEqualTo(Duration.ofSeconds(30).toNanos());
  }

  @Test
  void runsWhatBecomesDueMeanwhile() {
    time.after(
        Duration.ofHours(1),
        () -> {
          note("first").run();
          time.after(Duration.ofHours(1), note("second"));
          time.after(Duration.ofDays(1), note("too late"));
        });

    time.advance(Duration.ofHours(3));

    assertThat(ran).containsExactly("first@3600", "second@7200");
  }

  @Test
  void whatWasTakenBackDoesNotRun() {
    Timers.Timer timer = time.after(Duration.ofSeconds(1), note("never"));

    timer.cancel();
    time.advance(Duration.ofSeconds(2));
    timer.cancel();

    assertThat(ran).isEmpty();
    assertThat(time.pending()).isZero();
  }

  @Test
  void clocksOfAllZonesGoTogether() {
    var tokyo = time.withZone(ZoneId.of("Asia/Tokyo"));

    time.advance(Duration.ofDays(5));

    assertThat(tokyo.instant()).isEqualTo(time.instant());
    assertThatThrownBy(() -> time.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void realTimersRunCancelAndSurviveATaskThatFails() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    AtomicInteger cancelled = new AtomicInteger();
    try (SystemTimers timers = new SystemTimers("timers")) {
      timers.after(Duration.ofMillis(5), cancelled::incrementAndGet).cancel();
      timers.after(
          Duration.ofMillis(10),
          () -> {
            throw new IllegalStateException("a failing task");
          });
      timers.after(Duration.ofMillis(20), done::countDown);

      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(cancelled).hasValue(0);
  }

  @Test
  void realTimersHoldAHundredThousandAndTakeThemBackQuickly() {
    try (SystemTimers timers = new SystemTimers("timers")) {
      List<Timers.Timer> all = new ArrayList<>();
      for (int i = 0; i < 100_000; i++) {
        all.add(timers.after(Duration.ofMinutes(5), () -> {}));
      }
      all.forEach(Timers.Timer::cancel);
      timers.after(Duration.ofSeconds(Long.MAX_VALUE), () -> {}).cancel();
    }
  }

  @Test
  void closedTimersForgetWhatTheyAreGiven() {
    SystemTimers timers = new SystemTimers("timers");
    timers.close();

    timers.after(Duration.ZERO, note("never")).cancel();

    assertThat(ran).isEmpty();
  }
}
