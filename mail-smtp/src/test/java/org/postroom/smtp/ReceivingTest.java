package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;
import org.postroom.smtp.server.Role;

@Timeout(60)
class ReceivingTest {
  @Test
  void keepsWhatItAccepts() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("eve@elsewhere.example", "ada@example.org");

      String answer = talk.raw("Subject: hi\r\n\r\n..dot\r\nlast\r\n.\r\n").reply();

      assertThat(answer).startsWith("250 2.0.0 Ok: queued as ");
      assertThat(house.inbox("ada@example.org"))
          .singleElement()
          .asString()
          .startsWith(
              "Return-Path: <eve@elsewhere.example>\r\nDelivered-To: ada@example.org\r\n"
                  + "Received: from client.example (localhost [127.0.0.1])\r\n\tby mx.example.org")
          .contains("with ESMTP id " + answer.substring(24))
          .contains("\r\n\tfor <ada@example.org>;")
          .endsWith("\r\nSubject: hi\r\n\r\n.dot\r\nlast\r\n");
    }
  }

  @Test
  void takesAnEmptyMail() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "ada@example.org");

      assertThat(talk.raw(".\r\n").reply()).startsWith("250 2.0.0");
      assertThat(house.inbox("ada@example.org")).hasSize(1);
    }
  }

  /** What is no end of a mail does not make two mails of one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r",
        "\n.\r",
        "\r.\n",
        "\r\n\0.\r\n",
        "\r\n.\0\r\n"
      })
  void isNotTalkedIntoTwoMails(String sequence) {
    String smuggled =
        String.join(
            "\r\n",
            "MAIL FROM:<admin@example.org>",
            "RCPT TO:<bob@example.org>",
            "DATA",
            "Subject: smuggled",
            "",
            "evil");
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("eve@elsewhere.example", "ada@example.org");

      String first = talk.raw("a" + sequence + smuggled + "\r\n.\r\n").reply();
      String next = talk.ask("NOOP");

      assertThat(first).startsWith("250 2.0.0 Ok: queued as");
      assertThat(next).isEqualTo("250 2.0.0 Ok");
      assertThat(house.inbox("bob@example.org")).isEmpty();
      assertThat(house.inbox("ada@example.org"))
          .singleElement()
          .asString()
          .endsWith("\r\nevil\r\n")
          .doesNotContainPattern("\r(?!\n)|(?<!\r)\n");
    }
  }

  @Test
  void refusesBareLineFeedsWhenAsked() {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_forbid_bare_newline", "reject"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("eve@elsewhere.example", "ada@example.org");

      String answer = talk.raw("a\nb\r\n.\r\nNOOP\r\n").reply();

      assertThat(answer).startsWith("550 5.5.2 mx.example.org Error: bare <LF> received");
      assertThat(talk.isOver()).isTrue();
      assertThat(house.inbox("ada@example.org")).isEmpty();
      assertThat(house.staged()).isZero();
    }
  }

  @Test
  void goesOnBehindAMailThatIsTooBig() {
    try (SmtpHouse house = SmtpHouse.with(Map.of("message_size_limit", "1000"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("eve@elsewhere.example", "ada@example.org");

      String big =
          talk.raw("Q".repeat(900) + "\r\nQUIT\r\n" + "x".repeat(99) + "\r\n.\r\n").reply();
      String announced = talk.ask("MAIL FROM:<eve@elsewhere.example> SIZE=1001");
      String within = talk.ask("MAIL FROM:<eve@elsewhere.example> SIZE=1000");

      assertThat(big).isEqualTo("552 5.3.4 Error: message file too big");
      assertThat(announced).isEqualTo("552 5.3.4 Message size exceeds fixed limit");
      assertThat(within).isEqualTo("250 2.1.0 Ok");
      assertThat(house.inbox("ada@example.org")).isEmpty();
      assertThat(house.staged()).isZero();
    }
  }

  @Test
  void saysWithTheChunkThatIsOneTooManyThatTheMailIsTooBig() {
    try (SmtpHouse house = SmtpHouse.with(Map.of("message_size_limit", "1000"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<>");
      talk.ask("RCPT TO:<ada@example.org>");

      assertThat(talk.raw("BDAT 600\r\n" + "x".repeat(600)).reply())
          .isEqualTo("250 2.0.0 Ok: 600 bytes");
      assertThat(talk.raw("BDAT 600\r\n" + "x".repeat(600)).reply())
          .isEqualTo("552 5.3.4 Error: message file too big");
      assertThat(talk.raw("BDAT 6\r\nRSET\r\n").reply())
          .isEqualTo("551 5.0.0 Discarded 6 bytes after earlier error");
      assertThat(talk.ask("MAIL FROM:<>")).startsWith("503 5.5.1 Error: nested MAIL");
      assertThat(talk.ask("RCPT TO:<ada@example.org>")).startsWith("503 5.5.1");
      assertThat(talk.raw("BDAT 4 LAST\r\nQUIT").reply())
          .isEqualTo("551 5.0.0 Discarded 4 bytes after earlier error");

      assertThat(talk.ask("MAIL FROM:<>")).isEqualTo("250 2.1.0 Ok");
      talk.ask("RCPT TO:<ada@example.org>");
      assertThat(talk.raw("BDAT 1200 LAST\r\n" + "x".repeat(1200)).reply())
          .isEqualTo("552 5.3.4 Error: message file too big");
      assertThat(talk.ask("MAIL FROM:<>")).isEqualTo("250 2.1.0 Ok");
      assertThat(house.inbox("ada@example.org")).isEmpty();
      assertThat(house.staged()).isZero();
    }
  }

  @Test
  void cutsMailThatRunsInCircles() {
    String hop = "Received: from a by b; Tue, 24 Nov 2026 15:00:00 +0000\r\n";
    try (SmtpHouse house = SmtpHouse.with(Map.of("hopcount_limit", "5"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "ada@example.org");
      String over =
          talk.raw(hop.repeat(3) + "Delivered-To: x@y\r\n".repeat(3) + "\r\n.\r\n").reply();
      talk.toData("", "ada@example.org");
      String within = talk.raw(hop.repeat(5) + "\r\n" + hop + ".\r\n").reply();

      assertThat(over).isEqualTo("554 5.4.6 Error: too many hops");
      assertThat(within).startsWith("250 2.0.0");
    }
  }

  @Test
  void forgetsAMailWhoseClientIsCutOff() {
    try (SmtpHouse house = SmtpHouse.with(Map.of())) {
      try (Talk talk = Talk.greeted(house.listen(Role.MX))) {
        talk.toData("eve@elsewhere.example", "ada@example.org");
        talk.raw("Subject: half\r\n\r\nhalf a mail\r\n");
      }
      try (Talk other = Talk.greeted(house.listen(Role.MX))) {
        other.toData("eve@elsewhere.example", "ada@example.org");
        other.raw("Subject: whole\r\n\r\n\r\n.\r\n").reply();
      }

      assertThat(house.inbox("ada@example.org")).singleElement().asString().contains("whole");
    }
  }

  @Test
  void takesChunks() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<eve@elsewhere.example>");
      talk.ask("RCPT TO:<ada@example.org>");

      String first = talk.raw("BDAT 14\r\nSubject: x\r\n\r\n").reply();
      String second = talk.raw("BDAT 9 LAST\r\n.\r\na\r\n.\r\n").reply();

      assertThat(first).isEqualTo("250 2.0.0 Ok: 14 bytes");
      assertThat(second).startsWith("250 2.0.0 Ok: queued as");
      assertThat(house.inbox("ada@example.org"))
          .singleElement()
          .asString()
          .endsWith("Subject: x\r\n\r\n.\r\na\r\n.\r\n");
    }
  }

  @Test
  void swallowsAChunkNobodyAskedFor() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      String answer = talk.raw("BDAT 20\r\nMAIL FROM:<a@b.c>\r\n\n").reply();

      assertThat(answer).isEqualTo("503 5.5.1 Error: need MAIL command");
      assertThat(talk.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
    }
  }

  @Test
  void swallowsAChunkThatComesBeforeTls() {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_tls_security_level", "encrypt"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      String answer = talk.raw("BDAT 20\r\nMAIL FROM:<a@b.c>\r\n\n").reply();

      assertThat(answer).isEqualTo("503 5.5.1 Error: need MAIL command");
      assertThat(talk.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
    }
  }

  /** Content that cannot be staged must not run on as commands. */
  @Test
  void hangsUpWhenChunksCannotBeStaged() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<>");
      talk.ask("RCPT TO:<ada@example.org>");
      house.fillDisk();

      String answer = talk.raw("BDAT 6\r\nNOOP\r\nNOOP\r\n").reply();

      assertThat(answer).startsWith("421 4.3.0");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void asksToComeAgainWhenTheDiskIsFull() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<>");
      talk.ask("RCPT TO:<ada@example.org>");
      house.fillDisk();

      assertThat(talk.ask("DATA")).isEqualTo("452 4.3.1 Insufficient system storage");
      assertThat(talk.ask("MAIL FROM:<>")).isEqualTo("250 2.1.0 Ok");
    }
  }

  @Test
  void hangsUpWhenAChunkHasNoLength() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      assertThat(talk.raw("BDAT x\r\nNOOP\r\n").reply()).startsWith("501 5.5.4");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void queuesMailForElsewhereFromItsUsersOnly() {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_sasl_auth_enable", "yes"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<ada@example.org>");
      String stranger = talk.ask("RCPT TO:<x@far.example>");
      talk.ask("RSET");
      talk.ask("AUTH PLAIN AGFkYUBleGFtcGxlLm9yZwBzZWNyZXQ=");
      talk.toData("ada@example.org", "x@far.example");
      String answer = talk.raw("Subject: out\r\n\r\n.\r\n").reply();

      assertThat(stranger).isEqualTo("554 5.7.1 <x@far.example>: Relay access denied");
      assertThat(answer).startsWith("250 2.0.0");
      assertThat(house.queued()).hasSize(1);
    }
  }

  @Test
  void answersPipelinedCommandsInOrder() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.raw(
          String.join(
              "\r\n",
              "MAIL FROM:<>",
              "RCPT TO:<nobody@example.org>",
              "RCPT TO:<ada@example.org>",
              "RCPT TO:<bob@example.org>",
              "DATA",
              ""));

      List<String> answers =
          List.of(talk.reply(), talk.reply(), talk.reply(), talk.reply(), talk.reply());
      talk.raw("one for two\r\n.\r\nMAIL FROM:<>\r\nNOOP\r\n");

      assertThat(answers)
          .containsExactly(
              "250 2.1.0 Ok",
              "550 5.1.1 <nobody@example.org>: Recipient address rejected:"
                  + " User unknown in local recipient table",
              "250 2.1.5 Ok",
              "250 2.1.5 Ok",
              "354 End data with <CR><LF>.<CR><LF>");
      assertThat(talk.reply()).startsWith("250 2.0.0 Ok: queued as");
      assertThat(talk.reply()).isEqualTo("250 2.1.0 Ok");
      assertThat(talk.reply()).isEqualTo("250 2.0.0 Ok");
      assertThat(house.inbox("ada@example.org").get(0)).doesNotContain("\tfor <");
      assertThat(house.inbox("bob@example.org")).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "550, nobody@example.org, 550 5.1.1",
    "450, nobody@example.org, 450 4.1.1",
  })
  @Shows("A3.12")
  void refusesWhoIsNotHereWithTheCodeOfTheClass(String code, String recipient, String reply) {
    try (SmtpHouse house =
            SmtpHouse.with(
                Map.of(
                    "unknown_virtual_mailbox_reject_code", code,
                    "unknown_local_recipient_reject_code", code));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<eve@elsewhere.example>");

      assertThat(talk.ask("RCPT TO:<" + recipient + ">"))
          .startsWith(reply + " <" + recipient + ">: Recipient address rejected: ");
    }
  }
}
