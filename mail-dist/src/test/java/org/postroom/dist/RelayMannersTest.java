package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.report.BadConfiguration;

/** What settings say of the way in which we talk to the next server. */
@Tag("two-clocks")
final class RelayMannersTest {
  private final RelayHouse house = new RelayHouse();
  private final RelayHop hop = house.relayhost();

  @AfterEach
  void stop() {
    house.close();
  }

  @Test
  void aServerThatGreetsWith5xxIsBelievedWhereSettingsSaySo() throws Exception {
    house.set("smtp_skip_5xx_greeting", "no").start();
    hop.always("CONNECT", "554 5.7.1 You again");

    house.send(BOB, MESSAGE);

    assertThat(house.awaitInbox(1).get(0)).contains("554 5.7.1 You again").contains("5.7.1");
    house.awaitEmptyQueue();
  }

  @ParameterizedTest
  @CsvSource({
    "smtp_never_send_ehlo, yes, 220 hop.example ESMTP, HELO",
    "smtp_always_send_ehlo, no, 220 hop.example SMTP, HELO",
    "smtp_always_send_ehlo, no, 220 hop.example ESMTP here, EHLO",
    "smtp_always_send_ehlo, yes, 220 hop.example SMTP, EHLO",
  })
  void greetsAsSettingsSay(String name, String value, String greeting, String verb)
      throws Exception {
    house.set(name, value).start();
    hop.always("CONNECT", greeting);

    house.send(BOB, MESSAGE);

    assertThat(hop.await().text()).endsWith(MESSAGE);
    assertThat(hop.heard().get(0)).isEqualTo(verb + " mail.example.org");
  }

  @Test
  void whatIsDiscardedIsNotUsed() throws Exception {
    house.set("smtp_discard_ehlo_keywords", "pipelining, size").start();
    hop.offers("PIPELINING", "SIZE 10", "8BITMIME");

    house.send(BOB, MESSAGE);

    hop.await();
    assertThat(hop.heard()).contains("MAIL FROM:<ada@example.org>");
    assertThat(hop.visits().get(0).reads).contains("DATA\r\n");
  }

  @Test
  void connectsFromTheAddressThatSettingsName() throws Exception {
    house.set("smtp_bind_address", "127.0.0.9").start();

    house.send(BOB, MESSAGE);

    hop.await();
    assertThat(hop.visits().get(0).from).isEqualTo("127.0.0.9");
  }

  @Test
  void tellsAFilterWhomTheMailCameFrom() throws Exception {
    house.set("smtp_send_xforward_command", "yes").start();
    hop.offers("XFORWARD ADDR HELO PORT SOURCE", "PIPELINING", "8BITMIME")
        .always("XFORWARD", "501 No");

    house.send(BOB, MESSAGE);

    hop.await();
    List<String> heard = hop.heard();
    assertThat(heard)
        .anyMatch(
            line ->
                line.matches(
                    "XFORWARD ADDR=127.0.0.1 PORT=[0-9]+ HELO=client.example SOURCE=REMOTE"));
    assertThat(heard).contains("MAIL FROM:<ada@example.org>");
  }

  /** Its sender has not said SMTPUTF8. */
  @Test
  void anAliasMayLeadToAnAddressInUtf8() throws Exception {
    house
        .set(
            "virtual_alias_maps",
            "inline:{ { team@example.org = gr\u00fcn@example.net, bob@example.net } }")
        .start();
    hop.offers("8BITMIME", "SMTPUTF8");

    house.send("team@example.org", MESSAGE);

    hop.await();
    assertThat(hop.heard()).contains("MAIL FROM:<ada@example.org> SMTPUTF8");
    house.awaitEmptyQueue();

    hop.hangUp();
    hop.offers("8BITMIME");
    house.send("team@example.org", MESSAGE);

    assertThat(hop.await().to()).containsExactly(BOB); // his address needs nothing
    assertThat(house.awaitInbox(1).get(0)).contains("Status: 5.6.7");
  }

  @Test
  void waitsForTheAnswerToQuitWhereSettingsSaySo() throws Exception {
    house.set("smtp_skip_quit_response", "no").start();
    hop.always("MAIL", "421 4.3.2 Not now").always("QUIT", "221 2.0.0 Bye");

    house.send(BOB, MESSAGE);

    house.awaitAttempts(1);
    hop.well();
    house.retryUntilEmpty();
    hop.await();
  }

  @Test
  void noMailWaitsForAGoodbye() throws Exception {
    house.set("smtp_skip_quit_response", "no").start();
    hop.always("CONNECT", "421 4.3.2 Not now").always("QUIT", RelayHop.SILENCE);

    house.send(BOB, MESSAGE);

    house.awaitAttempts(1);
  }

  /** Over a connection that is open nobody has looked for them yet. */
  @Test
  void whatOneExchangerPutsOffOverAConnectionThatIsOpenAnotherTakes() throws Exception {
    try (RelayHop worse = RelayHop.open(house.time, "127.0.0.2", hop.port())) {
      house
          .zone(
              "hub.test MX 10 good.hub.test",
              "hub.test MX 20 worse.hub.test",
              "good.hub.test A 127.0.0.1",
              "worse.hub.test A 127.0.0.2")
          .set("smtp_special_networks", "127.0.0.0/8")
          .set("relayhost", "hub.test:" + hop.port())
          .start();
      house.send(BOB, MESSAGE);
      hop.await();
      house.awaitEmptyQueue();
      hop.always("RCPT", "450 4.2.1 Busy");

      house.send(BOB, MESSAGE);

      assertThat(worse.await().to()).containsExactly(BOB);
      house.awaitEmptyQueue();
      assertThat(hop.visits()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RCPT, 450 4.2.1 Busy",
    "., 452 4.3.1 Full",
    "MAIL, 421 4.3.2 Not now",
    "MAIL, drop",
    "DATA, drop",
  })
  void whatOneServerPutsOffTheFallbackRelayMayTake(String line, String answer) throws Exception {
    try (RelayHop fallback = RelayHop.open(house.time)) {
      house.set("smtp_fallback_relay", fallback.name()).start();
      hop.always(line, answer);

      house.send(BOB, MESSAGE);

      assertThat(fallback.await().to()).containsExactly(BOB);
      house.awaitEmptyQueue();
      assertThat(hop.unread()).isZero();
    }
  }

  @Test
  void onlyThoseWhoWerePutOffGoThere() throws Exception {
    try (RelayHop fallback = RelayHop.open(house.time)) {
      house.set("smtp_fallback_relay", fallback.name()).start();
      hop.always("RCPT TO:<later@", "450 4.2.1 Busy").always("RCPT TO:<never@", "550 5.1.1 No");
      fallback.always("RCPT", "451 4.3.0 Not well");

      house.send(
          "<ada@example.org>",
          List.of("<later@example.net>", "<never@example.net>", "<bob@example.net>"),
          MESSAGE.getBytes(UTF_8));

      assertThat(hop.await().to()).containsExactly(BOB);
      house.awaitAttempts(1);
      assertThat(house.queued()).hasSize(1);
      assertThat(house.queued("later@example.net").lastReason()).contains("451 4.3.0 Not well");
      assertThat(house.awaitInbox(1).get(0)).contains("never@example.net");
      assertThat(fallback.heard()).contains("RCPT TO:<later@example.net>");
      assertThat(fallback.heard()).doesNotContain("RCPT TO:<never@example.net>");
    }
  }

  /** It may have been taken. */
  @Test
  void whatBreaksBehindTheContentGoesNowhereElse() throws Exception {
    try (RelayHop fallback = RelayHop.open(house.time)) {
      house.set("smtp_fallback_relay", fallback.name()).start();
      hop.always(".", RelayHop.DROP);

      house.send(BOB, MESSAGE);

      house.awaitAttempts(1);
      assertThat(fallback.visits()).isEmpty();
    }
  }

  @Test
  void whatGoesOutIsCheckedAndWhatStaysIsNot() throws Exception {
    house
        .set(
            "smtp_header_checks",
            "regexp:{ {/^Received:/ STRIP} {/^Subject: (.*)/ REPLACE Subject: out: $$1} }")
        .set("smtp_body_checks", "regexp:{ {/^hello/ PREPEND before} }")
        .set("smtp_generic_maps", "inline:{ { ada@example.org = sales@example.org } }")
        .start();

    house.send(
        "<ada@example.org>",
        List.of("<bob@example.net>", "<ada@example.org>"),
        ("From: ada@example.org\r\n" + MESSAGE).getBytes(UTF_8));

    RelayHop.Mail mail = hop.await();
    assertThat(mail.text())
        .isEqualTo("From: sales@example.org\r\nSubject: out: hello\r\n\r\nbefore\r\nhello\r\n");
    assertThat(mail.from()).isEqualTo("sales@example.org");
    assertThat(house.awaitInbox(1).get(0)).endsWith("From: ada@example.org\r\n" + MESSAGE);
    house.awaitEmptyQueue();
  }

  @ParameterizedTest
  @CsvSource({"smtp_header_checks", "smtp_body_checks", "lmtp_mime_header_checks"})
  void whatWouldDecideTheWayIsAFaultAtStart(String parameter) {
    house.set(parameter, "regexp:{ {/x/ WARN ok} {/y/ REJECT no} }");
    if (parameter.startsWith("lmtp")) {
      house.set("transport_maps", "inline:{ { example.net = lmtp:[127.0.0.1]:24 } }");
    }

    assertThatThrownBy(house::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(parameter)
        .hasMessageContaining("\"REJECT no\" cannot be done to mail that goes out");
  }
}
