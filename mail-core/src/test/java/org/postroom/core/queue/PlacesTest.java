package org.postroom.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.Settings;
import org.postroom.core.queue.Attempts.Outcome;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;

final class PlacesTest {
  private static final long REST = Duration.ofSeconds(60).toNanos();
  private static final long PAUSE = Duration.ofSeconds(2).toNanos();

  private final Places places = new Places(limits("qmgr_message_active_limit", "40"));

  private static QueueLimits limits(String... namesAndTexts) {
    Settings.Builder settings = Settings.builder(QueueParams.ALL);
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      settings.set(namesAndTexts[i], namesAndTexts[i + 1]);
    }
    return QueueParams.limits(settings.build());
  }

  private int mails(String destination, long now) {
    return places.share(destination, now, 0, 0).deliveries();
  }

  private void begin(String destination, int attempts) {
    for (int i = 0; i < attempts; i++) {
      places.take();
      assertThat(places.begin(destination, 0)).isTrue();
    }
  }

  private void end(String destination, int attempts, Outcome outcome, long now) {
    for (int i = 0; i < attempts; i++) {
      places.end(destination, outcome, now);
      places.leave();
    }
  }

  @Test
  @Shows("A4.12")
  void aNewDestinationBeginsWithFewAndGetsMoreWithEachAnswer() {
    assertThat(mails("a", 0)).isEqualTo(5);
    begin("a", 5);
    assertThat(places.begin("a", 0)).isFalse();
    assertThat(mails("a", 0)).isZero();

    end("a", 1, Outcome.ANSWERED, 0);
    begin("a", 2);
    assertThat(places.begin("a", 0)).isFalse();
    for (int i = 0; i < 20; i++) {
      end("a", 1, Outcome.ANSWERED, 0);
      places.take();
      places.begin("a", 0);
      places.begin("a", 0);
    }
    end("a", 20, Outcome.UNKNOWN, 0);
    begin("a", 20);
    assertThat(places.begin("a", 0)).as("its limit").isFalse();
  }

  @Test
  void goesByOtherLimitsFromTheNextAttemptOn() {
    begin("a", 5);
    end("a", 3, Outcome.ANSWERED, 0);
    begin("a", 6);
    end("a", 1, Outcome.ANSWERED, 0);
    begin("a", 2);

    places.obey(
        limits(
            "qmgr_message_active_limit",
            "12",
            "default_destination_concurrency_limit",
            "2",
            "initial_destination_concurrency",
            "1"));

    assertThat(places.isFull()).isFalse();
    assertThat(mails("new", 0)).isEqualTo(1);
    end("a", 9, Outcome.ANSWERED, 0);
    begin("a", 2);
    assertThat(places.begin("a", 0)).as("its limit").isFalse();
    begin("b", 1);
    assertThat(places.begin("b", 0)).as("one that has not answered").isFalse();
  }

  @Test
  void oneThatAnswersMayHaveSomeWaitForItsPlaces() {
    begin("a", 1);
    end("a", 1, Outcome.ANSWERED, 0);

    assertThat(mails("a", 0)).isEqualTo(40);
    assertThat(places.share("a", 0, 35, 0).deliveries()).isEqualTo(5);
  }

  @Test
  void oneThatCannotBeReachedRestsAndIsThenTriedOnceAtATime() {
    begin("a", 3);
    end("a", 1, Outcome.UNREACHABLE, 0);

    assertThat(mails("a", REST - 1)).isZero();
    assertThat(places.nanosToNextEnd(REST - 1)).hasValue(1);
    assertThat(mails("a", REST)).as("two are under way").isZero();
    end("a", 2, Outcome.UNKNOWN, REST);
    assertThat(mails("a", REST)).isOne();
    assertThat(places.nanosToNextEnd(REST)).isEmpty();
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

    assertThat(places.share("c", 0, 0, 2).deliveries()).isOne();
    assertThat(places.share("c", 0, 0, 1).deliveries()).isEqualTo(5);
  }

  @Test
  void theSmallestHouseHasAPlaceForEverybody() {
    Places one =
        new Places(
            limits(
                "qmgr_message_active_limit",
                "1",
                "default_destination_concurrency_limit",
                "1",
                "default_destination_recipient_limit",
                "1"));
    one.take();
    assertThat(one.begin("a", 0)).isTrue();
    assertThat(one.isFull()).isTrue();
    one.end("a", Outcome.UNREACHABLE, 0);
    one.leave();

    assertThat(one.share("a", REST, 0, 0)).isEqualTo(new QueueStore.Share(1, 50, 1));
  }

  @Test
  void withALimitOfFailuresTheWindowClosesBeforeTheDestinationRests() {
    Places patient = new Places(limits("smtp_destination_concurrency_failed_cohort_limit", "1"));
    for (int i = 0; i < 5; i++) {
      patient.take();
      assertThat(patient.begin("smtp:a", 0)).isTrue();
    }

    assertThat(patient.end("smtp:a", Outcome.UNREACHABLE, 0)).isFalse();
    assertThat(patient.begin("smtp:a", 0)).as("four at a time").isFalse();
    assertThat(patient.end("smtp:a", Outcome.UNREACHABLE, 0)).isFalse();
    assertThat(patient.end("smtp:a", Outcome.UNREACHABLE, 0)).isFalse();
    assertThat(patient.end("smtp:a", Outcome.UNREACHABLE, 0)).as("a window's worth").isTrue();
    assertThat(patient.end("smtp:a", Outcome.UNREACHABLE, 0)).as("one more").isTrue();
    assertThat(patient.has("smtp:a", REST - 1)).isFalse();
    assertThat(patient.has("smtp:a", REST)).isTrue();

    assertThat(patient.begin("lmtp:a", 0)).isTrue();
    assertThat(patient.end("lmtp:a", Outcome.UNREACHABLE, 0)).as("no limit is set").isTrue();
  }

  @Test
  void afterAnAttemptADestinationWithARatePausesAndTheOthersDoNot() {
    Places paced = new Places(limits("smtp_destination_rate_delay", "2s"));
    assertThat(paced.share("smtp:a", 0, 0, 0)).isEqualTo(new QueueStore.Share(1, 50, 50));
    assertThat(paced.begin("smtp:a", 0)).isTrue();
    assertThat(paced.begin("smtp:a", 0)).as("one at a time").isFalse();

    assertThat(paced.end("smtp:a", Outcome.ANSWERED, 5)).isFalse();

    assertThat(paced.has("smtp:a", PAUSE + 4)).isFalse();
    assertThat(paced.begin("smtp:a", PAUSE + 4)).isFalse();
    assertThat(paced.nanosToNextEnd(PAUSE + 4)).hasValue(1);
    assertThat(paced.has("smtp:b", 5)).isTrue();
    assertThat(paced.has("lmtp:a", 5)).isTrue();
    paced.revive("smtp:a");
    assertThat(paced.has("smtp:a", 5)).as("it is not dead").isFalse();
    assertThat(paced.begin("smtp:a", PAUSE + 5)).isTrue();
    assertThat(paced.nanosToNextEnd(PAUSE + 5)).isEmpty();
  }

  @Test
  void aTransportWithARateBeginsOneAttemptAfterTheOtherWhateverTheDestination() {
    Places paced = new Places(limits("smtp_transport_rate_delay", "2s"));
    Places.Round round = paced.round(0);
    assertThat(round.share("smtp:a")).isEqualTo(new QueueStore.Share(1, 50, 50));
    assertThat(round.share("smtp:b")).isEqualTo(QueueStore.Share.NONE);
    assertThat(round.share("smtp:a").deliveries()).as("the same whenever it is asked").isOne();
    assertThat(round.share("lmtp:a").deliveries()).isEqualTo(5);

    assertThat(paced.begin("smtp:a", 0)).isTrue();

    assertThat(paced.has("smtp:b", PAUSE - 1)).isFalse();
    assertThat(paced.begin("filter:smtp:b", PAUSE - 1)).isFalse();
    assertThat(paced.begin("smtp:a", PAUSE)).as("two at a time").isTrue();
    assertThat(paced.has("smtp:b", PAUSE)).isFalse();
    assertThat(paced.has("lmtp:a", 0)).isTrue();
  }

  @Test
  void whatIsDeferredWaitsForSomebodyWhoAsksForIt() {
    Places later = new Places(limits("defer_transports", "smtp, uucp"));
    assertThat(later.has("smtp:a", 0)).isFalse();
    assertThat(later.has("filter:uucp:a", 0)).isFalse();
    assertThat(later.has("relay:a", 0)).isTrue();

    later.revive("smtp:a");

    assertThat(later.has("smtp:a", 0)).isTrue();
    assertThat(later.has("smtp:b", 0)).isFalse();
    for (int i = 0; i < 5; i++) {
      assertThat(later.begin("smtp:a", 0)).isTrue();
    }
    later.round(0).brought(Set.of());
    assertThat(later.begin("smtp:a", 0)).isFalse();
    assertThat(later.end("smtp:a", Outcome.ANSWERED, 0)).isFalse();
    assertThat(later.has("smtp:a", 0)).as("there was no place for more").isTrue();
    later.round(0).brought(Set.of());
    assertThat(later.has("smtp:a", 0)).as("all of it was tried").isFalse();
  }

  @Test
  void whoAsksDuringALeaseIsNotAnsweredByIt() {
    Places later = new Places(limits("defer_transports", "smtp"));
    later.revive("smtp:a");
    Places.Round round = later.round(0);
    later.revive("smtp:a");
    later.revive("smtp:b");

    round.brought(Set.of());

    assertThat(later.has("smtp:a", 0)).isTrue();
    assertThat(later.has("smtp:b", 0)).isTrue();
  }

  @Test
  void whatIsDeferredWaitsAgainThoughThereIsOtherMail() {
    Places later = new Places(limits("defer_transports", "smtp"));
    later.revive("smtp:a");
    later.revive("smtp:b");
    later.revive("smtp:c");
    Places.Round round = later.round(0);
    round.share("smtp:a");
    round.share("smtp:b");

    round.brought(Set.of("smtp:b", "relay:d"));

    assertThat(later.has("smtp:a", 0)).isFalse();
    assertThat(later.has("smtp:b", 0)).isTrue();
    assertThat(later.has("smtp:c", 0)).as("its turn has not come").isTrue();
  }

  @Test
  void whatIsDeferredIsAskedForInVainWhereNobodyIsThere() {
    Places later = new Places(limits("defer_transports", "smtp"));
    later.revive("smtp:a");
    assertThat(later.begin("smtp:a", 0)).isTrue();
    assertThat(later.end("smtp:a", Outcome.UNREACHABLE, 0)).isTrue();

    assertThat(later.has("smtp:a", REST)).isFalse();
    later.obey(limits());
    assertThat(later.has("smtp:a", REST)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "smtp:a, 20, 5, 50",
    "uucp:a, 7, 5, 50",
    "gate:a, 1, 1, 50",
    "filter:gate:a, 1, 1, 50",
    "relay:a, 2147483647, 5, 1000",
    "mailbox:a, 3, 2, 1",
    "unheard-of:a, 20, 5, 50"
  })
  void eachTransportHasItsOwnLimits(String destination, int most, int initial, int recipients) {
    QueueLimits limits =
        QueueParams.limits(
            Settings.builder(QueueParams.ALL)
                .transports(List.of("uucp", "gate"))
                .set("uucp_destination_concurrency_limit", "7")
                .set("gate_destination_rate_delay", "1s")
                .set("relay_destination_concurrency_limit", "0")
                .set("relay_destination_recipient_limit", "0")
                .set("local_destination_concurrency_limit", "3")
                .set("local_destination_recipient_limit", "1")
                .set("virtual_initial_destination_concurrency", "2")
                .build());

    DestinationLimits its = limits.of(destination);

    assertThat(its.concurrency()).isEqualTo(most);
    assertThat(its.initial()).isEqualTo(initial);
    assertThat(its.recipients()).isEqualTo(recipients);
  }

  @ParameterizedTest
  @CsvSource({
    "smtp_destination_concurrency_limit, -1",
    "smtp_initial_destination_concurrency, 0",
    "smtp_destination_recipient_limit, all",
    "smtp_destination_rate_delay, often",
    "default_destination_concurrency_positive_feedback, 2",
    "relay_destination_concurrency_negative_feedback, 1/window",
    "lmtp_destination_concurrency_failed_cohort_limit, 0.5",
    "defer_transports, 'smtp, local'"
  })
  void aLimitThatIsNoneIsAFault(String name, String text) {
    assertThatThrownBy(() -> limits(name, text))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(name);
  }

  /** What is coming in has its place before anybody else, and counts as what it is to become. */
  @Test
  void whatIsComingInHasOneOfTheFirstPlaces() {
    for (int i = 0; i < 5; i++) {
      assertThat(places.promise("a", 0, 0)).isTrue();
    }
    assertThat(places.promise("a", 0, 0)).as("a new destination begins with 5").isFalse();
    assertThat(mails("a", 0)).isZero();

    places.redeem("a");
    assertThat(places.begin("a", 0)).isTrue();
    assertThat(places.promise("a", 0, 0)).isFalse();
    places.redeem("a");
    places.leave();
    assertThat(mails("a", 0)).as("one was given up").isEqualTo(1);
    assertThat(places.promise("a", 0, 0)).isTrue();
    assertThatThrownBy(() -> places.redeem("b")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void behindADestinationThatAnswersSomeMayWait() {
    begin("a", 1);
    end("a", 1, Outcome.ANSWERED, 0);
    begin("a", 6);
    assertThat(places.begin("a", 0)).isFalse();

    assertThat(places.promise("a", 0, 0)).as("it will have its turn").isTrue();
    assertThat(places.promise("a", 0, 48)).isTrue();
    assertThat(places.promise("a", 0, 48)).as("as many as one lease brings").isFalse();
  }

  @Test
  void promisesLeavePlacesForThoseThatAnswer() {
    for (int i = 0; i < 10; i++) {
      assertThat(places.promise("dead" + i, 0, 0)).isTrue();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(places.promise("more" + i, 0, 0)).isTrue();
      assertThat(places.promise("more" + i, 0, 0)).as("a quarter is taken").isFalse();
    }
    assertThat(places.promise("last", 0, 0)).as("half is taken").isFalse();

    places.redeem("dead0");
    places.begin("dead0", 0);
    end("dead0", 1, Outcome.ANSWERED, 0);
    for (int i = 0; i < 21; i++) {
      assertThat(places.promise("dead0", 0, 0)).isTrue();
    }
    assertThat(places.isFull()).isTrue();
    assertThat(places.promise("dead0", 0, 0)).isFalse();
  }

  @Test
  void whatIsAtRestOrGoesAtARateHasNoPromise() {
    begin("a", 1);
    end("a", 1, Outcome.UNREACHABLE, 0);
    assertThat(places.promise("a", 0, 0)).isFalse();
    assertThat(places.promise("a", REST, 0)).isTrue();

    Places paced = new Places(limits("smtp_destination_rate_delay", "2s"));
    assertThat(paced.promise("smtp:a", 0, 0)).isFalse();
    Places later = new Places(limits("defer_transports", "smtp"));
    later.revive("smtp:a");
    assertThat(later.promise("smtp:a", 0, 0)).as("what was there is tried, no more").isFalse();
  }
}
