package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.smtp.server.Role;

@Timeout(60)
class SessionTest {
  @Test
  void answersTheSameWhereverTheInputIsCut() {
    String envelope = "MAIL FROM:<>\r\nRCPT TO:<ada@example.org>\r\nNOOP\r\nDATA\r\n";
    String content = "A: b\r\n\r\n.x\r\n..\r\nbare\nlf\n.\r\n\r\n.\r\nNOPE\r\nQUIT\r\n";
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_client_connection_count_limit", "0"))) {
      InetSocketAddress server = house.listen(Role.MX);
      List<String> whole = conversation(server, envelope, 0, content, 0);

      for (int cut = 1; cut < envelope.length(); cut++) {
        assertThat(conversation(server, envelope, cut, content, 0)).isEqualTo(whole);
      }
      for (int cut = 1; cut < content.length(); cut++) {
        assertThat(conversation(server, envelope, 0, content, cut)).isEqualTo(whole);
      }

      assertThat(whole).hasSize(7).last().isEqualTo("221 2.0.0 Bye");
      assertThat(house.inbox("ada@example.org"))
          .hasSize(envelope.length() + content.length() - 1)
          .allMatch(mail -> mail.endsWith("+0000\r\nA: b\r\n\r\nx\r\n.\r\nbare\r\nlf\r\n\r\n\r\n"));
    }
  }

  private static List<String> conversation(
      InetSocketAddress server, String envelope, int first, String content, int second) {
    try (Talk talk = new Talk(server)) {
      talk.reply();
      List<String> answers = new ArrayList<>();
      talk.raw(envelope.substring(0, first)).raw(envelope.substring(first));
      for (int i = 0; i < 4; i++) {
        answers.add(talk.reply());
      }
      talk.raw(content.substring(0, second)).raw(content.substring(second));
      answers.add(talk.reply().replaceAll("as .*", "as"));
      answers.add(talk.reply());
      answers.add(talk.reply());
      return answers;
    }
  }

  @Test
  void endsASessionThatSaysNothing() throws Exception {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_timeout", "20s"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      String last = house.whileTimePasses(talk::reply);

      assertThat(last).isEqualTo("421 4.4.2 mx.example.org Error: timeout exceeded");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void endsAMailThatTricklesIn() throws Exception {
    try (SmtpHouse house =
            SmtpHouse.with(Map.of("smtpd_timeout", "10s", "smtpd_min_data_rate", "100"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "ada@example.org");

      String last =
          house.whileTimePasses(
              () -> {
                for (int i = 0; i < 5; i++) {
                  talk.raw("x");
                }
                return talk.reply();
              });

      assertThat(last).isEqualTo("421 4.4.2 mx.example.org Error: timeout exceeded");
      assertThat(house.staged()).isZero();
    }
  }

  @Test
  void sendsAwayAClientWithTooManySessions() {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_client_connection_count_limit", "1"))) {
      InetSocketAddress server = house.listen(Role.MX);
      try (Talk first = Talk.greeted(server);
          Talk second = new Talk(server)) {
        assertThat(second.reply())
            .isEqualTo("421 4.7.0 Error: too many connections from 127.0.0.1");
        assertThat(first.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
      }
    }
  }

  @Test
  void sendsAwayAClientThatDoesNotWaitForEhlo() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = new Talk(house.listen(Role.MX))) {
      talk.reply();

      assertThat(talk.raw("EHLO x\r\nMAIL FROM:<>\r\n").reply())
          .isEqualTo("554 5.5.0 Error: SMTP protocol synchronization");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void refusesCommandLinesThatAreNone() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      assertThat(talk.raw("NOOP\n").reply()).isEqualTo("500 5.5.2 Error: bare <LF> received");
      assertThat(talk.raw("NO\rOP\r\n").reply()).isEqualTo("500 5.5.2 Error: bad syntax");
      assertThat(talk.raw("NOOP \0\r\n").reply()).isEqualTo("500 5.5.2 Error: bad syntax");
      assertThat(talk.ask("NOOP " + "x".repeat(2043))).isEqualTo("250 2.0.0 Ok");
      assertThat(talk.ask("NOOP " + "x".repeat(2044))).isEqualTo("500 5.5.2 Error: line too long");
      assertThat(talk.ask("NOOP " + "x".repeat(50_000)))
          .isEqualTo("500 5.5.2 Error: line too long");
      assertThat(talk.ask("")).isEqualTo("500 5.5.2 Error: command not recognized");
    }
  }

  @Test
  void saysGoodbyeWhenTheHouseCloses() {
    SmtpHouse house = SmtpHouse.with(Map.of());
    try (Talk talk = Talk.greeted(house.listen(Role.MX))) {
      house.close();

      assertThat(talk.reply())
          .isEqualTo("421 4.3.2 mx.example.org Service is going down, try again later");
    }
  }

  @Test
  void takesAMailOfTwentyFiveMegabytes() {
    String line = "0123456789".repeat(100) + "\r\n";
    try (SmtpHouse house = SmtpHouse.with(Map.of("message_size_limit", "52428800"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "ada@example.org");
      talk.raw("Subject: big\r\n\r\n");
      for (int i = 0; i < 25; i++) {
        talk.raw(line.repeat(1_000));
      }

      assertThat(talk.raw(".\r\n").reply()).startsWith("250 2.0.0");
      assertThat(house.inbox("ada@example.org").get(0)).endsWith(line.repeat(25_000));
    }
  }

  @Test
  void delaysTheAnswerToAWrongPassword() throws Exception {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_sasl_auth_enable", "yes"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      var before = house.time.instant();

      talk.line("AUTH PLAIN AGFkYUBleGFtcGxlLm9yZwB3cm9uZw==");
      String answer = house.whileTimePasses(talk::reply);

      assertThat(answer).isEqualTo("535 5.7.8 Error: authentication failed");
      assertThat(Duration.between(before, house.time.instant()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    }
  }
}
