package org.postroom.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.postroom.core.queue.Attempts.Outcome;

final class PlacesTest {
  private static final long REST = Duration.ofSeconds(60).toNanos();

  private final Places places =
      new Places(new QueueLimits(20, 5, 50, 40, Duration.ofNanos(REST), Duration.ofMinutes(15)));

  private int mails(String destination, long now) {
    return places.share(destination, now, 0, 0).mails();
  }

  private void begin(String destination, int attempts) {
    for (int i = 0; i < attempts; i++) {
      places.take();
      assertThat(places.begin(destination)).isTrue();
    }
  }

  private void end(String destination, int attempts, Outcome outcome, long now) {
    for (int i = 0; i < attempts; i++) {
      places.end(destination, outcome, now);
      places.leave();
    }
  }

  @Test
  void aNewDestinationBeginsWithFewAndGetsMoreWithEachAnswer() {
    assertThat(mails("a", 0)).isEqualTo(5);
    begin("a", 5);
    assertThat(places.begin("a")).isFalse();
    assertThat(mails("a", 0)).isZero();

    end("a", 5, Outcome.ANSWERED, 0);

    begin("a", 10);
    assertThat(places.begin("a")).isFalse();
    end("a", 10, Outcome.ANSWERED, 0);
    begin("a", 20);
    assertThat(places.begin("a")).as("its limit").isFalse();
  }

  @Test
  void goesByOtherLimitsFromTheNextAttemptOn() {
    begin("a", 5);
    end("a", 5, Outcome.ANSWERED, 0);
    begin("a", 10);

    places.obey(new QueueLimits(2, 1, 50, 12, Duration.ofNanos(REST), Duration.ofMinutes(15)));

    assertThat(places.isFull()).isFalse();
    assertThat(mails("new", 0)).isEqualTo(1);
    end("a", 10, Outcome.ANSWERED, 0);
    begin("a", 2);
    assertThat(places.begin("a")).as("its limit").isFalse();
    begin("b", 1);
    assertThat(places.begin("b")).as("one that has not answered").isFalse();
  }

  @Test
  void oneThatAnswersMayHaveSomeWaitForItsPlaces() {
    begin("a", 1);
    end("a", 1, Outcome.ANSWERED, 0);

    assertThat(mails("a", 0)).isEqualTo(40);
    assertThat(places.share("a", 0, 35, 0).mails()).isEqualTo(5);
  }

  @Test
  void oneThatCannotBeReachedRestsAndIsThenTriedOnceAtATime() {
    begin("a", 3);
    end("a", 1, Outcome.UNREACHABLE, 0);

    assertThat(mails("a", REST - 1)).isZero();
    assertThat(places.nanosToNextRestEnd(REST - 1)).hasValue(1);
    assertThat(mails("a", REST)).as("two are under way").isZero();
    end("a", 2, Outcome.UNKNOWN, REST);
    assertThat(mails("a", REST)).isOne();
    assertThat(places.nanosToNextRestEnd(REST)).isEmpty();
    begin("a", 1);
    end("a", 1, Outcome.ANSWERED, REST);
    assertThat(places.isProven("a")).isTrue();
    assertThat(mails("a", REST)).isEqualTo(40);
  }

  @Test
  void thoseThatHaveNotAnsweredGetHalfAtMost() {
    begin("a", 5);
    begin("b", 5);

    assertThat(mails("c", 0)).as("a quarter is taken").isOne();
    for (int i = 0; i < 10; i++) {
      begin("c" + i, 1);
    }
    assertThat(mails("d", 0)).isZero();
    end("c0", 1, Outcome.ANSWERED, 0);
    assertThat(mails("c0", 0)).as("one that answers has the other half").isEqualTo(21);
    assertThat(mails("d", 0)).isOne();
  }

  @Test
  void thoseThatFailedGetAQuarterAtMost() {
    begin("dead", 1);
    end("dead", 1, Outcome.UNREACHABLE, 0);
    begin("a", 5);
    begin("b", 4);
    assertThat(mails("dead", REST)).isOne();

    begin("b", 1);

    assertThat(mails("dead", REST)).isZero();
    assertThat(mails("new", REST)).isOne();
  }

  @Test
  void oneThatAnsweredAndFailsIsNoLongerOfThoseThatAnswer() {
    begin("a", 5);
    end("a", 1, Outcome.ANSWERED, 0);
    begin("b", 5);
    assertThat(mails("c", 0)).as("five have not answered").isEqualTo(5);

    end("a", 1, Outcome.UNREACHABLE, 0); // three are still under way

    assertThat(places.share("c", 0, 0, 2).mails()).isOne();
    assertThat(places.share("c", 0, 0, 1).mails()).isEqualTo(5);
  }

  @Test
  void theSmallestHouseHasAPlaceForEverybody() {
    Places one =
        new Places(new QueueLimits(1, 1, 1, 1, Duration.ofNanos(REST), Duration.ofMinutes(15)));
    one.take();
    assertThat(one.begin("a")).isTrue();
    assertThat(one.isFull()).isTrue();
    one.end("a", Outcome.UNREACHABLE, 0);
    one.leave();

    assertThat(one.share("a", REST, 0, 0)).isEqualTo(new QueueStore.Share(1, 1));
  }
}
