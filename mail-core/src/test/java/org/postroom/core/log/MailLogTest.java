package org.postroom.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.mail.QueueId;
import org.slf4j.event.EventRecordingLogger;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.SubstituteLogger;

final class MailLogTest {
  private final Queue<SubstituteLoggingEvent> lines = new ArrayDeque<>();
  private final MailLog log =
      new MailLog(new EventRecordingLogger(new SubstituteLogger("test", lines, true), lines));

  private String line() {
    SubstituteLoggingEvent event = lines.remove();
    return MessageFormatter.arrayFormat(event.getMessage(), event.getArgumentArray()).getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4, 0",
    "5, 0.01",
    "87, 0.09",
    "804, 0.8",
    "999, 1",
    "1049, 1",
    "1050, 1.1",
    "9940, 9.9",
    "9990, 10",
    "10000, 10",
    "10500, 11",
    "432000000, 432000"
  })
  void writesDelaysAsPeopleReadThem(long millis, String written) {
    attempt(Duration.ofMillis(millis), "250 2.0.0 Ok");

    assertThat(line())
        .isEqualTo(
            "0C1WRKCQQF5002: to=<ada@example.org>, relay=mx.example.org[192.0.2.1]:25, delay="
                + written
                + ", dsn=2.0.0, status=sent (250 2.0.0 Ok)");
  }

  @Test
  void whatTheFarSideSaysCannotBreakOutOfItsLine() {
    attempt(Duration.ZERO, "250 ok\r\n0C1WRKCQQF5002: to=<eve@example.org>, status=sent");

    assertThat(line()).doesNotContain("\r").doesNotContain("\n").contains("250 ok??0C1WRKCQ");
  }

  @Test
  void noArgumentOfAnyLineIsShownAsItsAuthorWroteIt() {
    String bad = "x\u202e\n";

    log.connected("s", bad);
    log.disconnected("s", bad, bad);
    log.brokenOff("s", bad, bad, bad);
    log.rejected("NOQUEUE", bad, bad, bad, bad, List.of(), bad, bad, bad);
    log.loggedIn("s", bad, bad, bad);
    log.loginFailed("s", bad, bad, bad, bad);
    log.suspicious("s", bad, bad, bad);
    log.fault("s", "storing", new IllegalStateException(bad));

    assertThat(lines).hasSize(8);
    while (!lines.isEmpty()) {
      assertThat(line()).contains("x??").doesNotContain("\n").doesNotContain("\u202e");
    }
  }

  private void attempt(Duration delay, String said) {
    log.attempted(
        new QueueId("0C1WRKCQQF5002"),
        Address.parse("ada@example.org"),
        "mx.example.org[192.0.2.1]:25",
        delay,
        "2.0.0",
        "sent",
        said);
  }
}
