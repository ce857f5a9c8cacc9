package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.postroom.core.delivery.Attempted;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.Fault;

/** What a program hears of mail that waits in the queue. */
final class TidingsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<String> heard = new CopyOnWriteArrayList<>();

  private FlowHouse listening(FlowHouse house) {
    house.tidings.onDelivered(one -> heard.add("delivered " + text(one)));
    house.tidings.onDelayed(one -> heard.add("delayed " + text(one)));
    house.tidings.onBounced(one -> heard.add("bounced " + text(one)));
    return house;
  }

  private static String text(Attempted one) {
    assertThat(one.sender()).hasToString("ada@here.test");
    return one.recipient().address() + " " + one.result().status() + " " + one.result().relay();
  }

  @Test
  void saysWhatBecameOfEachRecipient() {
    try (FlowHouse house = listening(FlowHouse.standing(PATIENCE).open())) {
      house.living("living.test");
      house.refuses("refusing.test");
      house.putsOff("busy.test");

      house.send("ada@here.test", "bob@living.test", "x@refusing.test", "carol@busy.test");
      house.time.advance(Duration.ZERO);

      assertThat(heard)
          .as("who has a mailbox here has it already")
          .containsExactlyInAnyOrder(
              "delivered bob@living.test 2.0.0 far",
              "bounced x@refusing.test 5.1.1 far",
              "delayed carol@busy.test 4.2.1 far");
      heard.clear();
      house.living("busy.test");
      house.time.advance(Duration.ofHours(1));

      assertThat(heard).containsExactly("delivered carol@busy.test 2.0.0 far");
    }
  }

  @Test
  void whatIsTriedForTooLongIsGivenUp() {
    try (FlowHouse house = listening(FlowHouse.standing(PATIENCE).open())) {
      house.dead("dead.test");

      house.send("bob@dead.test");
      house.time.advance(Duration.ofDays(6));

      assertThat(heard).first().isEqualTo("delayed bob@dead.test 4.4.1 none");
      assertThat(heard).last().isEqualTo("bounced bob@dead.test 4.4.7 none");
      assertThat(heard).filteredOn(line -> line.startsWith("bounced")).hasSize(1);
    }
  }

  @Test
  void whatDoesNotFailForGoodIsDelayed() {
    try (FlowHouse house = listening(FlowHouse.standing(PATIENCE).softBounce().open())) {
      house.refuses("refusing.test");

      house.send("x@refusing.test");
      house.time.advance(Duration.ZERO);

      assertThat(heard).containsExactly("delayed x@refusing.test 4.1.1 far");
    }
  }

  @Test
  void whatCameHomeIsDelivered() {
    boolean[] moved = new boolean[1];
    try (FlowHouse house =
        listening(
            FlowHouse.standing(PATIENCE)
                .comesHome(address -> moved[0] && address.domain().name().equals("moved.test"))
                .open())) {
      house.putsOff("moved.test");
      house.send("bob@moved.test");
      house.time.advance(Duration.ZERO);
      moved[0] = true;
      house.time.advance(Duration.ofHours(1));

      assertThat(heard)
          .containsExactly(
              "delayed bob@moved.test 4.2.1 far", "delivered bob@moved.test 2.0.0 mailbox");
    }
  }

  @Test
  void nothingIsSaidBeforeItIsDurable() {
    Fault away = Fault.of(() -> new StorageUnavailable("the test's database is away"));
    try (FlowHouse house = listening(FlowHouse.standing(PATIENCE).before("settle", away).open())) {
      house.living("living.test");
      away.begin();
      house.send("bob@living.test");
      house.time.advance(Duration.ofMinutes(1));
      assertThat(heard).isEmpty();

      away.end();
      house.time.advance(Duration.ofSeconds(2));

      assertThat(heard).containsExactly("delivered bob@living.test 2.0.0 far");
    }
  }
}
