package org.postroom.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.smtp.client.ScriptedServer.Manner;
import org.postroom.smtp.client.ScriptedServer.Step;

/**
 * Whatever a server does at whatever step: the mail is delivered, returned or tried again, what the
 * queue says of it is one line that can be read, and nobody else's mail waits.
 */
@Timeout(60)
@Tag("seconds")
@Execution(ExecutionMode.CONCURRENT) // each has a house of its own, and waits most of the time
final class MisbehavingServerTest {
  private static final Duration PATIENCE = Duration.ofMillis(20);

  /** What must not stand in what people read. */
  private static final String HIDDEN = "\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}";

  /**
   * What becomes of the mail at its first attempt: {@code d} is delivered, {@code r} returned with
   * that status, and a status alone is why it waits.
   */
  private static final String TABLE =
      """
                      CONNECT  EHLO   MAIL    RCPT    DATA    DOT
      DROP            4.4.1    4.4.1  4.4.2   4.4.2   4.4.2   4.4.2
      HALF_DROP       4.4.1    4.4.1  4.4.2   4.4.2   4.4.2   4.4.2
      CUT_OFF         4.4.1    4.4.1  4.4.2   4.4.2   4.4.2   4.4.2
      SILENT          4.4.1    4.4.1  4.4.2   4.4.2   4.4.2   4.4.2
      HALF            4.4.1    4.4.1  4.4.2   4.4.2   4.4.2   4.4.2
      DRIP            4.4.1    4.4.1  4.4.2   4.4.2   4.4.2   4.4.2
      DRIP_LINES      4.4.1    4.4.1  4.4.2   4.4.2   4.4.2   4.4.2
      LATER           4.4.1    4.4.1  4.2.0   4.2.0   4.2.0   4.2.0
      NEVER           4.4.1    4.4.1  r5.7.1  r5.7.1  r5.7.1  r5.7.1
      BYE             4.4.1    4.4.1  4.3.2   4.3.2   4.3.2   4.3.2
      ENDLESS_LINES   4.4.1    4.4.1  4.0.0   4.0.0   4.0.0   4.0.0
      ENDLESS_LINE    d        4.4.2  4.4.2   4.4.2   4.4.2   d
      LONG_LINE       d        d      d       d       d       d
      TWICE           4.0.0    4.0.0  4.0.0   4.0.0   4.0.0   d
      ALL_AT_ONCE     4.0.0    4.0.0  4.0.0   4.0.0   4.0.0   d
      GARBAGE         4.4.1    4.4.1  4.0.0   4.0.0   4.0.0   4.0.0
      NULS            4.4.1    4.4.1  4.0.0   4.0.0   4.0.0   4.0.0
      NUL_WITHIN      d        d      d       d       d       d
      CONTROLS        4.4.1    4.4.1  r5.1.1  r5.1.1  r5.1.1  r5.1.1
      BARE_LF         d        d      d       d       d       d
      EMPTY_LINE      4.4.1    4.4.1  4.0.0   4.0.0   4.0.0   4.0.0
      OTHER_PROTOCOL  4.4.1    4.4.1  4.0.0   4.0.0   4.0.0   4.0.0
      WRONG_CODE      4.4.1    4.4.1  4.0.0   4.0.0   4.0.0   4.0.0
      """;

  static Stream<Arguments> cells() {
    List<Arguments> cells = new ArrayList<>();
    String[] rows = TABLE.split("\n");
    String[] steps = rows[0].trim().split(" +");
    for (String row : List.of(rows).subList(1, rows.length)) {
      String[] words = row.trim().split(" +");
      for (int i = 0; i < steps.length; i++) {
        Step step = Step.valueOf(steps[i]);
        cells.add(Arguments.of(step, Manner.valueOf(words[0]), true, words[i + 1]));
        cells.add(Arguments.of(step, Manner.valueOf(words[0]), false, words[i + 1]));
      }
    }
    return cells.stream();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void whateverItDoesNothingIsLostAndNobodyElseWaits(
      Step step, Manner manner, boolean pipelining, String expected) {
    try (RelayingHouse house =
        new RelayingHouse(PATIENCE, Map.of("smtp_tls_security_level", "none"))) {
      house.far.offers(pipelining ? "PIPELINING" : "8BITMIME").at(step, manner);

      house.send("bob@far.test");
      house.until(() -> !house.far.met.isEmpty());
      house.send("carol@other.test");
      house.until(() -> house.other.taken.size() == 1);
      house.pass(house::haveBeenTried);

      List<QueuedRecipient> waiting = house.queued();
      List<String> told = house.inbox();
      assertThat(outcome(house)).isEqualTo(expected);
      assertThat(waiting)
          .allSatisfy(
              one ->
                  assertThat(one.lastReason())
                      .hasSizeLessThan(5_000)
                      .doesNotMatch("(?s).*[" + HIDDEN + "].*"));
      assertThat(told)
          .allSatisfy(
              report -> assertThat(report).doesNotMatch("(?s).*[" + HIDDEN + "&&[^\r\n\t]].*"));
      assertThat(told).hasSize(expected.startsWith("r") ? 1 : 0);

      house.far.well();
      house.pass(() -> house.queued().isEmpty());
      assertThat(house.inbox()).isEqualTo(told);
      boolean saidSo = step == Step.DOT && expected.equals("d"); // in its manner
      if (!expected.startsWith("r") && !saidSo) {
        assertThat(house.far.taken).as("it is taken in the end").isNotEmpty();
        assertThat(house.far.taken.get(0)).endsWith(RelayingHouse.CONTENT);
      }
    }
  }

  /** Where TLS is a must: nothing of the mail is said before it is there. */
  @ParameterizedTest
  @CsvSource({
    "DROP, 4.4.1",
    "HALF_DROP, 4.4.1",
    "SILENT, 4.4.1",
    "LATER, 4.7.4",
    "NEVER, 4.7.4",
    "GARBAGE, 4.7.4",
    "NULS, 4.7.4",
    "WRONG_CODE, 4.7.4",
    "ENDLESS_LINES, 4.7.4",
    "NO_HANDSHAKE, 4.7.5",
    "NO_HELLO, 4.7.5",
    "TWICE, 4.7.5",
    "HANDSHAKE_DROP, 4.7.5",
  })
  void whateverItDoesAtStartTlsTheMailWaits(Manner manner, String expected) {
    try (RelayingHouse house =
        new RelayingHouse(PATIENCE, Map.of("smtp_tls_security_level", "encrypt"))) {
      house.far.offers("STARTTLS", "PIPELINING", "8BITMIME").at(Step.STARTTLS, manner);
      house.other.offers("STARTTLS", "8BITMIME");

      house.send("bob@far.test");
      house.until(() -> !house.far.met.isEmpty());
      house.send("carol@other.test");
      house.until(() -> house.other.taken.size() == 1);
      house.pass(house::haveBeenTried);

      assertThat(outcome(house)).isEqualTo(expected);
      assertThat(house.far.heard).noneMatch(line -> line.startsWith("MAIL"));
      house.far.well();
      house.pass(() -> house.queued().isEmpty());
      assertThat(house.inbox()).isEmpty();
      assertThat(house.far.taken).singleElement().asString().endsWith(RelayingHouse.CONTENT);
    }
  }

  private static String outcome(RelayingHouse house) {
    List<String> told = house.inbox();
    if (!house.queued().isEmpty()) {
      return house.queued().get(0).lastReason().split(" ", 2)[0];
    }
    if (told.isEmpty()) {
      return "d";
    }
    String report = told.get(0);
    assertThat(report).contains("\r\nAction: failed\r\n", "\r\nFinal-Recipient: rfc822; bob@far");
    int status = report.indexOf("\r\nStatus: ") + 10;
    return "r" + report.substring(status, report.indexOf('\r', status));
  }
}
