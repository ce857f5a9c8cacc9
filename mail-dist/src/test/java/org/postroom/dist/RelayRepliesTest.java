package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the next server answers, each recipient is delivered, told, or tried again: never lost.
 */
@Tag("two-clocks")
final class RelayRepliesTest {
  private final RelayHouse house = new RelayHouse();
  private final RelayHop hop = house.relayhost();

  @BeforeEach
  void start() {
    house.start();
  }

  @AfterEach
  void stop() {
    house.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void eachRecipientHasAFateOfItsOwn(boolean pipelining) throws Exception {
    if (!pipelining) {
      hop.offers("8BITMIME");
    }
    hop.always("RCPT TO:<later@", "450 4.2.1 Mailbox busy")
        .always("RCPT TO:<never@", "550-5.1.1 No such\r\n550 5.1.1 user");

    house.send(
        "<ada@example.org>",
        List.of("<bob@example.net>", "<later@example.net>", "<never@example.net>"),
        MESSAGE.getBytes(UTF_8));

    assertThat(hop.await().to()).containsExactly("bob@example.net");
    house.awaitAttempts(1);
    assertThat(house.queued()).hasSize(1);
    assertThat(house.queued("later@example.net").lastReason()).contains("450 4.2.1 Mailbox busy");
    String report = house.awaitInbox(1).get(0);
    assertThat(report)
        .contains("Final-Recipient: rfc822; never@example.net")
        .contains("550 5.1.1 No such 5.1.1 user")
        .doesNotContain("later@example.net", "bob@example.net");

    hop.well();
    house.retryUntilEmpty();
    assertThat(hop.await().to()).containsExactly("later@example.net");
    assertThat(hop.unread()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECT, 421 4.3.2 Not now",
    "CONNECT, 554 5.7.1 You again",
    "CONNECT, drop",
    "CONNECT, SSH-2.0-OpenSSH_9.2",
    "EHLO, 421 4.3.2 Not now",
    "EHLO, drop",
    "MAIL, 421 4.3.2 Not now",
    "MAIL, 451 4.3.0 Not well",
    "MAIL, drop",
    "RCPT, 421 4.3.2 Not now",
    "RCPT, 452 4.5.3 Too many",
    "RCPT, drop",
    "DATA, 421 4.3.2 Not now",
    "DATA, 451 4.3.0 Not well",
    "DATA, drop",
    "DATA, 250 what?",
    "., 421 4.3.2 Not now",
    "., 452 4.3.1 Full",
    "., drop",
    "., 354 again?",
    "., garbage",
  })
  void isTriedAgainAfter(String line, String answer) throws Exception {
    for (String offered : List.of("PIPELINING", "8BITMIME")) {
      hop.hangUp(); // the next mail comes over a new connection
      hop.offers(offered).always(line, answer);

      house.send(BOB, MESSAGE);

      house.awaitAttempts(1);
      assertThat(house.inbox()).isEmpty();
      hop.well();
      house.retryUntilEmpty();
      assertThat(hop.await().to()).containsExactly(BOB);
      assertThat(hop.unread()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL, 550 5.7.1 No",
    "RCPT, 550 5.1.1 No",
    "DATA, 554 5.6.0 No",
    "DATA, 500 No",
    "., 552 5.3.4 No",
    "., 554 No",
  })
  void isReturnedAfter(String line, String answer) throws Exception {
    for (String offered : List.of("PIPELINING", "8BITMIME")) {
      hop.hangUp(); // the next mail comes over a new connection
      int before = house.inbox().size();
      hop.offers(offered).always(line, answer);

      house.send(BOB, MESSAGE);

      String report = house.awaitInbox(before + 1).get(before);
      assertThat(report)
          .contains("Action: failed")
          .contains(answer)
          .contains("Final-Recipient: rfc822; " + BOB);
      house.awaitEmptyQueue();
      assertThat(hop.unread()).isZero();
    }
  }

  @Test
  void anOldServerIsGreetedWithHelo() throws Exception {
    hop.always("EHLO", "502 5.5.2 What?");

    house.send(BOB, MESSAGE);

    assertThat(hop.await().text()).endsWith(MESSAGE);
    assertThat(hop.heard())
        .containsSubsequence("EHLO mail.example.org", "HELO mail.example.org", "DATA", ".")
        .contains("MAIL FROM:<ada@example.org>");
  }

  @Test
  void aReplyOfManyLinesAndOneInPiecesAreOneReply() throws Exception {
    hop.once("MAIL", "250-2.1.0 a\r\n250-\r\n250-2.1.0 b\r\n250 2.1.0 c")
        .once("RCPT", "250")
        .once(".", "250-2.0.0 Ok\r\n250 queued as 42");

    house.send(BOB, MESSAGE);

    hop.await();
    house.awaitEmptyQueue();
    assertThat(house.inbox()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"EHLO", "MAIL", "RCPT", "."})
  void anEndlessReplyIsNoReply(String line) throws Exception {
    hop.offers("8BITMIME")
        .always(line, ("250-" + "x".repeat(60) + "\r\n").repeat(5000) + "250 " + "y".repeat(9000));
    hop.always("HELO", "garbage");

    house.send(BOB, MESSAGE);

    house.awaitAttempts(1);
    assertThat(house.inbox()).isEmpty();
    assertThat(house.queued(BOB).lastReason()).hasSizeLessThan(1000);
  }

  @Test
  void whatIsTooLargeForTheServerIsReturnedWithoutSendingIt() throws Exception {
    hop.offers("SIZE 1000", "PIPELINING");

    house.send(BOB, MESSAGE + "x".repeat(100).concat("\r\n").repeat(20));

    assertThat(house.awaitInbox(1).get(0)).contains("Status: 5.3.4").contains("size limit 1000");
    assertThat(hop.heard()).noneMatch(line -> line.startsWith("MAIL"));
    house.awaitEmptyQueue();
  }

  @Test
  void announcesTheSize() throws Exception {
    hop.offers("SIZE 100000");

    house.send(BOB, MESSAGE);

    RelayHop.Mail mail = hop.await();
    assertThat(hop.heard()).contains("MAIL FROM:<ada@example.org> SIZE=" + mail.content().length);
  }

  @Test
  void anAddressInUtf8IsReturnedWhereTheServerCannotReadIt() throws Exception {
    hop.offers("PIPELINING", "8BITMIME");

    String gruesse = new String(utf8("gr\u00fc\u00dfe@example.net"), ISO_8859_1); // its octets
    house.send("<ada@example.org> SMTPUTF8", List.of("<" + gruesse + ">"), utf8(MESSAGE));

    assertThat(house.awaitInbox(1).get(0)).contains("Status: 5.6.7");
    house.awaitEmptyQueue();

    hop.hangUp();
    hop.offers("PIPELINING", "8BITMIME", "SMTPUTF8");
    house.send("<ada@example.org> SMTPUTF8", List.of("<" + gruesse + ">"), utf8(MESSAGE));
    assertThat(hop.await().to()).containsExactly(gruesse);
    assertThat(hop.heard()).contains("MAIL FROM:<ada@example.org> SMTPUTF8");
  }

  @Test
  void saysEnvelopeAndDataInOneWriteWhereItMay() throws Exception {
    house.send(
        "<ada@example.org>", List.of("<bob@example.net>", "<carol@example.net>"), utf8(MESSAGE));

    hop.await();
    assertThat(hop.visits().get(0).reads)
        .anySatisfy(
            read ->
                assertThat(read)
                    .startsWith("MAIL FROM:")
                    .contains("\r\nRCPT TO:<bob@example.net>", "\r\nRCPT TO:<carol@example.net>")
                    .endsWith("\r\nDATA\r\n"));
  }

  @Test
  void waitsForEachReplyWhereItMustNot() throws Exception {
    hop.offers("8BITMIME");

    house.send(BOB, MESSAGE);

    hop.await();
    assertThat(hop.visits().get(0).reads)
        .contains("DATA\r\n", "RCPT TO:<bob@example.net>\r\n", "MAIL FROM:<ada@example.org>\r\n");
  }

  @Test
  void aServerThatWantsContentForNobodyGetsNone() throws Exception {
    hop.always("RCPT", "550 5.1.1 No").always("DATA", "354 Go");

    house.send(BOB, MESSAGE);

    house.awaitInbox(1);
    house.awaitEmptyQueue();
    assertThat(hop.heard()).containsSubsequence("DATA", ".");
  }

  @Test
  void passesOnWhatTheSenderWantsToHear() throws Exception {
    house.send(
        "<ada@example.org> RET=HDRS ENVID=a+2Bb",
        List.of("<bob@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+2Bob@example.net"),
        utf8(MESSAGE));

    hop.await();
    assertThat(hop.heard())
        .contains(
            "MAIL FROM:<ada@example.org> RET=HDRS ENVID=a+2Bb",
            "RCPT TO:<bob@example.net> NOTIFY=FAILURE,SUCCESS ORCPT=rfc822;b+2Bob@example.net");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
