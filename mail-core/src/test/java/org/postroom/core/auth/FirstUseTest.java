package org.postroom.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.Until;

/** Whoever would come first to Bouncy Castle waits for a thread that ends. */
final class FirstUseTest {

  @Test
  void whoIsInterruptedWaitsTooAndStaysInterrupted() {
    CountDownLatch over = new CountDownLatch(1);
    AtomicBoolean made = new AtomicBoolean();
    Thread first =
        new Thread(
            () -> {
              Until.aMoment();
              made.set(true);
              over.countDown();
            });
    Thread.currentThread().interrupt();
    first.start();

    FirstUse.await(over);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(made).isTrue();
  }
}
