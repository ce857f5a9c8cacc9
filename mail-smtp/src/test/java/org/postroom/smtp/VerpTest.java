package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.smtp.protocol.Verp;
import org.postroom.smtp.server.Role;

/** Each recipient stands in the sender of his copy, where a client that may ask for that does. */
@Timeout(60)
final class VerpTest {

  private static SmtpHouse house(String clients) {
    return SmtpHouse.with(
        Map.of(
            "mynetworks",
            "127.0.0.0/8",
            "smtpd_relay_restrictions",
            "permit_mynetworks, reject_unauth_destination",
            "smtpd_authorized_verp_clients",
            clients));
  }

  @ParameterizedTest
  @CsvSource({
    "XVERP, owner+x=far.test@example.org, owner+y=near.test@example.org",
    "XVERP=-=, owner-x=far.test@example.org, owner-y=near.test@example.org",
  })
  void reportsOnEachGoToAnAddressOfItsOwn(String wish, String first, String second) {
    try (SmtpHouse house = house("127.0.0.1");
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      assertThat(talk.ask("EHLO client.example")).endsWith("\n250 XVERP");
      assertThat(talk.ask("MAIL FROM:<owner@example.org> " + wish)).startsWith("250");
      talk.ask("RCPT TO:<x@far.test>");
      talk.ask("RCPT TO:<ada@example.org>");
      talk.ask("RCPT TO:<y@near.test>");
      talk.ask("DATA");
      assertThat(talk.raw("Subject: hello\r\n\r\nx\r\n.\r\n").reply()).startsWith("250");

      assertThat(house.queued())
          .extracting(mail -> mail.sender().toString())
          .containsExactlyInAnyOrder(first, second);
      assertThat(house.inbox("ada@example.org"))
          .singleElement()
          .asString()
          .startsWith("Return-Path: <owner@example.org>");
    }
  }

  @Test
  void whatIsAskedForInVainIsRefused() {
    try (SmtpHouse house = house("127.0.0.1");
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      assertThat(talk.ask("MAIL FROM:<owner@example.org> XVERP=@="))
          .isEqualTo("501 5.5.4 Error: XVERP needs two characters from -=+");
      assertThat(talk.ask("MAIL FROM:<> XVERP"))
          .isEqualTo("503 5.5.4 Error: XVERP requires non-null sender");
    }
  }

  @Test
  void othersMayNotAskForIt() {
    try (SmtpHouse house = house("");
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      assertThat(talk.ask("EHLO client.example")).doesNotContain("XVERP");
      assertThat(talk.ask("MAIL FROM:<owner@example.org> XVERP"))
          .isEqualTo("555 5.5.4 Unsupported option: XVERP");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "+=, list@a.test, user@far.test, list+user=far.test@a.test",
    "-=, list-x@a.test, user+y@far.test, list-x-user+y=far.test@a.test",
  })
  void theRecipientStandsInTheSender(String how, String sender, String recipient, String is) {
    assertThat(
            Verp.parse(how, "-=+")
                .orElseThrow()
                .sender(ReversePath.of(Address.parse(sender)), Address.parse(recipient)))
        .hasToString(is);
  }

  @ParameterizedTest
  @CsvSource({"+", "+=-", "a=", "''"})
  void twoCharactersThatMayBeAreNeeded(String how) {
    assertThat(Verp.parse(how, "-=+")).isEmpty();
  }
}
