package org.postroom.dist;

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

/** Big mails go by BDAT to servers that offer it, and to those that fail with it by DATA. */
@Tag("two-clocks")
final class RelayChunksTest {
  private static final String BIG = MESSAGE + (".".repeat(70) + "\r\n").repeat(16_000) + ".\r\n";

  private final RelayHouse house = new RelayHouse();
  private final RelayHop hop = house.relayhost();

  @BeforeEach
  void start() {
    hop.offers("PIPELINING", "8BITMIME", "CHUNKING");
    house.start();
  }

  @AfterEach
  void stop() {
    house.close();
  }

  private long heard(String verb) {
    return hop.heard().stream().filter(line -> line.startsWith(verb)).count();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBigMailIsOneChunk(boolean pipelining) throws Exception {
    if (!pipelining) {
      hop.offers("8BITMIME", "CHUNKING");
    }

    house.send(BOB, BIG);

    RelayHop.Mail mail = hop.await();
    assertThat(mail.text()).startsWith("Received: ").endsWith(BIG);
    assertThat(hop.heard())
        .contains("BDAT " + mail.content().length + " LAST")
        .doesNotContain("DATA");
    house.awaitEmptyQueue();
    house.send(BOB, BIG); // over the same connection: nothing is out of step
    hop.await();
    assertThat(hop.visits()).hasSize(1);
  }

  @Test
  void aSmallOneGoesByData() throws Exception {
    house.send(BOB, MESSAGE);

    hop.await();
    assertThat(heard("BDAT")).isZero();
  }

  @Test
  void whoIsNotTakenGetsNoChunk() throws Exception {
    hop.always("RCPT", "550 5.1.1 No");

    house.send(BOB, BIG);

    house.awaitInbox(1);
    house.awaitEmptyQueue();
    assertThat(heard("BDAT")).isZero();
    assertThat(hop.heard()).contains("RSET");
  }

  @Test
  void eachRecipientHasHisAnswer() throws Exception {
    hop.always("RCPT TO:<never@", "550 5.1.1 No");

    house.send(
        "<ada@example.org>",
        List.of("<never@example.net>", "<bob@example.net>"),
        BIG.getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThat(hop.await().to()).containsExactly(BOB);
    assertThat(house.awaitInbox(1).get(0)).contains("never@example.net");
  }

  @ParameterizedTest
  @ValueSource(strings = {"503 5.5.1 DATA first", "500 What?", "354 Go", "garbage", "drop"})
  void aServerThatFailsWithAChunkGetsDataTheNextTime(String answer) throws Exception {
    hop.always("BDAT", answer);

    house.send(BOB, BIG);

    house.awaitAttempts(1);
    assertThat(house.inbox()).isEmpty();
    house.retryUntilEmpty();
    assertThat(hop.await().text()).endsWith(BIG);
    assertThat(heard("BDAT")).isEqualTo(1);
    assertThat(hop.unread()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"452 4.3.1 Full, 2", "421 4.3.2 Not now, 2"})
  void whatIsSaidOfTheMailIsNoFailure(String answer, int chunks) throws Exception {
    hop.once("BDAT", answer);

    house.send(BOB, BIG);

    house.awaitAttempts(1);
    house.retryUntilEmpty();
    hop.await();
    assertThat(heard("BDAT")).isEqualTo(chunks);
  }

  @Test
  void aRefusalReturnsIt() throws Exception {
    hop.always("BDAT", "552 5.3.4 Too big");

    house.send(BOB, BIG);

    assertThat(house.awaitInbox(1).get(0).replaceAll("\\s+", " "))
        .contains("552 5.3.4 Too big (in reply to BDAT command)");
    house.awaitEmptyQueue();
  }
}
