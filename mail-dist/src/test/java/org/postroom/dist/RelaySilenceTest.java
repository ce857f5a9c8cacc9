package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The next server says nothing any more, at whatever step: we wait as long as settings say. */
@Tag("two-clocks")
final class RelaySilenceTest {
  // An attempt waits for the clock here, always.
  private final RelayHouse house = RelayHouse.impatient();
  private final RelayHop hop = house.relayhost();

  @AfterEach
  void stop() {
    house.close();
  }

  @ParameterizedTest
  @CsvSource({"CONNECT, 300", "EHLO, 300", "MAIL, 300", "RCPT, 300", "DATA, 120", "., 600"})
  void aServerThatFallsSilentIsAskedAgainLater(String line, int seconds) throws Exception {
    house.start();
    hop.always(line, RelayHop.SILENCE);

    house.send(BOB, MESSAGE);
    awaitSilenceAt(line);
    house.passUntilAttempts(Duration.ofSeconds(seconds), 1);

    assertThat(house.queued(BOB).lastReason()).startsWith("4.4.");
    hop.well();
    house.retryUntilEmpty();
    assertThat(hop.await().to()).containsExactly(BOB);
    assertThat(hop.unread()).isZero();
    assertThat(house.inbox()).isEmpty();
  }

  /** All others have an hour, which does not pass. */
  @ParameterizedTest
  @CsvSource({
    "CONNECT, smtp_helo_timeout",
    "EHLO, smtp_helo_timeout",
    "STARTTLS, smtp_starttls_timeout",
    "MAIL, smtp_mail_timeout",
    "RCPT, smtp_rcpt_timeout",
    "DATA, smtp_data_init_timeout",
    "., smtp_data_done_timeout",
    "RSET, smtp_rset_timeout",
  })
  void eachStepHasItsTime(String silent, String parameter) throws Exception {
    for (String step :
        List.of(
            "helo", "starttls", "mail", "rcpt", "data_init", "data_xfer", "data_done", "rset")) {
      house.set("smtp_" + step + "_timeout", "1h");
    }
    house.set(parameter, "10s").start();
    hop.offers("8BITMIME", "STARTTLS").always("STARTTLS", "454 4.7.0 Not now");
    if (silent.equals("RSET")) {
      hop.always("DATA", "451 4.3.0 Not well");
    }
    hop.always(silent, RelayHop.SILENCE);

    house.send(BOB, MESSAGE);
    awaitSilenceAt(silent);
    house.passUntilAttempts(Duration.ofSeconds(10), 1);

    assertThat(house.queued(BOB).lastReason()).startsWith("4.");
  }

  private void awaitSilenceAt(String step) {
    house.until(
        () ->
            step.equals("CONNECT")
                ? !hop.visits().isEmpty()
                : hop.heard().stream().anyMatch(line -> line.startsWith(step)));
  }
}
