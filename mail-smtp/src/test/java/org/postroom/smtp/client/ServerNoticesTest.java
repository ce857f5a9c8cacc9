package org.postroom.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.smtp.client.ScriptedServer.Manner;
import org.postroom.smtp.client.ScriptedServer.Step;

/** What the postmaster, who is ada here, hears of servers that mail goes to. */
@Timeout(60)
final class ServerNoticesTest {
  private static final Map<String, String> WANTED =
      Map.of(
          "notify_classes",
          "protocol",
          "error_notice_recipient",
          "ada@here.test",
          "smtp_tls_security_level",
          "none");

  private static RelayingHouse house(String... more) {
    Map<String, String> settings = new HashMap<>(WANTED);
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new RelayingHouse(Duration.ofMillis(20), settings);
  }

  private static List<String> notices(RelayingHouse house) {
    return house.inbox().stream().filter(mail -> mail.contains(" client: errors from ")).toList();
  }

  /** Answers that say that we are not understood, that are no refusal, or that are no answer. */
  @ParameterizedTest
  @CsvSource({
    "CONNECT, UNKNOWN, In:  500 5.5.1 Command unrecognized",
    "EHLO, UNKNOWN, In:  500 5.5.1 Command unrecognized",
    "MAIL, UNKNOWN, In:  500 5.5.1 Command unrecognized",
    "RCPT, UNKNOWN, In:  500 5.5.1 Command unrecognized",
    "DATA, UNKNOWN, In:  500 5.5.1 Command unrecognized",
    "DOT, UNKNOWN, In:  500 5.5.1 Command unrecognized",
    "RCPT, WRONG_CODE, In:  354 Go",
    "DATA, WRONG_CODE, In:  250 2.0.0 Ok",
    "CONNECT, OTHER_PROTOCOL, In:  unexpected reply: SSH-2.0-OpenSSH_9.2",
    "EHLO, GARBAGE, In:  unexpected reply: ",
    "RCPT, EMPTY_LINE, In:  unexpected reply: ",
    "DATA, ALL_AT_ONCE, In:  unexpected reply: more than was asked for",
    "MAIL, ENDLESS_LINES, In:  unexpected reply: more than 200 lines",
  })
  void hearsOfWhatNoServerMaySay(Step step, Manner manner, String said) {
    try (RelayingHouse house = house()) {
      house.far.at(step, manner);

      house.send("bob@far.test");
      house.until(() -> !notices(house).isEmpty());

      assertThat(notices(house))
          .singleElement()
          .asString()
          .contains("\r\nTo: Postmaster <ada@here.test>\r\n")
          .containsPattern(" SMTP client: errors from 127\\.0\\.0\\.1\\[127\\.0\\.0\\.1]:\\d+\r\n")
          .containsPattern(
              "\r\n\r\nUnexpected response from 127\\.0\\.0\\.1\\[127\\.0\\.0\\.1]:\\d+\\.\r\n\r\n"
                  + "Transcript of session follows.\r\n\r\n In:  ")
          .contains("\r\n " + said, "\r\nFor other details, see the local mail logfile\r\n")
          .doesNotContain("hello"); // of the content
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RCPT, NEVER",
    "RCPT, LATER",
    "DATA, LATER",
    "DOT, NEVER",
    "MAIL, BYE",
    "CONNECT, NEVER",
    "EHLO, DROP",
    "DOT, DROP",
  })
  void hearsOfNothingElse(Step step, Manner manner) {
    try (RelayingHouse house = house()) {
      house.far.at(step, manner);

      house.send("bob@far.test");
      house.pass(house::haveBeenTried);
      house.far.well();
      house.pass(() -> house.queued().isEmpty());

      assertThat(notices(house)).isEmpty();
    }
  }

  @Test
  void theTranscriptIsOfBothSides() {
    try (RelayingHouse house = house()) {
      house.far.at(Step.RCPT, Manner.UNKNOWN).offers("8BITMIME");

      house.send("bob@far.test");
      house.until(() -> !notices(house).isEmpty());

      assertThat(notices(house).get(0))
          .contains(
              """

               In:  220 far.test ESMTP
               Out: EHLO mail.here.test
               In:  250-far.test
               In:  250-8BITMIME
               In:  250 HELP
               Out: MAIL FROM:<ada@here.test>
               In:  250 2.1.0 Ok
               Out: RCPT TO:<bob@far.test>
               In:  500 5.5.1 Command unrecognized
               Out: RSET
               In:  250 2.0.0 Ok

              """
                  .replace("\n", "\r\n"));
    }
  }

  /** One notice of a session, however many of its mails fail; what follows is kept no more. */
  @Test
  void hearsOfASessionOnce() {
    try (RelayingHouse house = house()) {
      house.far.at(Step.RCPT, Manner.UNKNOWN);

      for (int i = 1; i <= 3; i++) {
        int reports = i;
        house.send("bob" + i + "@far.test");
        house.until(() -> house.inbox().size() == reports + 1); // and the notice
      }

      assertThat(house.far.heard).filteredOn(line -> line.startsWith("EHLO")).hasSize(1);
      assertThat(house.far.heard).filteredOn(line -> line.startsWith("RCPT")).hasSize(3);
      assertThat(notices(house)).singleElement().asString().contains("<bob1@").doesNotContain("2@");
    }
  }

  @Test
  void aLongSessionIsToldFromItsEnd() {
    try (RelayingHouse house = house()) {
      String[] recipients = new String[300];
      for (int i = 0; i < recipients.length; i++) {
        recipients[i] = "recipient" + i + "@far.test";
      }
      house.far.at(Step.DOT, Manner.UNKNOWN);

      house.send(recipients);
      house.until(() -> !notices(house).isEmpty());

      assertThat(notices(house).get(0))
          .contains("\r\n (what was said before is left out)\r\n", "In:  500 5.5.1 ")
          .hasSizeLessThan(8000);
    }
  }

  @Test
  void hearsOfNoneWhereHeDoesNotWantTo() {
    try (RelayingHouse house = house("notify_classes", "resource, software, data, policy")) {
      house.far.at(Step.RCPT, Manner.UNKNOWN);

      house.send("bob@far.test");
      house.until(() -> !house.inbox().isEmpty());

      assertThat(house.inbox()).singleElement().asString().contains("Status: 5.5.1");
    }
  }

  /** A notice that goes to such a server, or a report, is the cause of no other notice. */
  @ParameterizedTest
  @CsvSource({"''", "'inline:{ {double-bounce@mail.here.test=other@here.test} }'"})
  void aNoticeMakesNoOther(String generic) {
    try (RelayingHouse house =
        house("error_notice_recipient", "postmaster@far.test", "smtp_generic_maps", generic)) {
      house.far.at(Step.RCPT, Manner.UNKNOWN);

      house.send("bob@far.test");
      house.until(
          () ->
              house.far.heard.contains("RCPT TO:<postmaster@far.test>")
                  && house.queued().isEmpty());

      assertThat(house.far.heard).filteredOn(line -> line.startsWith("RCPT")).hasSize(2);
      assertThat(house.inbox()).singleElement().asString().contains("Status: 5.5.1");
    }
  }
}
