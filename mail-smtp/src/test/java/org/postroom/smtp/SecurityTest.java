package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.HandshakeTries;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.TestTls;
import org.postroom.smtp.server.Role;
import org.subethamail.smtp.client.PlainAuthenticator;
import org.subethamail.smtp.client.SmartClient;

@Timeout(60)
class SecurityTest {
  private static final String AUTH = "AUTH PLAIN AGFkYUBleGFtcGxlLm9yZwBzZWNyZXQ=";

  /** CVE-2011-0411. */
  @Test
  @Shows("A6.2")
  void doesNotTakePlaintextBehindStarttls() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      String answer = talk.raw("STARTTLS\r\nRSET\r\n").reply();

      assertThat(answer).isEqualTo("554 5.5.0 Error: SMTP protocol synchronization");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void forgetsEverythingSaidInClear() throws Exception {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_sasl_auth_enable", "yes"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask(AUTH);
      talk.ask("MAIL FROM:<ada@example.org>");
      talk.ask("STARTTLS");
      talk.tls();

      assertThat(talk.ask("RCPT TO:<ada@example.org>"))
          .isEqualTo("503 5.5.1 Error: need MAIL command");
      assertThat(talk.ask("MAIL FROM:<ada@example.org> SIZE=1"))
          .isEqualTo("555 5.5.4 Unsupported option: SIZE");
      assertThat(talk.ask("EHLO again.example")).contains("AUTH ").doesNotContain("STARTTLS");
      assertThat(talk.ask("STARTTLS")).isEqualTo("503 5.5.1 Error: TLS already active");
      talk.ask("MAIL FROM:<ada@example.org>");
      assertThat(talk.ask("RCPT TO:<x@far.example>")).startsWith("554 5.7.1");
    }
  }

  @Test
  void aClientHelloRightBehindTheAnswerIsNeverLost() throws Exception {
    try (SmtpHouse house = SmtpHouse.with(Map.of())) {
      assertThat(
              HandshakeTries.of(house.listen(Role.SUBMISSION), "STARTTLS\r\n", "220 2.0.0")
                  .failures(HandshakeTries.MANY, 3))
          .isEmpty();
    }
  }

  /** One that would end with the first error that is answered after no time at all. */
  @Test
  void answersErrorsAfterNoTimeAtAllWhereItIsToldTo() throws Exception {
    Map<String, String> settings =
        Map.of("smtpd_error_sleep_time", "0s", "smtpd_soft_error_limit", "1");
    try (SmtpHouse house = SmtpHouse.with(settings)) {
      InetSocketAddress address = house.listen(Role.MX);
      for (int i = 0; i < HandshakeTries.MANY; i++) {
        try (Talk talk = Talk.greeted(address)) {
          for (int line = 0; line < 4; line++) {
            assertThat(talk.ask("NONSENSE")).startsWith("500 5.5.2");
          }
          assertThat(talk.ask("QUIT")).startsWith("221");
        }
      }
    }
  }

  @Test
  void writesTheProtocolItWasSpokenTo() throws Exception {
    Map<String, String> settings =
        Map.of("smtpd_tls_received_header", "yes", "smtpd_sasl_authenticated_header", "yes");
    try (SmtpHouse house = SmtpHouse.with(settings);
        Talk talk = Talk.greeted(house.listen(Role.SUBMISSION))) {
      talk.ask("STARTTLS");
      talk.tls();
      talk.ask("EHLO laptop.example");
      talk.ask(AUTH);
      talk.toData("ada@example.org", "bob@example.org");
      talk.raw("From: ada@example.org\r\n\r\n.\r\n").reply();

      assertThat(house.inbox("bob@example.org").get(0))
          .containsPattern(
              "\\(using TLSv1\\.3 with cipher TLS_\\w+ \\((128|256)/\\1 bits\\)\\)\r\n")
          .contains("(Authenticated sender: ada@example.org)")
          .contains(" with ESMTPSA id ");
    }
  }

  /** RFC 8689, 3. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void offersRequireTlsUnderTlsWhereItIsOn(boolean on) throws Exception {
    try (SmtpHouse house = SmtpHouse.with(Map.of("requiretls_enable", on ? "yes" : "no"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("STARTTLS");
      talk.tls();

      assertThat(talk.ask("EHLO mx.example").contains("250-REQUIRETLS\n")).isEqualTo(on);
      assertThat(talk.ask("MAIL FROM:<eve@elsewhere.example> REQUIRETLS"))
          .startsWith(on ? "250 2.1.0" : "555 5.5.4");
    }
  }

  @Test
  void addsWhatASubmittedMailLacksAndHidesBcc() {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_tls_auth_only", "no"));
        Talk talk = Talk.greeted(house.listen(Role.SUBMISSION))) {
      talk.ask(AUTH);
      talk.toData("ada@example.org", "bob@example.org");
      talk.raw("Subject: x\r\nBcc: eve@secret.example,\r\n mallory@secret.example\r\n");
      talk.raw("To: bob@example.org\r\n\r\nBcc: stays\r\n.\r\n").reply();
      talk.toData("ada@example.org", "bob@example.org");
      talk.raw("no header at all\r\n.\r\n").reply();
      String complete = "DATE: x\r\nmessage-id : <1@x>\r\nFrom:\r\n a@b\r\n\r\n";
      talk.toData("ada@example.org", "bob@example.org");
      talk.raw(complete + ".\r\n").reply();

      assertThat(house.inbox("bob@example.org").get(0))
          .doesNotContain("secret.example")
          .contains("\r\nDate: Tue, 24 Nov 2026 15:00:00 +0000\r\nMessage-ID: <")
          .endsWith(
              String.join(
                  "\r\n",
                  "@mx.example.org>",
                  "From: ada@example.org",
                  "Subject: x",
                  "To: bob@example.org",
                  "",
                  "Bcc: stays",
                  ""));
      assertThat(house.inbox("bob@example.org").get(1))
          .endsWith("From: ada@example.org\r\n\r\nno header at all\r\n");
      assertThat(house.inbox("bob@example.org").get(2)).endsWith("+0000\r\n" + complete);
    }
  }

  @Test
  void leavesMailFromElsewhereAlone() {
    String content = "X: 1\r\n \t\r\n\r\nbody\r\n";
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "bob@example.org");
      talk.raw(content + ".\r\n").reply();

      assertThat(house.inbox("bob@example.org").get(0)).endsWith("+0000\r\n" + content);
    }
  }

  @Test
  void cannotBeToldToWriteHeaders() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = new Talk(house.listen(Role.MX))) {
      talk.reply();
      String control = talk.ask("EHLO a\rX-Evil: 1");
      talk.ask("EHLO a) by evil (x [192.0.2.1]) with SMTP id 1; (\"");
      talk.toData("", "ada@example.org");
      talk.raw("\r\n.\r\n").reply();

      assertThat(control).isEqualTo("500 5.5.2 Error: bad syntax: control characters");
      assertThat(house.inbox("ada@example.org").get(0))
          .contains("from a??by?evil??x?[192.0.2.1]??with?SMTP?id?1???? (localhost [127.0.0.1])");
    }
  }

  @Test
  @Shows("A5.7")
  void speaksTlsFromTheFirstOctetWhereItIsImplicit() throws Exception {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = new Talk(house.listen(Role.SUBMISSIONS)).tls()) {
      assertThat(talk.reply()).startsWith("220 ");
      assertThat(talk.ask("EHLO x"))
          .contains("AUTH SCRAM-SHA-256 PLAIN LOGIN")
          .doesNotContain("STARTTLS");
    }
  }

  @Test
  void servesAStrangersClient() throws Exception {
    try (SmtpHouse house = SmtpHouse.with(Map.of())) {
      int port = house.listen(Role.SUBMISSION).getPort();
      SmartClient client =
          SmartClient.createAndConnect(
              "localhost",
              port,
              Optional.empty(),
              "laptop.example",
              Optional.empty(),
              Optional.of(TestTls.trusting().getSocketFactory()));
      client.startTLS();
      new PlainAuthenticator(client, "ada@example.org", "secret").authenticate();
      client.from("ada@example.org");
      client.to("bob@example.org");
      client.dataStart();
      client.dataWrite("Subject: stranger\r\n\r\n.dot\r\n".getBytes(UTF_8));
      client.dataEnd();
      client.from("ada@example.org");
      client.to("bob@example.org");
      client.bdat("Subject: chunks\r\n");
      client.bdatLast("\r\nbody\r\n");
      client.quit();

      assertThat(house.inbox("bob@example.org")).hasSize(2);
      assertThat(house.inbox("bob@example.org").get(0)).endsWith("\r\n\r\n.dot\r\n");
      assertThat(house.inbox("bob@example.org").get(1)).endsWith("Subject: chunks\r\n\r\nbody\r\n");
    }
  }
}
