package org.postroom.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.Traits;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.QueueId;
import org.postroom.core.testing.StagedOctets;
import org.postroom.core.time.VirtualTime;

/** Who watches what, for how long, and how much of it is kept. */
final class WatchesTest {
  private static final Instant NOW = Instant.parse("2026-11-24T15:00:00Z");
  private static final QueueId ONE = new QueueId("ONE");
  private static final Address BOB = Address.parse("bob@far.test");

  private final VirtualTime time = VirtualTime.startingAt(NOW, Duration.ofSeconds(10));
  private final Watches watches = new Watches(time);

  private static QueuedMail mail(QueueId id, Instant arrived) {
    return new QueuedMail(
        id,
        ReversePath.NULL,
        new Traits(BodyType.SEVEN_BIT, false, Optional.empty(), Optional.empty(), false),
        StagedOctets.of(""),
        arrived,
        Optional.empty(),
        "smtp:far.test",
        List.of());
  }

  private void became(QueueId id, Address recipient) {
    watches.became(mail(id, NOW.minusSeconds(1)), recipient, "2.0.0", "sent", "250 ok");
  }

  @Test
  void aMailIsSeenByWhoFollowsIt() {
    Watch watch = watches.open("ada").orElseThrow();
    assertThat(watches.onlooker(ONE)).isEmpty();

    watch.follow(ONE);
    watches.onlooker(ONE).orElseThrow().accept("220 hello");
    became(ONE, BOB);
    became(new QueueId("TWO"), BOB);

    assertThat(watch.take(Duration.ZERO))
        .containsExactly(
            new Watch.Said(ONE, "220 hello"),
            new Watch.Became(ONE, BOB, "2.0.0", "sent", "250 ok"));
    assertThat(watch.take(Duration.ZERO)).isEmpty();
  }

  @Test
  void whatWasExpectedHasComeHoweverEarly() {
    Watch watch = watches.open("ada").orElseThrow();
    watch.follow(ONE);

    became(ONE, BOB);
    watch.expect(ONE, BOB);
    assertThat(watch.expectsNobody()).isTrue();

    watch.expect(ONE, BOB);
    assertThat(watch.expectsNobody()).isFalse();
    became(ONE, BOB);
    assertThat(watch.expectsNobody()).isTrue();
  }

  @Test
  void itIsItsOwnersAlone() {
    long number = watches.open("ada").orElseThrow().number();

    assertThat(watches.find(number, "ada")).isPresent();
    assertThat(watches.find(number, "eve")).isEmpty();
    assertThat(watches.find(number + 1, "ada")).isEmpty();
  }

  @Test
  void fewWatchAtOnceAndWhoHasGoneIsForgotten() {
    for (int i = 0; i < 4; i++) {
      assertThat(watches.open("ada")).isPresent();
      assertThat(watches.open("bob")).isPresent();
    }
    assertThat(watches.open("eve")).isEmpty();

    time.advance(Duration.ofSeconds(61));
    Watch watch = watches.open("ada").orElseThrow();
    watches.close(watch);

    assertThat(watches.find(watch.number(), "ada")).isEmpty();
  }

  @Test
  void oneUserLeavesPlacesToOthers() {
    for (int i = 0; i < 4; i++) {
      assertThat(watches.open("ada")).isPresent();
    }

    assertThat(watches.open("ada")).isEmpty();
    assertThat(watches.open("root")).isPresent();
  }

  @Test
  void theLastThousandLinesAreKeptAndLongOnesAreCut() {
    Watch watch = watches.open("ada").orElseThrow();
    watch.follow(ONE);
    for (int i = 0; i < 1200; i++) {
      watches.onlooker(ONE).orElseThrow().accept(i + "x".repeat(5000));
    }

    Watch.Said first = (Watch.Said) watch.take(Duration.ZERO).get(0);

    assertThat(first.line()).startsWith("200x").hasSize(1003);
    assertThat(watch.lost()).isEqualTo(200);
  }

  @Test
  void whoHandsInForVeryManySeesNothingOfOthersMail() {
    Watch watch = watches.open("ada").orElseThrow();
    watch.follow(ONE);
    for (int i = 0; i < 3000; i++) {
      watch.expect(ONE, Address.parse("bob" + i + "@far.test"));
    }

    became(new QueueId("OTHERS"), BOB);
    became(ONE, BOB);

    assertThat(watch.take(Duration.ZERO))
        .containsExactly(new Watch.Became(ONE, BOB, "2.0.0", "sent", "250 ok"));
    assertThat(watch.expectsNobody()).isFalse();
    assertThat(watch.maySee(List.of(ONE))).isTrue();
    assertThat(watch.maySee(List.of(ONE, new QueueId("OTHERS")))).isFalse();
    assertThat(watch.maySee(List.of())).isFalse();
  }

  @Test
  void ofMailThatIsHandedInTheLastThousandAreFollowed() {
    Watch watch = watches.open("ada").orElseThrow();
    for (int i = 0; i <= 1000; i++) {
      watch.follow(new QueueId("M" + i));
    }

    assertThat(watches.onlooker(new QueueId("M0"))).isEmpty();
    assertThat(watches.onlooker(new QueueId("M1"))).isPresent();
    assertThat(watches.onlooker(new QueueId("M1000"))).isPresent();
  }

  @Test
  void anAddressAsLongAsNoneIsNotKept() {
    Watch watch = watches.open("ada").orElseThrow();
    Address endless = Address.parse("x".repeat(12_000) + "@far.test");
    watch.follow(ONE);
    watch.expect(ONE, endless);
    assertThat(watch.expectsNobody()).isFalse();

    became(ONE, endless);

    assertThat(watch.take(Duration.ZERO)).isEmpty();
    assertThat(watch.lost()).isEqualTo(1);
  }

  @Test
  void nothingIsKeptForWhoHasGone() {
    Watch watch = watches.open("ada").orElseThrow();
    watch.follow(ONE);
    time.advance(Duration.ofSeconds(61));

    assertThat(watches.onlooker(ONE)).isEmpty();
    became(ONE, BOB);
    assertThat(watch.take(Duration.ZERO)).isEmpty();
    assertThat(watches.find(watch.number(), "ada")).isEmpty();
  }

  @Test
  void ofVeryManyThatAreTriedAllIsShownThatWasThereBefore() {
    Watch watch = watches.open("ada").orElseThrow();
    watch.seeQueue();
    for (int i = 0; i < 3000; i++) {
      watch.expect(new QueueId("M" + i), BOB);
    }

    became(new QueueId("M2999"), BOB);
    watches.became(mail(ONE, NOW.plusSeconds(1)), BOB, "2.0.0", "sent", "250 ok");

    assertThat(watch.take(Duration.ZERO))
        .containsExactly(new Watch.Became(new QueueId("M2999"), BOB, "2.0.0", "sent", "250 ok"));
    assertThat(watch.expectsNobody()).isFalse();
  }
}
