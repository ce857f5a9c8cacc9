package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkersTest {

  @Test
  void neverHasMoreThreadsThanAllowedAndForgetsNothing() throws Exception {
    Set<String> names = ConcurrentHashMap.newKeySet();
    CountDownLatch done = new CountDownLatch(10_000);
    try (Workers workers = Workers.onPlatformThreads("w", 3)) {
      for (int i = 0; i < 10_000; i++) {
        workers.execute(
            () -> {
              names.add(Thread.currentThread().getName());
              done.countDown();
            });
      }

      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(names).hasSizeBetween(1, 3).allMatch(n -> n.startsWith("w-"));
  }

  @Test
  void startsAnotherThreadWhenAllAreBlocked() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    try (Workers workers = Workers.named("w", 2)) {
      workers.execute(
          () -> {
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      workers.execute(free::countDown);

      assertThat(free.await(10, TimeUnit.SECONDS)).isTrue();
      release.countDown();
    }
  }

  @Test
  void takesNothingAfterItsEnd() {
    Workers workers = Workers.onPlatformThreads("w", 2);
    workers.close();

    assertThatThrownBy(() -> workers.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
