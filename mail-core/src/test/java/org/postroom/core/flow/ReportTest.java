package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.core.flow.FlowHouse.address;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.Transport;
import org.postroom.core.fact.Facts;
import org.postroom.core.mail.Recipient;

/** What senders hear of their mail (RFC 3461, RFC 3464). */
class ReportTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static FlowHouse.Host answering(FlowHouse house, DeliveryResult result) {
    return house.host(
        "far.test", mail -> CompletableFuture.completedFuture(Transport.Report.all(mail, result)));
  }

  @Test
  void showsWhatTheFarSideSaidAsItSaidIt() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      answering(
          house,
          new DeliveryResult.Bounced(
              "mx.far.test[192.0.2.1]:25",
              "5.1.1",
              "host mx.far.test[192.0.2.1]:25 said: 550 5.1.1 nobody (in reply to RCPT TO command)",
              "550 5.1.1 nobody"));
      house.send("x@far.test");
      house.time.advance(Duration.ofSeconds(1));

      assertThat(house.inbox())
          .singleElement()
          .asString()
          .contains("\r\nRemote-MTA: dns; mx.far.test\r\n")
          .contains("\r\nDiagnostic-Code: smtp; 550 5.1.1 nobody\r\n")
          .contains("\r\nAction: failed\r\nStatus: 5.1.1\r\n");
    }
  }

  @Test
  void aDecisionOfOurOwnIsOfNoProtocol() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      answering(house, new DeliveryResult.Bounced("none", "5.4.6", "mail loops back to myself"));
      house.send("x@far.test");
      house.time.advance(Duration.ofSeconds(1));

      assertThat(house.inbox())
          .singleElement()
          .asString()
          .contains("\r\nDiagnostic-Code: X-Postroom; mail loops back to myself\r\n")
          .doesNotContain("Remote-MTA");
    }
  }

  @Test
  void saysThatTimeRanOut() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      answering(
          house,
          new DeliveryResult.Deferred(
              "mx.far.test[192.0.2.1]:25", "4.2.1", "host said: 451 4.2.1 busy", "451 4.2.1 busy"));
      house.send("x@far.test");
      house.time.advance(Duration.ofDays(6));

      List<String> reports = house.inbox();
      assertThat(reports.get(reports.size() - 1))
          .contains("\r\nAction: failed\r\nStatus: 4.4.7\r\n")
          .contains("\r\nDiagnostic-Code: smtp; 451 4.2.1 busy\r\n");
    }
  }

  @Test
  void hasNoLineThatIsTooLong() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      String said = "550 " + "x".repeat(2000) + " " + "word ".repeat(400);
      answering(house, new DeliveryResult.Bounced("mx[192.0.2.1]:25", "5.0.0", said, said));
      house.send("x@far.test");
      house.time.advance(Duration.ofSeconds(1));

      assertThat(house.inbox()).hasSize(1);
      assertThat(house.inbox().get(0).split("\r\n"))
          .allSatisfy(line -> assertThat(line.length()).isLessThan(310));
    }
  }

  @Test
  void saysThatAMailHasArrivedHereWhereItsSenderAsks() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      Recipient ada =
          new Recipient(
              address("ada@here.test"), Set.of(Recipient.Notify.SUCCESS), Optional.empty());
      house.flow.accept(
          house.mail("ada@here.test"),
          List.of(house.flow.expansion().expand(ReversePath.NULL, ada, Facts.WAITING)),
          Wishes.NONE);
      house.time.advance(Duration.ofSeconds(1));

      assertThat(house.inbox()).hasSize(2);
      assertThat(house.inbox())
          .anySatisfy(
              report ->
                  assertThat(report)
                      .contains("Subject: Successful Mail Delivery Report")
                      .contains("\r\nAction: delivered\r\nStatus: 2.0.0\r\n"));
    }
  }

  @Test
  void whereNothingFailsForGoodItIsTriedAgain() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).softBounce().open()) {
      FlowHouse.Host far = house.refuses("far.test");
      house.send("x@far.test");
      house.time.advance(Duration.ofHours(1));

      assertThat(far.tried).hasSizeGreaterThan(2);
      assertThat(house.inbox()).isEmpty();
    }
  }
}
