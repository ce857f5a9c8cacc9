package org.postroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.testkit.Mails.any;
import static org.postroom.testkit.Mails.to;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.address.Domain;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.Tlsa;
import org.postroom.dist.Inbox;
import org.postroom.dist.assembly.StartedServer;

/** Mail goes between the servers of a test as it does between those of the world. */
@Timeout(60)
@Tag("seconds")
final class TestNetworkTest {
  private static final String SHOP = "shop.example";
  private static final String CUSTOMERS = "example.org";
  private static final String ADA = "ada@example.org";

  @Test
  void mailFindsItsWayByMxUnderTls() throws IOException {
    try (TestNetwork network = TestNetwork.of(SHOP, CUSTOMERS)) {
      send(network.at(SHOP), ADA);

      ReceivedMail mail = network.at(CUSTOMERS).awaitOne(to(ADA));
      assertThat(mail.sender()).isEqualTo("shop@shop.example");
      assertThat(mail.isSecured()).isTrue();
      assertThat(mail.helo()).isEqualTo("mx.shop.example");
      assertThat(mail.headers("Received")).hasSize(2);
      assertThat(network.names().asked()).contains("example.org MX", "mx.example.org A");
      assertThat(Inbox.of(network.at(CUSTOMERS).server(), ADA)).hasSize(1);
    }
  }

  @Test
  void mailStaysWhereItsRecipientIs() throws IOException {
    try (TestNetwork network = TestNetwork.of(SHOP, CUSTOMERS)) {
      send(network.at(CUSTOMERS), ADA);

      assertThat(network.at(CUSTOMERS).awaitOne(any()).recipients()).containsExactly(ADA);
      assertThat(network.names().asked()).isEmpty();
      assertThat(network.at(SHOP).received()).isEmpty();
    }
  }

  @Test
  void waitsForAServerThatIsAway() throws IOException {
    try (TestNetwork network = TestNetwork.with().server(SHOP).server(CUSTOMERS).frozen().start()) {
      TestMail shop = network.at(SHOP);
      send(shop, ADA);
      network.time().advance(Duration.ZERO);
      assertThat(network.at(CUSTOMERS).received()).hasSize(1);

      network.away(CUSTOMERS);
      send(shop, ADA);
      network.time().advance(Duration.ofHours(2));

      assertThat(network.at(CUSTOMERS).received()).hasSize(1);
      assertThat(queued(shop))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.attempts()).isGreaterThan(1);
                assertThat(one.lastReason())
                    .contains("mx.example.org[198.51.100.2]:25")
                    .contains("Connection refused");
              });

      network.back(CUSTOMERS);
      network.time().advance(Duration.ofHours(2));

      assertThat(network.at(CUSTOMERS).received()).hasSize(2);
      assertThat(queued(shop)).isEmpty();
    }
  }

  @Test
  void comesBackFromWhereNobodyWantsIt() throws IOException {
    try (TestNetwork network =
        TestNetwork.with()
            .server(SHOP)
            .server(CUSTOMERS, TestMail.with().account(ADA, "pw").strict())
            .frozen()
            .start()) {
      TestMail shop = network.at(SHOP);
      send(shop, "bob@example.org");
      network.time().advance(Duration.ZERO);

      assertThat(network.at(CUSTOMERS).received()).isEmpty();
      assertThat(network.at(CUSTOMERS).refusals())
          .anySatisfy(one -> assertThat(one.answer()).startsWith("550 5.1.1 "));
      assertThat(Inbox.of(shop.server(), "shop@shop.example"))
          .singleElement()
          .satisfies(report -> assertThat(report).contains("bob@example.org", "5.1.1"));
    }
  }

  @Test
  void comesBackAfterFiveDays() throws IOException {
    try (TestNetwork network = TestNetwork.with().server(SHOP).server(CUSTOMERS).frozen().start()) {
      TestMail shop = network.at(SHOP);
      network.away(CUSTOMERS);
      send(shop, ADA);
      network.time().advance(Duration.ofDays(6));

      assertThat(queued(shop)).isEmpty();
      assertThat(Inbox.of(shop.server(), "shop@shop.example"))
          .singleElement()
          .satisfies(report -> assertThat(report).contains("Status: 4.4.7", ADA));
    }
  }

  @Test
  void namesMayFailAndChange() throws IOException {
    try (TestNetwork network =
        TestNetwork.with()
            .server(SHOP)
            .server(CUSTOMERS)
            .records("void.example MX 0 .")
            .frozen()
            .start()) {
      TestMail shop = network.at(SHOP);
      network.names().fail("mx.example.org");
      send(shop, ADA);
      network.time().advance(Duration.ofMinutes(1));
      assertThat(queued(shop))
          .singleElement()
          .satisfies(one -> assertThat(one.lastReason()).startsWith("4.4.3 "));

      network.names().put("example.org mx 10 other.example", "other.example A 198.51.100.2");
      network.time().advance(Duration.ofHours(2));
      assertThat(network.at(CUSTOMERS).received()).hasSize(1);

      network.names().remove("example.org");
      send(shop, ADA);
      send(shop, "bob@void.example");
      network.time().advance(Duration.ZERO);
      assertThat(Inbox.of(shop.server(), "shop@shop.example"))
          .hasSize(2)
          .anySatisfy(report -> assertThat(report).contains("Status: 5.4.4"))
          .anySatisfy(report -> assertThat(report).contains("Status: 5.1.10"));
    }
  }

  /** As a client sees it that checks signatures. */
  @Test
  void certificatesMayBeNamedInTheDns() throws Exception {
    try (TestNetwork network = TestNetwork.of(SHOP, CUSTOMERS)) {
      Domain name = Domain.of("_25._tcp.mx.example.org");
      TestNames names = network.names();
      assertThat(now(names.tlsa(name))).as("without").isInstanceOf(Answer.NoSuchName.class);

      names.put("_25._tcp.mx.example.org TLSA 3 1 1 0A1B2C");
      assertThat(now(names.tlsa(name)))
          .as("with")
          .isEqualTo(new Answer.Found<>(List.of(new Tlsa(3, 1, 1, "0a1b2c")), Optional.of(name)));

      names.fail("_25._tcp.mx.example.org");
      assertThat(now(names.tlsa(name))).as("forged").isInstanceOf(Answer.TryAgain.class);

      names.heal("_25._tcp.mx.example.org");
      network.at(SHOP).faults().dns("_25._tcp.mx.example.org").times(1).fails();
      Resolver ofShop = network.at(SHOP).faults().over(names);
      assertThat(now(ofShop.tlsa(name))).as("a fault").isInstanceOf(Answer.TryAgain.class);
      assertThat(now(ofShop.tlsa(name))).isInstanceOf(Answer.Found.class);

      names.remove("_25._tcp.mx.example.org");
      assertThat(now(names.tlsa(name))).isInstanceOf(Answer.NoSuchName.class);
      assertThat(names.asked()).contains("_25._tcp.mx.example.org TLSA");
    }
  }

  private static <T> Answer<T> now(CompletionStage<Answer<T>> answer) {
    return answer.toCompletableFuture().join();
  }

  @Test
  void answersOfTheDnsTakeTheirTime() throws IOException {
    try (TestNetwork network = TestNetwork.with().server(SHOP).server(CUSTOMERS).frozen().start()) {
      network.names().answerAfter(Duration.ofSeconds(10));
      Instant begun = network.time().instant();
      send(network.at(SHOP), ADA);
      network.time().advance(Duration.ofMinutes(1));

      ReceivedMail mail = network.at(CUSTOMERS).awaitOne(to(ADA));
      String received = mail.headers("Received").get(0);
      Instant came =
          Instant.from(
              DateTimeFormatter.RFC_1123_DATE_TIME.parse(
                  received.substring(received.indexOf(';') + 1).strip()));
      assertThat(came)
          .as("after the MX, and its host")
          .isAfterOrEqualTo(begun.plusSeconds(19))
          .isBefore(begun.plusSeconds(60));
    }
  }

  @Test
  void whoNeedsToLogInElsewhereIsRefused() throws IOException {
    try (TestNetwork network =
        TestNetwork.with().server(SHOP, TestMail.with().strict()).server(CUSTOMERS).start()) {
      assertThatThrownBy(() -> send(network.at(SHOP), ADA)).hasMessageContaining("454 4.7.1");
    }
  }

  @Test
  void refusesWhatIsNoNetwork() {
    assertThatThrownBy(() -> TestNetwork.of(SHOP, SHOP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has a server already");
    assertThatThrownBy(TestNetwork::of).isInstanceOf(IllegalArgumentException.class);
    try (TestNetwork network = TestNetwork.of(SHOP)) {
      assertThatThrownBy(() -> network.at("example.net"))
          .hasMessageContaining("example.net has no server")
          .hasMessageContaining(SHOP);
      assertThatThrownBy(() -> network.names().put("example.net MX"))
          .hasMessageContaining("Not a record");
    }
  }

  private static List<QueuedRecipient> queued(TestMail mail) {
    return mail.server().unwrap(StartedServer.class).queue().list(100).stream()
        .map(QueuedMail::recipients)
        .flatMap(List::stream)
        .toList();
  }

  private static void send(TestMail by, String recipient) throws IOException {
    try (Lines client = new Lines(by.smtp())) {
      expect("250", client.say("EHLO client.example"));
      expect("250", client.say("MAIL FROM:<shop@shop.example>"));
      expect("250", client.say("RCPT TO:<" + recipient + ">"));
      expect("354", client.say("DATA"));
      expect("250", client.say("Subject: invoice\r\n\r\nThank you.\r\n."));
    }
  }

  private static void expect(String code, String answer) {
    if (!answer.startsWith(code)) {
      throw new AssertionError("expected " + code + ", heard " + answer);
    }
  }
}
