package org.postroom.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {
  private Instant now = Instant.parse("2026-11-24T15:00:00Z");
  private final LoginThrottle throttle = new LoginThrottle(new TestClock(), 100);

  @Test
  void delaysGrowToALimit() {
    for (int seconds : new int[] {2, 4, 8, 16, 32, 64, 64}) {
      assertThat(throttle.failed(address("192.0.2.1"), "ada"))
          .isEqualTo(Duration.ofSeconds(seconds));
    }
  }

  @Test
  void countsForTheNetworkAndForTheAccount() {
    throttle.failed(address("192.0.2.1"), "ada");

    assertThat(throttle.delay(address("192.0.2.99"), "bob")).isEqualTo(Duration.ofSeconds(2));
    assertThat(throttle.delay(address("198.51.100.1"), "ADA")).isEqualTo(Duration.ofSeconds(2));
    assertThat(throttle.delay(address("198.51.100.1"), "bob")).isZero();
  }

  @Test
  void aSuccessClearsTheAccountNotTheNetwork() {
    throttle.failed(address("2001:db8::1"), "ada");

    throttle.succeeded("ada");

    assertThat(throttle.delay(address("198.51.100.1"), "ada")).isZero();
    assertThat(throttle.delay(address("2001:db8::2"), "ada")).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void forgetsAfterAQuarterOfAnHour() {
    throttle.failed(address("192.0.2.1"), "ada");

    now = now.plus(Duration.ofMinutes(16));

    assertThat(throttle.delay(address("192.0.2.1"), "ada")).isZero();
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private final class TestClock extends Clock {
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
      return Clock.fixed(now, zone);
    }
  }
}
