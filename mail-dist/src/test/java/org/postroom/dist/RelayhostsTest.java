package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;

/** Of several relay hosts, one is tried after the other. */
@Tag("two-clocks")
final class RelayhostsTest {

  /** A port that nobody listens to, a host that is not found, and a domain without exchangers. */
  @ParameterizedTest
  @ValueSource(strings = {"[127.0.0.1]:1", "[nowhere.test]:25", "nowhere.test"})
  @Shows("A4.6")
  void theNextOneTakesWhatOneCannot(String first) throws Exception {
    try (RelayHouse house = new RelayHouse()) {
      RelayHop hop = house.relayhost();
      house.set("relayhost", first + ", " + hop.name()).start();

      house.send(BOB, MESSAGE);

      assertThat(hop.await().to()).containsExactly(BOB);
      house.awaitEmptyQueue();
    }
  }

  /** A domain that is not there, one of no use, and a relay host that nobody listens to. */
  @ParameterizedTest
  @CsvSource({
    "x@nowhere.test, ''",
    "x@inside.test, ''",
    "x@far.test, [127.0.0.1]:1",
    "x@far.test, nowhere.test"
  })
  void theFallbackTakesWhatFindsNoWay(String recipient, String relayhost) throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time)) {
      house
          .zone("inside.test MX 10 mx.inside.test", "mx.inside.test A 192.0.2.1")
          .set("smtp_connect_timeout", "1s")
          .set("relayhost", relayhost)
          .set("smtp_fallback_relay", hop.name())
          .start();

      house.send(recipient, MESSAGE);
      if (recipient.equals("x@inside.test")) {
        house.passUntilAttempts(java.time.Duration.ofSeconds(2), 0);
      }

      assertThat(hop.await().to()).containsExactly(recipient);
      house.awaitEmptyQueue();
    }
  }

  @Test
  void theFallbackIsNotForWhoTakesNoMail() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time)) {
      house.zone("null.test MX 0 .").set("smtp_fallback_relay", hop.name()).start();

      house.send("x@null.test", MESSAGE);

      assertThat(house.awaitInbox(1).get(0)).contains("does not accept mail");
      assertThat(hop.visits()).isEmpty();
    }
  }

  /** The name is a host's, whatever mail exchangers it has. */
  @Test
  void withoutTheDnsNamesAreThoseOfHosts() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time)) {
      house
          .zone("hub.test MX 0 .", "hub.test A 127.0.0.1")
          .set("smtp_special_networks", "127.0.0.0/8")
          .set("relayhost", "hub.test:" + hop.port())
          .set("disable_dns_lookups", "yes")
          .start();

      house.send(BOB, MESSAGE);

      assertThat(hop.await().to()).containsExactly(BOB);
    }
  }
}
