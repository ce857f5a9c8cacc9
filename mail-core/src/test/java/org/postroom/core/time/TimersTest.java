package org.postroom.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.machine.SystemTimers;

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
      // On the timers' own thread, so that it cannot have run before it is cancelled.
      timers.after(
          Duration.ZERO,
          () -> timers.after(Duration.ofMillis(5), cancelled::incrementAndGet).cancel());
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

  // --- work under way, and time that flows

  @Test
  void timeStandsUntilWhatItSetOffHasEnded() throws Exception {
    ExecutorService workers = Executors.newSingleThreadExecutor();
    try {
      time.after(
          Duration.ofSeconds(10),
          () ->
              time.handOn(
                  workers,
                  () -> {
                    pause(20);
                    note("work").run();
                    time.after(Duration.ofSeconds(5), note("what follows"));
                  }));
      time.after(Duration.ofSeconds(12), note("another"));

      time.advance(Duration.ofMinutes(1));

      assertThat(ran).containsExactly("work@10", "another@12", "what follows@15");
    } finally {
      workers.shutdownNow();
    }
  }

  @Test
  void whatWaitsForTheClockItselfDoesNotHoldIt() {
    VirtualTime impatient = VirtualTime.startingAt(Instant.EPOCH, Duration.ofMillis(20));
    Timers.Work work = impatient.begin();
    impatient.after(Duration.ofMinutes(5), work::end);

    impatient.advance(Duration.ofSeconds(299));
    impatient.advance(Duration.ofSeconds(1));

    assertThat(impatient.instant()).isEqualTo(Instant.ofEpochSecond(300));
    assertThat(impatient.pending()).isZero();
  }

  @Test
  void workWhoseWorkersAreGoneIsNoWork() {
    ExecutorService gone = Executors.newSingleThreadExecutor();
    gone.shutdownNow();

    assertThat(time.handOn(gone, note("never"))).isFalse();
    time.advance(Duration.ofSeconds(1));

    assertThat(ran).isEmpty();
  }

  @Test
  void timeThatFlowsRunsWhatIsDueByItselfAndCanBePutForward() throws Exception {
    try (VirtualTime flowing = VirtualTime.flowingFrom(Instant.EPOCH)) {
      CountDownLatch soon = new CountDownLatch(1);
      flowing.after(Duration.ofMillis(20), soon::countDown);
      assertThat(soon.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(flowing.instant()).isAfter(Instant.EPOCH);
      List<Instant> at = new ArrayList<>();
      Instant before = flowing.instant();
      flowing.after(Duration.ofHours(2), () -> at.add(flowing.instant()));

      flowing.advance(Duration.ofHours(3));

      assertThat(at).hasSize(1);
      assertThat(Duration.between(before, at.get(0)))
          .isBetween(Duration.ofHours(2), Duration.ofHours(2).plusSeconds(20));
      assertThat(flowing.instant()).isAfterOrEqualTo(before.plus(Duration.ofHours(3)));

      flowing.freeze();
      Instant frozen = flowing.instant();
      flowing.after(Duration.ZERO, () -> at.add(flowing.instant()));
      pause(20);
      assertThat(flowing.instant()).isEqualTo(frozen);
      assertThat(at).hasSize(1);
      flowing.advance(Duration.ZERO);
      assertThat(at).hasSize(2);
    }
  }

  @Test
  void whatIsDueBeforeAllOthersDoesNotWaitForThem() throws Exception {
    try (VirtualTime flowing = VirtualTime.flowingFrom(Instant.EPOCH)) {
      flowing.after(Duration.ofHours(2), note("last"));
      pause(20); // its thread sleeps until then
      CountDownLatch soon = new CountDownLatch(1);
      flowing.after(Duration.ofHours(3), note("after the last"));

      flowing.after(Duration.ofMillis(20), soon::countDown);

      assertThat(soon.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(ran).isEmpty();
    }
  }

  @Test
  void timeThatIsClosedForgetsWhatItIsGiven() {
    VirtualTime flowing = VirtualTime.flowingFrom(Instant.EPOCH);
    flowing.close();

    flowing.after(Duration.ZERO, note("never")).cancel();
    flowing.advance(Duration.ofDays(1));

    assertThat(ran).isEmpty();
  }

  private static void pause(int millis) {
    CompletableFuture<Void> moment = new CompletableFuture<>();
    moment.completeOnTimeout(null, millis, TimeUnit.MILLISECONDS).join();
  }
}
