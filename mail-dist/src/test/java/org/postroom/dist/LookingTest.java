package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postroom.core.time.VirtualTime;

/** When it is looked for what nobody tells of. */
final class LookingTest {
  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final AtomicInteger looks = new AtomicInteger();
  private final Looking looking =
      new Looking(time, Runnable::run, () -> Duration.ofSeconds(1), looks::incrementAndGet);

  @Test
  void whoSaysItAgainAndAgainPutsOffNoLook() {
    for (int i = 0; i < 200; i++) {
      looking.soon();
      time.advance(Duration.ofMillis(5));
    }

    assertThat(looks).hasValue(100);
  }

  @Test
  void looksLessAndLessOftenAndThenAtItsPace() {
    looking.soon();
    time.advance(Duration.ofMillis(10));
    assertThat(looks).hasValue(1);
    time.advance(Duration.ofMillis(620));
    assertThat(looks).hasValue(6);

    time.advance(Duration.ofMillis(4370));
    int before = looks.get();
    time.advance(Duration.ofSeconds(10));

    assertThat(looks).hasValue(before + 10);
    assertThat(time.pending()).isEqualTo(1);
  }

  @Test
  void whatComesWhileItLooksIsLookedForSoon() {
    Looking[] self = new Looking[1];
    self[0] =
        new Looking(
            time,
            Runnable::run,
            () -> Duration.ofSeconds(1),
            () -> {
              if (looks.incrementAndGet() == 1) {
                self[0].soon();
              }
            });
    self[0].soon();

    time.advance(Duration.ofMillis(20));

    assertThat(looks).hasValue(2);
  }

  @Test
  void noLookBeginsAfterItsEnd() {
    looking.soon();
    looking.close();
    looking.soon();

    time.advance(Duration.ofSeconds(5));

    assertThat(looks).hasValue(0);
    assertThat(time.pending()).isZero();
  }
}
