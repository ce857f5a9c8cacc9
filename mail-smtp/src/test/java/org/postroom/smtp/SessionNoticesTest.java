package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.testing.Until;
import org.postroom.smtp.server.Role;

/** What the postmaster, who is ada here, hears of sessions. */
@Timeout(60)
final class SessionNoticesTest {
  private static final String ADA = "ada@example.org";

  private static SmtpHouse house(String classes) {
    return SmtpHouse.with(
        Map.of(
            "notify_classes", classes, "error_notice_recipient", ADA, "smtpd_helo_required", "no"));
  }

  /** Says all lines, and ends the session. */
  private static void talk(SmtpHouse house, String... lines) {
    talk(house.listen(Role.MX), lines);
  }

  private static void talk(InetSocketAddress address, String... lines) {
    try (Talk talk = new Talk(address)) {
      talk.reply();
      for (String line : lines) {
        talk.raw(line + "\r\n");
        talk.reply();
      }
    }
  }

  private static List<String> notices(SmtpHouse house) {
    Until.so(() -> !house.inbox(ADA).isEmpty());
    return house.inbox(ADA);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "policy | RCPT TO:<x@far.test>",
        "protocol | NONSENSE",
        "protocol | RCPT TO:<x",
        "bounce | RCPT TO:<nobody@example.org>",
      })
  void hearsOfWhatHeWantsToHear(String of, String line) {
    try (SmtpHouse house = house(of)) {
      talk(house, "HELO client.example", "MAIL FROM:<x@far.test>", line, "QUIT");

      assertThat(notices(house))
          .singleElement()
          .asString()
          .contains("\r\nFrom: Mail Delivery System <MAILER-DAEMON@")
          .contains("\r\nTo: Postmaster <" + ADA + ">\r\n")
          .contains("SMTP server: errors from ")
          .contains("\r\n\r\nTranscript of session follows.\r\n\r\n Out: 220 ")
          .contains("\r\n In:  HELO client.example\r\n Out: 250 ")
          .contains("\r\n In:  " + line + "\r\n Out: 5")
          .contains("\r\n In:  QUIT\r\n Out: 221 ")
          .endsWith("\r\nFor other details, see the local mail logfile\r\n")
          .doesNotContain("Session aborted");
    }
  }

  @Test
  void hearsOfNothingElse() {
    try (SmtpHouse house = house("resource, software, data, policy")) {
      talk(house, "HELO x", "NONSENSE", "MAIL FROM:<x@far.test>", "RCPT TO:<nobody@example.org>");
      talk(house, "HELO x", "MAIL FROM:<y@far.test>", "RCPT TO:<x@far.test>", "QUIT");

      assertThat(notices(house)).singleElement().asString().contains("MAIL FROM:<y@far.test>");
    }
  }

  @Test
  void nobodyFloodsHim() {
    try (SmtpHouse house = house("protocol")) {
      InetSocketAddress address = house.listen(Role.MX);
      for (int i = 0; i < 25; i++) {
        talk(address, "NONSENSE", "QUIT");
      }
      Until.so(() -> house.inbox(ADA).size() >= 20);
      for (int i = 0; i < 5; i++) {
        talk(address, "NONSENSE", "QUIT");
      }

      assertThat(notices(house)).hasSize(20);
    }
  }

  @Test
  void hearsThatTheClientWentAway() {
    try (SmtpHouse house = house("protocol")) {
      talk(house, "NONSENSE");

      assertThat(notices(house))
          .singleElement()
          .asString()
          .contains("\r\nSession aborted, reason: lost connection\r\n");
    }
  }

  @Test
  void whatLogsInIsNotShownAndWhatIsLongIsCut() {
    try (SmtpHouse house = house("protocol")) {
      talk(house, "EHLO x", "AUTH PLAIN AGFkYQBzZWNyZXQ=", "XYZ " + "w".repeat(900), "QUIT");

      assertThat(notices(house))
          .singleElement()
          .asString()
          .contains("AUTH PLAIN ***")
          .doesNotContain("AGFkYQBzZWNyZXQ=")
          .doesNotContain("w".repeat(600));
    }
  }

  @Test
  void aLongSessionIsToldFromItsEnd() {
    try (SmtpHouse house = house("protocol")) {
      String[] lines = new String[60];
      Arrays.fill(lines, "NOOP " + "x".repeat(90));
      lines[59] = "NONSENSE";
      talk(house, lines);

      assertThat(notices(house))
          .singleElement()
          .asString()
          .contains("(what was said before is left out)")
          .contains(" In:  NONSENSE")
          .satisfies(text -> assertThat(text.length()).isLessThan(8000));
    }
  }
}
