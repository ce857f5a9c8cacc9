package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postroom.core.life.Lifeline;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.Workers;

/** Whoever listens can hurt nobody. */
final class AnnouncementsTest {
  private final Lifeline lifeline = new Lifeline();
  private final Workers workers = Workers.named("announcements", 4);
  private final Announcements announcements =
      new Announcements(VirtualTime.startingAt(Instant.EPOCH), workers, lifeline);
  private final List<Integer> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    workers.close();
  }

  /** Waits until all that was announced before is heard. */
  private void awaitAll() throws InterruptedException {
    CountDownLatch last = new CountDownLatch(1);
    announcements.announce(last::countDown);
    assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void areHeardInTheirOrderAndNeverTwoAtATime() throws Exception {
    List<Integer> all = IntStream.range(0, 1000).boxed().toList();

    all.forEach(i -> announcements.announce(() -> heard.add(i)));
    awaitAll();

    assertThat(heard).isEqualTo(all);
  }

  @Test
  void whatAListenerThrowsIsItsOwnAffair() throws Exception {
    announcements.announce(
        () -> {
          throw new AssertionError("a test's");
        });
    announcements.announce(() -> heard.add(1));
    awaitAll();
    assertThat(heard).containsExactly(1);
    assertThat(lifeline.death()).isEmpty();

    OutOfMemoryError fatal = new OutOfMemoryError("a test's");
    announcements.announce(
        () -> {
          throw fatal;
        });
    awaitAll();

    assertThat(lifeline.death().orElseThrow().cause()).isSameAs(fatal);
  }

  @Test
  void ofWhatASlowListenerHasNotHeardOnlySoMuchIsKept() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    announcements.announce(
        () -> {
          began.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();

    for (int i = 0; i < 10_100; i++) {
      int number = i;
      announcements.announce(() -> heard.add(number));
    }
    assertThat(heard).isEmpty();
    goOn.countDown();
    while (heard.size() < 10_000) {
      Thread.onSpinWait();
    }
    awaitAll();

    assertThat(heard).hasSize(10_000).endsWith(9_999);
  }

  @Test
  void nothingFailsWhenTheServerHasEnded() {
    workers.close();

    announcements.announce(() -> heard.add(1));
    announcements.announce(() -> heard.add(2));

    assertThat(heard).isEmpty();
  }
}
