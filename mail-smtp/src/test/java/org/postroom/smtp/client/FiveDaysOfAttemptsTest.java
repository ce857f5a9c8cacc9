package org.postroom.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.testing.Shows;
import org.postroom.smtp.client.ScriptedServer.Manner;
import org.postroom.smtp.client.ScriptedServer.Step;

/** A mail that nobody takes for five days, from the queue to the server's ear. */
@Timeout(120)
@Tag("seconds")
final class FiveDaysOfAttemptsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int RUNS = 20;

  /** All that can be seen of five days. */
  private record Seen(List<Instant> attempts, List<String> told) {}

  @Test
  @Shows({"A2.17", "A2.18"})
  void eachRunIsTheSameAndGoesByPostfixsFormula() {
    Seen first = run();

    assertThat(first.attempts()).isEqualTo(formula());
    assertThat(first.told()).hasSize(2);
    assertThat(first.told().get(0))
        .contains("\r\nDate: Tue, 24 Nov 2026 19:", "\r\nAction: delayed\r\n")
        .contains("\r\nWill-Retry-Until: Sun, 29 Nov 2026 15:00:00 +0000");
    assertThat(first.told().get(1))
        .contains("\r\nDate: Sun, 29 Nov 2026 15:", "\r\nAction: failed\r\nStatus: 4.4.7\r\n");
    for (int run = 1; run < RUNS; run++) {
      assertThat(run()).as("run %d", run).isEqualTo(first);
    }
  }

  private static Seen run() {
    try (RelayingHouse house =
        new RelayingHouse(
            PATIENCE, Map.of("smtp_tls_security_level", "none", "delay_warning_time", "4h"))) {
      house.far.at(Step.RCPT, Manner.LATER);
      house.send("bob@far.test");

      house.time.advance(Duration.ofDays(6));

      assertThat(house.queued()).isEmpty();
      return new Seen(List.copyOf(house.far.met), house.inbox());
    }
  }

  /** The wait is the mail's age, within 300 s and 4,000 s, for five days. */
  private static List<Instant> formula() {
    List<Instant> times = new ArrayList<>();
    Duration age = Duration.ZERO;
    while (true) {
      times.add(RelayingHouse.START.plus(age));
      if (age.compareTo(Duration.ofDays(5)) >= 0) {
        return times;
      }
      age = age.plusSeconds(Math.min(4000, Math.max(300, age.toSeconds())));
    }
  }
}
