package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueControl.Change;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.core.testing.Until;

/** What becomes of mail with which an administrator has done something. */
@Timeout(60)
final class AdministeredQueueTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static QueueControl control(FlowHouse house) {
    return house.stores.queue().control();
  }

  private static List<Long> all(FlowHouse house) {
    return house.stores.queue().list(100).stream()
        .flatMap(mail -> mail.recipients().stream())
        .map(QueuedRecipient::id)
        .toList();
  }

  @Test
  void whatIsEndedIsNotSentAgainAndItsSenderHearsWhyItWaited() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host grey = house.putsOff("grey.test");
      house.send("bob@grey.test");
      house.time.advance(Duration.ofSeconds(1));
      assertThat(grey.tried).hasSize(1);

      assertThat(control(house).change(Change.EXPIRE, all(house))).isEqualTo(1);
      house.time.advance(Duration.ofSeconds(10));
      assertThat(house.stores.queue().size()).as("its time has not come").isEqualTo(1);
      assertThat(control(house).change(Change.RUN, all(house))).isEqualTo(1);
      house.time.advance(Duration.ofSeconds(1));

      assertThat(grey.tried).as("nothing was sent").hasSize(1);
      assertThat(house.stores.queue().size()).isZero();
      assertThat(house.inbox())
          .singleElement()
          .asString()
          .contains("Action: failed", "Status: 4.4.7", "delivery time expired: 4.2.1");
    }
  }

  @Test
  void whatIsEndedBeforeItWasTriedSaysThatAnAdministratorWantedSo() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host living = house.living("living.test");
      Submission mail = house.mail("bob@living.test", "eve@living.test");
      List<Acceptance.Onward> onward =
          mail.envelope().recipients().stream()
              .map(one -> new Acceptance.Onward(one, "smtp:living.test"))
              .toList();
      house.stores.mailCommit().commit(new Acceptance(mail, List.of(), onward).held());
      List<Long> ids = all(house);
      assertThat(control(house).change(Change.EXPIRE, ids.subList(0, 1))).isEqualTo(1);
      assertThat(control(house).change(Change.RELEASE, ids)).isEqualTo(2);
      house.time.advance(Duration.ofSeconds(1));

      assertThat(living.mails).hasSize(1);
      assertThat(living.mails.get(0).recipients()).hasSize(1);
      assertThat(house.inbox())
          .singleElement()
          .asString()
          .contains("message is administratively expired");
    }
  }

  @Test
  void aDestinationThatRestsIsTriedAtOnceByWhoKnowsThatItIsThere() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host dead = house.dead("dead.test");
      house.send("bob@dead.test");
      house.time.advance(Duration.ofSeconds(1));
      assertThat(dead.tried).hasSize(1);
      assertThat(control(house).change(Change.RUN, all(house))).isEqualTo(1);
      house.time.advance(Duration.ofSeconds(1));
      assertThat(dead.tried).as("it rests").hasSize(1);

      house.revive("smtp:dead.test");
      house.time.advance(Duration.ofSeconds(1));

      assertThat(dead.tried).hasSize(2);
    }
  }

  @Test
  void whatIsRequeuedGoesWhereConfigurationOfTodaySendsIt() {
    AtomicBoolean ours = new AtomicBoolean();
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .comesHome(recipient -> ours.get() && recipient.domain().name().equals("grey.test"))
            .open()) {
      house.putsOff("grey.test");
      house.send("bob@grey.test");
      house.time.advance(Duration.ofSeconds(1));
      QueuedMail mail = house.stores.queue().list(1).get(0);
      ours.set(true);

      Optional<QueueId> again = house.flow.requeue(mail);

      assertThat(again).isPresent().get().isNotEqualTo(mail.id());
      assertThat(house.inbox()).hasSize(1);
      assertThat(house.stores.queue().size()).isZero();
      assertThat(house.memory.held()).isZero();
      assertThat(house.flow.requeue(mail)).as("it is gone").isEmpty();
      assertThat(house.inbox()).hasSize(1);
    }
  }

  @Test
  void whatWaitsForAFilterIsRequeuedForTheFilter() {
    AtomicBoolean ours = new AtomicBoolean();
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .comesHome(recipient -> ours.get() && recipient.domain().name().equals("far.test"))
            .open()) {
      FlowHouse.Host scanner = house.putsOff("scanner.test");
      FlowHouse.Host far = house.living("far.test");
      Submission mail = house.mail("bob@far.test");
      Acceptance.Onward filtered =
          new Acceptance.Onward(mail.envelope().recipients().get(0), "filter:smtp:scanner.test");
      house.stores.mailCommit().commit(new Acceptance(mail, List.of(), List.of(filtered)));
      house.time.advance(Duration.ofSeconds(1));
      assertThat(scanner.tried).hasSize(1);

      for (boolean here : List.of(false, true)) {
        ours.set(here);
        QueuedMail waiting = house.stores.queue().list(1).get(0);
        assertThat(house.flow.requeue(waiting)).isPresent();
        assertThat(house.stores.queue().list(1).get(0).destination())
            .isEqualTo(waiting.destination());
        // Its attempt begins at once; while it lasts nobody requeues it.
        house.time.advance(Duration.ofSeconds(1));
      }

      assertThat(scanner.tried).hasSizeGreaterThan(1);
      assertThat(far.tried).isEmpty();
      assertThat(house.inbox()).isEmpty();
    }
  }

  @Test
  void whatIsUnderWayIsNotRequeued() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host far = house.silent("far.test");
      house.send("bob@far.test");
      Until.so(() -> far.open.size() == 1);
      QueuedMail mail = house.stores.queue().list(1).get(0);

      assertThat(house.flow.requeue(mail)).isEmpty();
      assertThat(control(house).change(Change.HOLD, all(house))).isEqualTo(1);
      assertThat(house.flow.requeue(mail)).as("held, and still under way").isEmpty();
      far.open.get(0).take();
      house.time.advance(Duration.ofSeconds(1));

      assertThat(house.stores.queue().size()).isZero();
      assertThat(far.mails).hasSize(1);
    }
  }

  @Test
  void whatIsHeldWhileItIsTriedIsHeldAfterwards() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host grey = house.putsOff("grey.test");
      house.send("bob@grey.test");
      house.time.advance(Duration.ofSeconds(1));

      control(house).change(Change.HOLD, all(house));
      house.time.advance(Duration.ofDays(10));

      assertThat(grey.tried).hasSize(1);
      assertThat(control(house).page(Section.HOLD, Position.START).mails()).hasSize(1);
    }
  }
}
