package org.postroom.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class UninterruptedTest {
  private static final CountDownLatch GONE = new CountDownLatch(0);

  @AfterEach
  void clear() {
    boolean unused = Thread.interrupted();
  }

  @Test
  void whoIsInterruptedWaitsToTheEndAndIsInterruptedThen() throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    CountDownLatch again = new CountDownLatch(3);
    AtomicBoolean was = new AtomicBoolean();
    Thread waiting =
        new Thread(
            () -> {
              Uninterrupted.await(
                  () -> {
                    again.countDown();
                    over.await();
                  });
              was.set(Thread.interrupted() && over.getCount() == 0);
            });
    waiting.start();

    while (again.getCount() > 0) {
      waiting.interrupt();
      Thread.onSpinWait();
    }
    over.countDown();
    waiting.join();

    assertThat(was).isTrue();
  }

  @Test
  void whoIsInterruptedBeforehandWaitsAllTheSame() {
    AtomicInteger tries = new AtomicInteger();
    Thread.currentThread().interrupt();

    String come =
        Uninterrupted.awaited(
            () -> {
              GONE.await(); // throws where the thread is interrupted
              return "try " + tries.incrementAndGet();
            });

    assertThat(come).isEqualTo("try 1");
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }

  @Test
  void whoIsNotInterruptedIsNotSoAfterwards() {
    Uninterrupted.await(() -> {});

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void whatAWaitThrowsComesThroughAndTheInterruptIsKept() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(
            () ->
                Uninterrupted.await(
                    () -> {
                      GONE.await();
                      throw new IllegalStateException("too late");
                    }))
        .hasMessage("too late");
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }
}
