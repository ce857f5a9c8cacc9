package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.Submission;
import org.postroom.core.flow.Handover;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;

/**
 * Binary content goes by BDAT to servers that take it so, and to those that fail with it by DATA.
 */
@Tag("two-clocks")
final class RelayChunksTest {
  private static final String BINARY = MESSAGE + (".".repeat(70) + "\0\n").repeat(1_000) + ".";

  private final RelayHouse house = new RelayHouse();
  private final RelayHop hop = house.relayhost();

  @BeforeEach
  void start() {
    hop.offers("PIPELINING", "8BITMIME", "CHUNKING", "BINARYMIME");
    house.start();
  }

  @AfterEach
  void stop() {
    house.close();
  }

  private void sendBinary(String... to) {
    Generation generation = house.server().running().generations().current();
    Premises premises = house.server().running().foundation().premises();
    Envelope plain = Envelope.parse(RelayHouse.ADA, to);
    Submission.Client client =
        new Submission.Client(
            InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "ESMTP");
    try (ContentSink sink = premises.staging().open(0)) {
      byte[] octets = BINARY.getBytes(UTF_8);
      sink.write(octets, 0, octets.length);
      Handover handover =
          generation
              .flow()
              .accept(
                  new Submission(
                      generation.flow().newId(),
                      Origin.SMTP,
                      client,
                      new Envelope(
                          plain.sender(),
                          plain.recipients(),
                          BodyType.BINARY_MIME,
                          false,
                          Optional.empty(),
                          Optional.empty(),
                          false),
                      sink.finish(),
                      house.time.instant()));
      assertThat(handover).isNotInstanceOf(Handover.Refused.class);
    }
  }

  private long heard(String verb) {
    return hop.heard().stream().filter(line -> line.startsWith(verb)).count();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void binaryContentIsOneChunk(boolean pipelining) throws Exception {
    if (!pipelining) {
      hop.offers("8BITMIME", "CHUNKING", "BINARYMIME");
    }

    sendBinary(BOB);

    RelayHop.Mail mail = hop.await();
    assertThat(mail.text()).endsWith(BINARY);
    assertThat(hop.heard())
        .contains("BDAT " + mail.content().length + " LAST")
        .doesNotContain("DATA");
    house.awaitEmptyQueue();
    sendBinary(BOB); // over the same connection: nothing is out of step
    hop.await();
    assertThat(hop.visits()).hasSize(1);
  }

  @Test
  void textGoesByDataHoweverBigItIs() throws Exception {
    house.send(BOB, MESSAGE + (".".repeat(70) + "\r\n").repeat(16_000));

    hop.await();
    assertThat(heard("BDAT")).isZero();
  }

  @Test
  void whoIsNotTakenGetsNoChunk() throws Exception {
    hop.always("RCPT", "550 5.1.1 No");

    sendBinary(BOB);

    house.awaitInbox(1);
    house.awaitEmptyQueue();
    assertThat(heard("BDAT")).isZero();
    assertThat(hop.heard()).contains("RSET");
  }

  @Test
  void eachRecipientHasHisAnswer() throws Exception {
    hop.always("RCPT TO:<never@", "550 5.1.1 No");

    sendBinary("never@example.net", BOB);

    assertThat(hop.await().to()).containsExactly(BOB);
    assertThat(house.awaitInbox(1).get(0)).contains("never@example.net");
  }

  @ParameterizedTest
  @ValueSource(strings = {"503 5.5.1 DATA first", "500 What?", "354 Go", "garbage", "drop"})
  void aServerThatFailsWithAChunkGetsDataTheNextTime(String answer) throws Exception {
    hop.always("BDAT", answer);

    sendBinary(BOB);

    house.awaitAttempts(1);
    assertThat(house.inbox()).isEmpty();
    house.retryUntilEmpty();
    assertThat(hop.await().text()).contains("Content-Transfer-Encoding: quoted-printable");
    assertThat(heard("BDAT")).isEqualTo(1);
    assertThat(hop.unread()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"452 4.3.1 Full, 2", "421 4.3.2 Not now, 2"})
  void whatIsSaidOfTheMailIsNoFailure(String answer, int chunks) throws Exception {
    hop.once("BDAT", answer);

    sendBinary(BOB);

    house.awaitAttempts(1);
    house.retryUntilEmpty();
    hop.await();
    assertThat(heard("BDAT")).isEqualTo(chunks);
  }

  @Test
  void aRefusalReturnsIt() throws Exception {
    hop.always("BDAT", "552 5.3.4 Too big");

    sendBinary(BOB);

    assertThat(house.awaitInbox(1).get(0).replaceAll("\\s+", " "))
        .contains("552 5.3.4 Too big (in reply to BDAT command)");
    house.awaitEmptyQueue();
  }
}
