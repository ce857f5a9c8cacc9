package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.table.LookupTable;
import org.postroom.smtp.server.Role;

/**
 * What a client hears when a question of ours has no answer: it is for now, and costs him no step.
 */
@Timeout(60)
final class TroubleTest {

  /** Of the embedding program, with a fault in it. */
  private static final LookupTable BROKEN =
      new LookupTable() {
        @Override
        public Optional<String> find(String key) {
          throw new IllegalStateException("a fault of the program");
        }

        @Override
        public String name() {
          return "program:broken";
        }
      };

  private static SmtpHouse house(String... settings) {
    Map<String, String> all = new HashMap<>();
    for (String setting : settings) {
      String[] parts = setting.split(" = ", 2);
      all.put(parts[0], parts[1]);
    }
    return SmtpHouse.with(all).table("broken", BROKEN);
  }

  @Test
  void aClientWhoCannotBeJudgedIsSentAwayForNow() {
    try (SmtpHouse house =
            house(
                "smtpd_delay_reject = no",
                "smtpd_client_restrictions = check_client_access program:broken");
        Talk talk = new Talk(house.listen(Role.MX))) {
      assertThat(talk.reply()).startsWith("421 4.3.0 ");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void aClientWhoseListCannotBeReadSendsNothingForNow() {
    try (SmtpHouse house =
            house(
                "smtpd_delay_reject = no",
                "mynetworks = /no/such/file",
                "smtpd_client_restrictions = permit_mynetworks, reject");
        Talk talk = new Talk(house.listen(Role.MX))) {
      assertThat(talk.reply()).startsWith("4");
      assertThat(talk.ask("EHLO client.example")).doesNotStartWith("2");
      assertThat(talk.ask("QUIT")).startsWith("221 ");
    }
  }

  /** Octets of a chunk whose question fails are not commands all the same (RFC 3030, 2). */
  @Test
  void aChunkThatCannotBeJudgedIsNotTakenForCommands() {
    try (SmtpHouse house = house("smtpd_data_restrictions = check_client_access program:broken");
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<>");
      assertThat(talk.ask("RCPT TO:<ada@example.org>")).startsWith("250 ");

      talk.raw("BDAT 28 LAST\r\nRSET\r\nMAIL FROM:<eve@x.test>");

      assertThat(talk.reply()).startsWith("4");
      assertThat(talk.ask("NOOP")).startsWith("250 2.0.0 ");
      assertThat(house.acceptedOn).isEmpty();
    }
  }

  /** It is on the event loop, before anything is said. */
  @Test
  void whomLimitsDoNotBindIsNobodyWhileTheirListCannotBeRead() {
    try (SmtpHouse house = house("smtpd_client_event_limit_exceptions = /no/such/file");
        Talk talk = new Talk(house.listen(Role.MX))) {
      assertThat(talk.reply()).startsWith("220 ");
    }
  }

  /** Naming one recipient again and again costs as much of the limit as naming many. */
  @ParameterizedTest
  @ValueSource(strings = {"MX", "LMTP"})
  void aRecipientCountsAsOftenAsItIsNamed(String role) {
    try (SmtpHouse house = house("smtpd_recipient_limit = 5", "mynetworks = 127.0.0.0/8");
        Talk talk = new Talk(house.listen(Role.valueOf(role)))) {
      talk.reply();
      talk.ask((role.equals("LMTP") ? "LHLO" : "EHLO") + " client.example");
      talk.ask("MAIL FROM:<>");
      for (int i = 0; i < 5; i++) {
        assertThat(talk.ask("RCPT TO:<ada@example.org>")).startsWith("250 ");
      }

      assertThat(talk.ask("RCPT TO:<ada@example.org>")).startsWith("452 4.5.3 ");
      assertThat(talk.ask("DATA")).startsWith("354 ");
      assertThat(talk.raw("A: b\r\n\r\n.\r\n").reply()).startsWith("250 ");
      assertThat(house.inbox("ada@example.org")).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"helo", "sender", "recipient"})
  void whatCannotBeJudgedIsRefusedForNow(String stage) {
    try (SmtpHouse house =
            house("smtpd_" + stage + "_restrictions = check_client_access program:broken");
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<>");

      assertThat(talk.ask("RCPT TO:<ada@example.org>")).startsWith("4");
      assertThat(talk.ask("NOOP")).startsWith("250 2.0.0 ");
    }
  }
}
