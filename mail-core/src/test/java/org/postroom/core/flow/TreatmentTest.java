package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.core.flow.FlowHouse.address;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.filter.Examined;
import org.postroom.core.filter.Filter;
import org.postroom.core.filter.Finding;
import org.postroom.core.mail.FieldLine;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueControl.Change;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.core.restriction.Consequence;

/** What becomes of a mail that filters, or its door, wish something of. */
class TreatmentTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Filter wishing(Consequence... consequences) {
    return mail -> Finding.passed(consequences);
  }

  private static FlowHouse house(Filter... filters) {
    FlowHouse.Plan plan = FlowHouse.standing(PATIENCE);
    for (Filter filter : filters) {
      plan.filter("test", filter);
    }
    return plan.open();
  }

  private static List<String> recipients(FlowHouse.Host host) {
    return host.mails.stream()
        .flatMap(mail -> mail.recipients().stream())
        .map(one -> one.recipient().address().toString())
        .sorted()
        .toList();
  }

  @Test
  void goesOnWhereNobodyMinds() {
    try (FlowHouse house = house(mail -> Finding.NOTHING)) {
      house.send("ada@here.test");

      assertThat(house.inbox()).hasSize(1);
    }
  }

  @Test
  void whatIsRefusedIsNowhere() {
    try (FlowHouse house =
        house(
            mail -> Finding.refused(550, ".7.1", "no"),
            mail -> {
              throw new AssertionError("is not asked any more");
            })) {
      Handover handover = house.flow.accept(house.mail("ada@here.test", "x@far.test"));

      assertThat(handover)
          .isInstanceOfSatisfying(
              Handover.Refused.class,
              refused -> {
                assertThat(refused.reply()).hasToString("550 5.7.1 no");
                assertThat(refused.rule()).isEqualTo("test");
              });
      assertThat(house.stores.queue().size()).isZero();
    }
  }

  @Test
  void aFilterThatFailsRefusesForNow() {
    try (FlowHouse house =
        house(
            mail -> {
              throw new IllegalStateException("broken");
            })) {
      Handover handover = house.flow.accept(house.mail("ada@here.test"));

      assertThat(handover)
          .isInstanceOfSatisfying(
              Handover.Refused.class, refused -> assertThat(refused.reply().code()).isEqualTo(451));
    }
  }

  @Test
  void whatIsThrownAwayLooksAsIfItWereTaken() {
    try (FlowHouse house = house(wishing(new Consequence.Discard()))) {
      assertThat(house.flow.accept(house.mail("ada@here.test", "x@far.test")))
          .isInstanceOf(Handover.Discarded.class);

      assertThat(house.stores.queue().size()).isZero();
    }
  }

  @Test
  void eachFilterSeesWhatTheOneBeforeHasLeft() {
    Filter marks =
        mail -> {
          try (Examined.Edit edit = mail.edit()) {
            edit.replace(0, 0, "X-Marked: yes\r\n".getBytes(UTF_8));
            return new Finding.Passed(List.of(), java.util.Optional.of(edit.finish()), List.of());
          }
        };
    Filter looks =
        mail ->
            new String(mail.content().toBytes(), UTF_8).startsWith("X-Marked")
                ? Finding.passed(
                    new Consequence.Prepend(new FieldLine("Subject: seen")),
                    new Consequence.Prepend(new FieldLine("X-Second: 2")))
                : Finding.refused(550, ".7.1", "not marked");
    try (FlowHouse house = house(marks, looks)) {
      house.send("ada@here.test");

      assertThat(house.inbox())
          .singleElement()
          .asString()
          .contains("Subject: seen\r\nX-Second: 2\r\nX-Marked: yes\r\nSubject: hello\r\n");
      assertThat(house.staged()).isZero();
    }
  }

  /** Its sender's mail is not too long: he is to come again, and the administrator to mend it. */
  @Test
  void editsMayNotMakeAMailLongerThanAnyMayBe() {
    Filter grows =
        mail -> {
          try (Examined.Edit edit = mail.edit()) {
            edit.replace(0, 0, new byte[2000]);
            return new Finding.Passed(List.of(), java.util.Optional.of(edit.finish()), List.of());
          }
        };
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE).mostLonger(1000).filter("x", grows).open()) {
      assertThat(house.flow.accept(house.mail("ada@here.test")))
          .isInstanceOfSatisfying(
              Handover.Refused.class,
              refused -> assertThat(refused.reply().toString()).startsWith("451 4.3.0"));
      assertThat(house.staged()).isZero();
    }
  }

  @Test
  void whatOneEditHasAddedAnotherMayNotAddAgain() {
    Filter grows =
        mail -> {
          try (Examined.Edit edit = mail.edit()) {
            edit.replace(0, 0, "X-Filler: 1\r\n".repeat(50).getBytes(UTF_8));
            return new Finding.Passed(List.of(), java.util.Optional.of(edit.finish()), List.of());
          }
        };
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .mostLonger(1000)
            .filter("x", grows)
            .filter("y", grows)
            .open()) {
      assertThat(house.flow.accept(house.mail("ada@here.test")))
          .isInstanceOf(Handover.Refused.class);
      assertThat(house.staged()).isZero();
    }
  }

  @Test
  void whatIsSentElsewhereGoesToNobodyElse() {
    try (FlowHouse house =
        house(
            wishing(
                new Consequence.Filter("smtp:filter.test"),
                new Consequence.Redirect(address("boss@far.test"))))) {
      FlowHouse.Host far = house.living("far.test");
      house.send("ada@here.test", "x@other.test");
      house.time.advance(Duration.ofSeconds(1));

      assertThat(recipients(far)).containsExactly("boss@far.test");
      assertThat(house.inbox()).isEmpty();
    }
  }

  @Test
  void copiesAreNeverReportedOn() {
    try (FlowHouse house =
        house(
            wishing(
                new Consequence.Bcc(address("log@far.test")),
                new Consequence.Bcc(address("ada@here.test"))))) {
      FlowHouse.Host far = house.refuses("far.test");
      house.send("ada@here.test");
      house.time.advance(Duration.ofSeconds(1));

      assertThat(far.mails.get(0).recipients())
          .extracting(QueuedRecipient::recipient)
          .singleElement()
          .extracting(Recipient::reportOn)
          .isEqualTo(Set.of(Recipient.Notify.NEVER));
      assertThat(house.inbox()).as("one copy, and no report").hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"smtp:filter.test", "smtp: filter.test"})
  void aFilterGetsTheWholeMailAndSoDoesEachAttempt(String destination) {
    try (FlowHouse house = house(wishing(new Consequence.Filter(destination)))) {
      FlowHouse.Host filter = house.putsOff("filter.test");
      house.send("ada@here.test", "x@far.test");
      house.time.advance(Duration.ofMinutes(20));

      assertThat(filter.tried).hasSizeGreaterThan(1);
      assertThat(recipients(filter)).contains("ada@here.test", "x@far.test");
      assertThat(house.inbox()).isEmpty();
    }
  }

  @Test
  void aFilterWithoutANextHopLeavesItToTheDomain() {
    try (FlowHouse house = house(wishing(new Consequence.Filter("smtp:")))) {
      FlowHouse.Host here = house.living("here.test");
      house.send("ada@here.test");
      house.time.advance(Duration.ofSeconds(1));

      assertThat(recipients(here)).containsExactly("ada@here.test");
    }
  }

  @Test
  void aTransportThatIsNotThereRefusesForNow() {
    try (FlowHouse house = house(wishing(new Consequence.Filter("scan:[127.0.0.1]:10025")))) {
      assertThat(house.flow.accept(house.mail("ada@here.test")))
          .isInstanceOfSatisfying(
              Handover.Refused.class,
              refused -> assertThat(refused.reply().toString()).startsWith("451 4.3.5"));
    }
  }

  @Test
  void whatIsHeldWaitsUntilSomebodyLetsItGo() {
    try (FlowHouse house = house(wishing(new Consequence.Hold()))) {
      FlowHouse.Host far = house.living("far.test");
      house.send("ada@here.test", "x@far.test");
      house.time.advance(Duration.ofDays(1));
      assertThat(house.inbox()).isEmpty();
      assertThat(far.mails).isEmpty();

      QueueControl queue = house.stores.queue().control();
      List<Long> ids =
          queue.page(Section.HOLD, Position.START).mails().get(0).recipients().stream()
              .map(one -> one.recipient().id())
              .toList();
      assertThat(queue.change(Change.RELEASE, ids)).isEqualTo(2);
      house.time.advance(Duration.ofSeconds(1));

      assertThat(house.inbox()).hasSize(1);
      assertThat(recipients(far)).containsExactly("x@far.test");
      assertThat(queue.page(Section.HOLD, Position.START).mails()).isEmpty();
      assertThat(queue.change(Change.RELEASE, ids)).isZero();
    }
  }

  @Test
  void wishesOfADoorStandBesideThoseOfFilters() {
    try (FlowHouse house = house(wishing(new Consequence.Bcc(address("log@far.test"))))) {
      FlowHouse.Host far = house.living("far.test");
      Recipient ada = Recipient.of(address("ada@here.test"));
      house.flow.accept(
          house.mail("ada@here.test"),
          List.of(
              house
                  .flow
                  .expansion()
                  .expand(ReversePath.NULL, ada, org.postroom.core.fact.Facts.WAITING)),
          new Wishes(
              List.of(
                  new Consequence.Prepend(new FieldLine("X-Door: 1")),
                  new Consequence.Bcc(address("door@far.test"))),
              true));
      house.time.advance(Duration.ofSeconds(1));

      assertThat(recipients(far)).containsExactly("door@far.test", "log@far.test");
      assertThat(house.inbox()).singleElement().asString().contains("\r\nX-Door: 1\r\n");
    }
  }
}
