package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;

/**
 * Mail finds its way by the names of a zone (RFC 5321, 5.1). The hosts of the test are addresses of
 * the loopback network, all with one port; 127.0.0.1 is ourselves.
 */
@Tag("two-clocks")
final class RelayDnsTest {
  private final RelayHouse house = new RelayHouse();
  private RelayHop first;
  private RelayHop second;

  @BeforeEach
  void start() {
    first = RelayHop.open(house.time, "127.0.0.2", 0);
    second = RelayHop.open(house.time, "127.0.0.3", first.port());
    house
        .set("smtp_tcp_port", Integer.toString(first.port()))
        .set("inet_interfaces", "127.0.0.1")
        .set("smtp_special_networks", "127.0.0.0/8")
        .zone(
            """
            one.test        A 127.0.0.2
            two.test        A 127.0.0.3
            us.test         A 127.0.0.1
            gone.test       A 127.0.0.99
            plain.test      A 127.0.0.2
            ordered.test    MX 20 two.test
            ordered.test    MX 10 one.test
            mixed.test      MX 10 gone.test
            mixed.test      MX 20 missing.test
            mixed.test      MX 30 two.test
            alias.test      CNAME ordered.test
            null.test       MX 0 .
            text.test       CNAME empty.test
            below.empty.test A 127.0.0.2
            broken.test     SERVFAIL
            brokenmx.test   MX 10 broken.test
            deadmx.test     MX 10 missing.test
            named.test      MX 10 mail.example.org
            named.test      MX 20 two.test
            loop.test       MX 10 us.test
            equal.test      MX 10 us.test
            equal.test      MX 10 two.test
            worse.test      MX 10 us.test
            worse.test      MX 20 two.test
            backup.test     MX 10 one.test
            backup.test     MX 20 us.test
            backup.test     MX 30 two.test
            any.test        A 0.0.0.0
            six.test        MX 10 loopback.test
            loopback.test   AAAA ::1
            group.test      MX 10 multicast.test
            multicast.test  A 224.0.0.1
            near.test       A 169.254.169.254
            """)
        .start();
  }

  @AfterEach
  void stop() {
    house.close();
    first.close();
    second.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ordered.test", "ORDERED.test", "alias.test", "plain.test", "backup.test"})
  void goesToTheBestExchanger(String domain) throws Exception {
    house.send("bob@" + domain, MESSAGE);

    assertThat(first.await().to()).hasSize(1);
    house.awaitEmptyQueue();
    assertThat(second.visits()).isEmpty();
  }

  @Test
  @Shows("A6.3")
  void goesToTheNextExchangerWhereTheBestDoesNotAnswer() throws Exception {
    house.send("bob@mixed.test", MESSAGE);
    assertThat(second.await().to()).containsExactly("bob@mixed.test");

    first.always("CONNECT", "554 5.3.2 Not here");
    house.send("bob@ordered.test", MESSAGE);
    assertThat(second.await().to()).containsExactly("bob@ordered.test");
    house.awaitEmptyQueue();
    assertThat(first.visits()).hasSize(1);
  }

  @Test
  @Shows("A6.3")
  void aBackupWaitsForABetterHostAndGoesToNoWorse() throws Exception {
    first.always("CONNECT", "421 4.3.2 Not now");

    house.send("bob@backup.test", MESSAGE);
    house.awaitAttempts(1);
    first.well();
    house.retryUntilEmpty();

    assertThat(first.await().to()).containsExactly("bob@backup.test");
    assertThat(second.visits()).isEmpty();
  }

  @Test
  void aRefusedRecipientIsNotTriedElsewhere() throws Exception {
    first.always("RCPT", "550 5.1.1 No");

    house.send("bob@ordered.test", MESSAGE);

    house.awaitInbox(1);
    house.awaitEmptyQueue();
    assertThat(second.visits()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "null.test, 5.1.10, does not accept mail",
    "nowhere.test, 5.4.4, name=nowhere.test",
    "text.test, 5.4.4, name=text.test",
    "empty.test, 5.4.4, name=empty.test",
    "deadmx.test, 5.4.4, name=missing.test",
    "loop.test, 5.4.6, loops back to myself",
    "named.test, 5.4.6, loops back to myself",
    "equal.test, 5.4.6, loops back to myself",
    "worse.test, 5.4.6, loops back to myself",
    "us.test, 5.4.6, loops back to myself",
    "any.test, 5.4.6, loops back to myself",
    "six.test, 5.4.6, loops back to myself",
    "[0.0.0.0], 5.4.6, loops back to myself",
    "group.test, 5.4.4, no address that mail can be sent to: 224.0.0.1",
    "near.test, 5.4.4, no address that mail can be sent to: 169.254.169.254",
  })
  @Shows("A6.3")
  void isReturnedAtOnce(String domain, String status, String reason) throws Exception {
    house.send("bob@" + domain, MESSAGE);

    String report = house.awaitInbox(1).get(0).replaceAll("\\s+", " "); // its lines are folded
    assertThat(report).contains("Status: " + status).contains(reason);
    house.awaitEmptyQueue();
    assertThat(first.visits()).isEmpty();
    assertThat(second.visits()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"broken.test", "brokenmx.test"})
  void waitsWhereTheNamesCannotBeAskedNow(String domain) throws Exception {
    house.send("bob@" + domain, MESSAGE);

    house.awaitAttempts(1);
    assertThat(house.queued("bob@" + domain).lastReason())
        .startsWith("4.4.3 Host or domain name not found. Name service error for name=")
        .contains(": Host not found, try again (")
        .doesNotContain("Exception", "Fault ", "java.");
    assertThat(house.inbox()).isEmpty();
  }

  @Test
  void anAddressLiteralIsTheHost() throws Exception {
    house.send("bob@[127.0.0.3]", MESSAGE);

    assertThat(second.await().to()).containsExactly("bob@[127.0.0.3]");
  }

  @Test
  void eachDomainOfAMailGoesItsOwnWay() throws Exception {
    house.send(
        "<ada@example.org>",
        List.of("<a@plain.test>", "<b@two.test>", "<c@plain.test>", "<d@null.test>"),
        MESSAGE.getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThat(first.await().to()).containsExactlyInAnyOrder("a@plain.test", "c@plain.test");
    assertThat(second.await().to()).containsExactly("b@two.test");
    assertThat(house.awaitInbox(1).get(0)).contains("d@null.test").doesNotContain("b@two.test");
  }
}
