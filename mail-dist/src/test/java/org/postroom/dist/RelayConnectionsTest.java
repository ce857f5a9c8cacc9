package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.TestTls;
import org.postroom.core.wire.CertificateAuthority;

/** Connections to the next server: protected where it offers that, and used again. */
@Tag("two-clocks")
final class RelayConnectionsTest {
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

  @Test
  void usesTlsWhereItIsOffered() throws Exception {
    hop.offers("STARTTLS", "PIPELINING").tls(certified());

    house.send(BOB, MESSAGE);

    hop.await();
    assertThat(hop.visits()).hasSize(1);
    assertThat(hop.visits().get(0).protectedByTls).isTrue();
    assertThat(hop.heard())
        .containsSubsequence(
            "EHLO mail.example.org", "STARTTLS", "EHLO mail.example.org", "DATA", ".");
  }

  @Test
  void goesOnInClearWhereStartTlsIsRefused() throws Exception {
    hop.offers("STARTTLS").always("STARTTLS", "454 4.7.0 Not now");

    house.send(BOB, MESSAGE);

    assertThat(hop.await().to()).containsExactly(BOB);
    assertThat(hop.visits()).hasSize(1);
  }

  @Test
  void aFailedHandshakeIsTriedAgainInClearOnlyWhenTheMailHasWaited() throws Exception {
    hop.offers("STARTTLS").always("STARTTLS", "220 2.0.0 Go"); // and then no handshake

    house.send(BOB, MESSAGE);

    house.awaitAttempts(1);
    assertThat(house.queued(BOB).lastReason()).startsWith("4.7.5 Cannot start TLS");
    assertThat(hop.heard()).noneMatch(line -> line.startsWith("MAIL"));
    house.retryUntilEmpty();
    assertThat(hop.await().to()).containsExactly(BOB);
    assertThat(hop.visits()).noneMatch(visit -> visit.protectedByTls);
    assertThat(hop.unread()).isZero();

    house.send("young@example.net", MESSAGE); // does not follow over the connection in clear
    house.awaitAttempts(1);
    assertThat(house.queued("young@example.net").lastReason()).startsWith("4.7.5 ");
  }

  @Test
  void severalMailsGoOverOneConnection() throws Exception {
    for (int i = 0; i < 5; i++) {
      house.send(i + "@example.net", MESSAGE);
      assertThat(hop.await().to()).containsExactly(i + "@example.net");
      house.awaitEmptyQueue();
    }

    assertThat(hop.visits()).hasSize(1);
    assertThat(hop.heard().stream().filter(line -> line.startsWith("EHLO"))).hasSize(1);
  }

  @Test
  void aConnectionIsNotKeptForLong() throws Exception {
    house.send(BOB, MESSAGE);
    hop.await();
    house.awaitEmptyQueue();

    house.until(
        () -> {
          house.time.advance(Duration.ofSeconds(1));
          return hop.heard().contains("QUIT");
        });
  }

  @Test
  void connectionsThatDieUnderwayLoseNothing() throws Exception {
    TreeSet<String> sent = new TreeSet<>();
    TreeSet<String> came = new TreeSet<>();
    for (int i = 0; i < 60; i++) {
      String to = i + "@example.net";
      sent.add(to);
      house.send(to, MESSAGE);
      if (i % 3 == 0) {
        hop.hangUp(); // perhaps in the middle of it
      } else if (i % 3 == 1) {
        hop.once("MAIL", "421 4.4.2 Idle for too long");
      }
    }

    // What a cut connection has deferred comes with a later attempt.
    house.retryUntilEmpty();
    while (hop.unread() > 0) {
      String to = hop.await().to().get(0);
      // Only where the cut came between the final dot and its answer may a mail come twice.
      came.add(to);
    }
    assertThat(came).isEqualTo(sent);
    assertThat(house.inbox()).isEmpty();
  }

  @Test
  void aKeptConnectionThatIsDeadMeansAnotherOneAndNoDelay() throws Exception {
    house.send("first@example.net", MESSAGE);
    hop.await();
    house.awaitEmptyQueue();

    for (String death : List.of(RelayHop.DROP, "421 4.4.2 Idle for too long")) {
      hop.once("MAIL", death);
      house.send("second@example.net", MESSAGE);

      assertThat(hop.await().to()).containsExactly("second@example.net");
      house.awaitEmptyQueue();
    }
    assertThat(hop.visits()).hasSize(3);
    assertThat(hop.unread()).isZero();
  }

  static SSLContext certified() throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.create(
            "Hop CA", List.of("hop.example"), Clock.systemUTC(), new SecureRandom());
    return TestTls.serving(authority.issue(List.of("hop.example")));
  }
}
