package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class RationTest {
  private Instant now = Instant.EPOCH;
  private final Ration ration = new Ration(2, Duration.ofMinutes(1), clock());

  private Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return now;
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  @Test
  void someAtOnceAndThenOneAMinute() {
    assertThat(ration.take()).isEqualTo(OptionalLong.of(0));
    assertThat(ration.take()).isEqualTo(OptionalLong.of(0));
    assertThat(ration.take()).isEmpty();
    now = now.plusSeconds(59);
    assertThat(ration.take()).isEmpty();

    now = now.plusSeconds(1);
    assertThat(ration.take()).isEqualTo(OptionalLong.of(2));
    assertThat(ration.take()).isEmpty();
  }

  @Test
  void whatIsNotTakenDoesNotAddUp() {
    now = now.plus(Duration.ofDays(9999));

    assertThat(ration.take()).isPresent();
    assertThat(ration.take()).isPresent();
    assertThat(ration.take()).isEmpty();
  }

  @Test
  void aClockThatGoesBackTakesNothingAway() {
    assertThat(ration.take()).isPresent();
    now = now.minus(Duration.ofDays(3));

    assertThat(ration.take()).isPresent();
  }
}
