package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.Fault;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.TroubledStore;
import org.postroom.core.testing.Until;

/** What the queue does as time goes on, jumps, or meets trouble: each mail once, at its time. */
@Timeout(60)
final class QueueInTimeTest {
  private static final String MOVED = "moved.test";
  private static final int ACTIVE = Settings.of(QueueParams.ALL).get(QueueParams.ACTIVE);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** For tests in which something waits for the clock: that is what has to be found out. */
  private static final Duration IMPATIENCE = Duration.ofMillis(100);

  @RepeatedTest(5)
  void everythingHappensOnceAndAtItsTimeHoweverFarTheClockIsPut() {
    putsTheClockFar();
  }

  @Tag("long")
  @RepeatedTest(100)
  void everythingHappensOnceAndAtItsTimeHoweverFarTheClockIsPutAHundredTimes() {
    putsTheClockFar();
  }

  private static void putsTheClockFar() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host dead = house.dead("dead.test");
      FlowHouse.Host living = house.living("living.test");
      FlowHouse.Host slow = house.slow("slow.test", Duration.ofMillis(20));
      AtomicInteger asked = new AtomicInteger();
      FlowHouse.Host grey =
          house.host(
              "grey.test",
              mail ->
                  CompletableFuture.supplyAsync(
                      () ->
                          asked.incrementAndGet() < 4
                              ? FlowHouse.later(mail, "4.2.1")
                              : FlowHouse.taken(mail),
                      CompletableFuture.delayedExecutor(3, TimeUnit.MILLISECONDS, house.workers)));

      house.send("bob@dead.test");
      house.send("bob@living.test");
      house.send("bob@slow.test");
      house.send("bob@grey.test");
      for (Duration step :
          List.of(
              Duration.ofMinutes(6),
              Duration.ofMinutes(30),
              Duration.ofHours(5),
              Duration.ofDays(6))) {
        house.time.advance(step);
      }

      List<Instant> schedule = schedule(FlowHouse.START);
      assertThat(living.tried).containsExactly(FlowHouse.START);
      assertThat(slow.tried).containsExactly(FlowHouse.START);
      assertThat(grey.tried).isEqualTo(schedule.subList(0, 4));
      assertThat(dead.tried).isEqualTo(schedule);
      assertThat(house.stores.queue().size()).isZero();
      assertThat(house.inbox()).hasSize(2);
      assertThat(house.inbox().get(0)).contains("Action: delayed", "bob@dead.test");
      assertThat(house.inbox().get(1)).contains("Action: failed", "bob@dead.test");
    }
  }

  /** The wait is the mail's age, within 300 s and 4,000 s, for five days. */
  private static List<Instant> schedule(Instant arrived) {
    List<Instant> times = new ArrayList<>();
    Duration age = Duration.ZERO;
    while (true) {
      times.add(arrived.plus(age));
      if (age.compareTo(Duration.ofDays(5)) >= 0) {
        return times;
      }
      age = age.plusSeconds(Math.min(4000, Math.max(300, age.toSeconds())));
    }
  }

  @Test
  @Tag("seconds")
  void anAttemptThatNeverEndsIsCutOffAndMadeAgain() {
    try (FlowHouse house = FlowHouse.standing(IMPATIENCE).open()) {
      FlowHouse.Host hung = house.silent("hung.test");
      house.send("bob@hung.test");

      house.time.advance(FlowHouse.LIMIT.minusSeconds(1));
      assertThat(hung.tried).hasSize(1);
      house.time.advance(Duration.ofSeconds(1));

      // On a worker, behind the answer.
      Until.so(() -> hung.open.get(0).reports().isCancelled());
      assertThat(house.stores.queue().list(1).get(0).recipients().get(0).lastReason())
          .isEqualTo("4.4.2 the attempt took longer than 7200 s");
      house.time.advance(Duration.ofSeconds(4000));
      assertThat(hung.tried)
          .containsExactly(
              FlowHouse.START, FlowHouse.START.plus(FlowHouse.LIMIT).plusSeconds(4000));
    }
  }

  @Test
  void aTransportThatThrowsOrLeavesSomebodyOutHasSaidNotNow() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      house.host(
          "throws.test",
          mail -> {
            throw new IllegalStateException("no such driver");
          });
      house.host(
          "errs.test",
          mail -> {
            throw new NoClassDefFoundError("a/Driver");
          });
      house.host(
          "fails.test", mail -> CompletableFuture.failedFuture(new IllegalStateException("gone")));
      house.host(
          "forgets.test",
          mail ->
              CompletableFuture.completedFuture(
                  List.of(FlowHouse.taken(mail).get(0), FlowHouse.taken(mail).get(0))));

      house.send(
          "a@throws.test", "b@errs.test", "c@fails.test", "d@forgets.test", "e@forgets.test");
      house.time.advance(Duration.ZERO);

      assertThat(waiting(house)).containsExactlyInAnyOrder("a 1", "b 1", "c 1", "e 1");
      assertThat(house.lifeline.death()).isEmpty();
    }
  }

  private static List<String> waiting(FlowHouse house) {
    return house.stores.queue().list(100).stream()
        .flatMap(mail -> mail.recipients().stream())
        .map(r -> r.recipient().address().localPart() + " " + r.attempts())
        .toList();
  }

  /** A machine that slept, or a clock that was set: the wall's clock jumps, the timers do not. */
  @Test
  void nothingIsSentTwiceWhenTheClockOnTheWallJumps() {
    try (FlowHouse house = FlowHouse.standing(IMPATIENCE).open()) {
      FlowHouse.Host far = house.silent("far.test");
      FlowHouse.Host grey = house.putsOff("grey.test");
      house.send("bob@far.test");
      house.send("bob@grey.test");
      house.time.advance(Duration.ZERO);

      house.wall.jump(Duration.ofHours(3));
      house.time.advance(Duration.ofMinutes(1)); // and the queue has looked at the wall

      assertThat(far.tried).as("held, whatever its lease says").hasSize(1);
      assertThat(grey.tried).as("due by the clock on the wall").hasSize(2);
      house.send("carol@far.test");
      house.time.advance(Duration.ofSeconds(2));
      assertThat(far.mails).as("the others go on").hasSize(2);
      house.wall.jump(Duration.ofHours(-5));
      far.open.forEach(FlowHouse.Attempt::take);
      house.time.advance(Duration.ofMinutes(30));
      assertThat(far.mails).hasSize(2);
      assertThat(house.stores.queue().size()).isOne();
    }
  }

  private static Fault away() {
    return Fault.of(() -> new StorageUnavailable("the test's database is away"));
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenWhenTheStoreAnswersAndNotSentAgain() {
    Fault away = away();
    try (FlowHouse house = FlowHouse.standing(PATIENCE).before("settle", away).open()) {
      FlowHouse.Host living = house.living("living.test");
      FlowHouse.Host other = house.living("other.test");
      away.begin();
      for (int i = 0; i < 30; i++) {
        house.send(i + "@living.test");
      }
      house.time.advance(
          Duration.ofMinutes(20)); // the leases have run out, had they not been renewed

      int tried = living.mails.size();
      assertThat(tried).isBetween(1, 30);
      house.send("bob@other.test");
      house.time.advance(Duration.ofSeconds(5));
      assertThat(other.mails).as("nothing new begins that could not be written").isEmpty();
      away.end();
      house.time.advance(Duration.ofSeconds(2));

      assertThat(house.stores.queue().size()).isZero();
      assertThat(living.mails).extracting(QueuedMail::id).hasSize(30).doesNotHaveDuplicates();
      assertThat(other.mails).hasSize(1);
    }
  }

  /** Its lease is over by then, as when a machine sleeps while a mail comes in. */
  @Test
  void aMailThatComesInDuringALeaseIsTriedOnce() {
    try (FlowHouse house =
        FlowHouse.standing(IMPATIENCE)
            .trouble(TroubledStore.heardDuringALease(FlowHouse.START))
            .open()) {
      FlowHouse.Host living = house.living("living.test");
      house.send("bob@living.test");
      assertThat(living.tried).isEmpty();

      house.time.advance(Duration.ofMinutes(20));
      Until.so(() -> house.stores.queue().size() == 0);
      house.time.advance(Duration.ofMinutes(20));

      assertThat(living.tried).hasSize(1);
    }
  }

  @Test
  void oneOutcomeWhoseMailCannotBeReadHoldsBackNobodyElse() {
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .trouble(TroubledStore.damagedInQueue(mail -> mail.destination().endsWith("bad.test")))
            .open()) {
      house.refuses("bad.test");
      FlowHouse.Host living = house.living("living.test");
      house.send("nobody@bad.test");
      house.time.advance(Duration.ofSeconds(10));

      house.send("bob@living.test");
      house.time.advance(Duration.ofSeconds(1));

      assertThat(living.mails).hasSize(1);
      assertThat(waiting(house)).as("bounced, though its body cannot be read").isEmpty();
      assertThat(house.inbox())
          .singleElement()
          .asString()
          .contains("nobody@bad.test", "it is damaged here", "Action: failed")
          .doesNotContain("Content-Type: message/rfc822");
    }
  }

  /**
   * It has become ours, and its mailbox cannot have what cannot be read: nor can it stay for ever.
   */
  @Test
  void aDamagedMailThatWouldComeHomeHasAnEnd() {
    AtomicBoolean ours = new AtomicBoolean();
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .trouble(TroubledStore.damagedInQueue(mail -> mail.destination().endsWith("bad.test")))
            .comesHome(recipient -> ours.get() && recipient.domain().name().equals("bad.test"))
            .open()) {
      house.dead("bad.test");
      house.send("nobody@bad.test");
      house.time.advance(Duration.ofSeconds(10));
      ours.set(true);

      house.time.advance(Duration.ofHours(2));
      assertThat(waiting(house)).hasSize(1);
      house.time.advance(Duration.ofDays(6));

      assertThat(waiting(house)).isEmpty();
      assertThat(house.inbox())
          .last()
          .asString()
          .contains("nobody@bad.test", "it is damaged here", "Action: failed");
    }
  }

  /**
   * The body cannot be read for a while, and is whole afterwards: nobody is told that it is
   * damaged, and a mail that is older than its lifetime still comes home.
   */
  @Test
  @Tag("seconds")
  void aStoreThatIsAwayIsNotTakenForADamagedMail() {
    Fault away = away();
    AtomicBoolean ours = new AtomicBoolean();
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .trouble(TroubledStore.readingInQueue(mail -> true, away))
            .comesHome(recipient -> ours.get() && recipient.domain().name().equals(MOVED))
            .open()) {
      house.refuses("bad.test");
      house.dead(MOVED);
      house.send("bob@" + MOVED);
      house.time.advance(Duration.ofSeconds(10));
      house.time.advance(Duration.ofDays(5).minusHours(1));
      int delayed = house.inbox().size();
      away.begin();
      ours.set(true);
      house.send("nobody@bad.test");

      house.time.advance(Duration.ofHours(3));

      assertThat(house.inbox()).as("nothing is concluded").hasSize(delayed);
      assertThat(waiting(house)).hasSize(2);
      away.end();
      house.time.advance(Duration.ofSeconds(10));
      assertThat(waiting(house)).isEmpty();
      assertThat(house.inbox())
          .hasSize(delayed + 2)
          .noneMatch(message -> message.contains("it is damaged here"))
          .anyMatch(message -> message.contains("nobody@bad.test"))
          .noneMatch(
              message -> message.contains("bob@" + MOVED) && message.contains("Action: failed"));
    }
  }

  /** A mail waits for a domain that has become ours, and all memory for clients is taken. */
  private static FlowHouse whereAMailWouldComeHomeWithoutMemory() {
    AtomicBoolean ours = new AtomicBoolean();
    FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .comesHome(recipient -> ours.get() && recipient.domain().name().equals(MOVED))
            .open();
    house.dead(MOVED);
    house.send("bob@" + MOVED);
    house.time.advance(Duration.ofSeconds(10));
    ours.set(true);
    assertThat(house.memory.tryTake(house.memory.capacity())).isTrue();
    return house;
  }

  /** There is no memory to look into it: that is ours, and passes soon. */
  @Test
  void whatTheStoreCannotTakeNowIsTriedAgainSoon() {
    try (FlowHouse house = whereAMailWouldComeHomeWithoutMemory()) {
      house.time.advance(Duration.ofSeconds(291));
      assertThat(waiting(house)).hasSize(1);
      house.memory.give(house.memory.capacity());

      house.time.advance(Duration.ofSeconds(30));

      assertThat(waiting(house)).isEmpty();
      assertThat(house.inbox()).hasSize(1);
    }
  }

  /** What comes home is looked into again, which takes memory like what arrives. */
  @Test
  void mailThatComesHomeWaitsForMemoryAndGivesItBack() {
    try (FlowHouse house = whereAMailWouldComeHomeWithoutMemory()) {

      house.time.advance(Duration.ofHours(1));
      assertThat(waiting(house)).hasSize(1);
      assertThat(house.memory.held()).isEqualTo(house.memory.capacity());
      house.memory.give(house.memory.capacity());
      house.time.advance(Duration.ofHours(2));

      assertThat(waiting(house)).isEmpty();
      assertThat(house.inbox()).hasSize(1);
      assertThat(house.memory.held()).isZero();
    }
  }

  /** The store is away for a moment in the middle of an attempt. */
  @Test
  void whatTheStoreHeldUpIsTriedAgainSoonAndThenLessOften() {
    AtomicInteger away = new AtomicInteger(2);
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host far =
          house.host(
              "far.test",
              mail -> {
                if (away.getAndDecrement() > 0) {
                  throw new StorageUnavailable("the test's database is away");
                }
                return CompletableFuture.completedFuture(FlowHouse.taken(mail));
              });
      house.send("bob@far.test");

      house.time.advance(Duration.ofMinutes(1));

      assertThat(far.tried)
          .containsExactly(
              FlowHouse.START, FlowHouse.START.plusSeconds(5), FlowHouse.START.plusSeconds(15));
      assertThat(house.stores.queue().size()).isZero();
    }
  }

  @Test
  void anOutcomeThatNoStoreTakesHoldsBackNobodyElse() {
    Fault refused =
        Fault.of(() -> new IllegalStateException("the test's outcome cannot be written")).begin();
    try (FlowHouse house = FlowHouse.standing(PATIENCE).before("settle", refused).open()) {
      FlowHouse.Host living = house.living("living.test");
      house.send("a@living.test");
      house.time.advance(Duration.ofSeconds(5));

      house.send("b@living.test");
      house.time.advance(Duration.ofSeconds(5));

      assertThat(living.mails).as("each once").hasSize(2);
      refused.end();
      house.time.advance(Duration.ofSeconds(2));
      assertThat(house.stores.queue().size()).isZero();
    }
  }

  /** The mailbox of whoever would be told is gone when he is to be told. */
  @Test
  void aMailboxThatIsGoneMeanwhileHasItsNotificationWait() {
    Fault gone = Fault.of(() -> new MailboxNotFound("the test's account")).once();
    try (FlowHouse house = FlowHouse.standing(PATIENCE).before("settle", gone).open()) {
      FlowHouse.Host far = house.refuses("far.test");
      house.send("nobody@far.test");
      house.time.advance(Duration.ofDays(1));

      assertThat(far.tried).as("the outcome was not put off").hasSize(1);
      assertThat(house.inbox()).hasSize(1);
    }
  }

  @Test
  void whatALeaseTookThatNobodyHeardOfIsGivenBack() {
    Fault broken = Fault.of(() -> new StorageUnavailable("it is not known whether this was kept"));
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .set("default_transport_rate_delay", "1s") // else it has a place before it is leased
            .trouble(TroubledStore.afterInQueue("lease", broken))
            .open()) {
      FlowHouse.Host living = house.living("living.test");
      house.time.advance(Duration.ofSeconds(1));
      broken.once();
      house.send("bob@living.test");

      house.time.advance(Duration.ofSeconds(11));

      assertThat(living.mails).hasSize(1);
      assertThat(house.stores.queue().size()).isZero();
    }
  }

  /** It was leased as it came in, and it is not known whether it is ours. */
  @RepeatedTest(5)
  void whatCameInAndNobodyHeardOfIsGivenBack() {
    AtomicBoolean silent = new AtomicBoolean();
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE).trouble(TroubledStore.leasingUnheard(silent::get)).open()) {
      FlowHouse.Host living = house.living("living.test");
      silent.set(true);
      house.send("bob@living.test");
      silent.set(false);
      house.send("ann@living.test");

      house.time.advance(Duration.ofSeconds(1));

      assertThat(living.mails).as("each once").hasSize(2);
      assertThat(house.stores.queue().size()).isZero();
    }
  }

  /** Who has a place begins at once; the others wait until there is one. */
  @Test
  void whatHasNoPlaceAsItComesInFollowsByALease() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host silent = house.silent("far.test");
      house.time.advance(Duration.ofSeconds(1));
      for (int i = 0; i < 7; i++) {
        house.send("bob" + i + "@far.test");
      }
      house.time.advance(Duration.ofSeconds(1));

      assertThat(silent.open).as("a new destination begins with 5").hasSize(5);
      assertThat(waiting(house)).hasSize(7);
      silent.open.forEach(FlowHouse.Attempt::take);
      house.time.advance(Duration.ofSeconds(1));

      assertThat(silent.mails).as("the others followed by a lease").hasSize(7);
    }
  }

  @Test
  void anOutcomeIsReckonedFromItsAttemptHoweverLateItIsWritten() {
    Fault away = away().begin();
    try (FlowHouse house = FlowHouse.standing(PATIENCE).before("settle", away).open()) {
      FlowHouse.Host grey = house.putsOff("grey.test");
      house.send("bob@grey.test");
      house.time.advance(Duration.ofMinutes(4));
      away.end();
      house.time.advance(Duration.ofMinutes(1));

      assertThat(grey.tried)
          .containsExactly(FlowHouse.START, FlowHouse.START.plus(Duration.ofMinutes(5)));
    }
  }

  @Test
  @Shows("A2.11")
  void aGoodMailGoesOutAtOnceWhileThirtyDestinationsAreDead() {
    try (FlowHouse house = FlowHouse.standing(IMPATIENCE).open()) {
      List<FlowHouse.Host> dead = new ArrayList<>();
      dead.add(house.silent("crowded.test"));
      for (int k = 0; k < 1000; k++) {
        house.send(k + "@crowded.test");
      }
      for (int i = 0; i < 30; i++) {
        dead.add(house.silent("dead" + i + ".test"));
        for (int k = 0; k < 20; k++) {
          house.send(k + "@dead" + i + ".test");
        }
      }
      FlowHouse.Host living = house.living("living.test");
      house.time.advance(Duration.ZERO);
      assertThat(dead.stream().mapToInt(host -> host.open.size()).sum()).isBetween(30, ACTIVE / 2);

      for (int k = 0; k < 60; k++) {
        house.send(k + "@living.test");
      }
      house.time.advance(Duration.ZERO);

      // No time passes; but the threads that deliver may be slow on a machine that is.
      Until.so(() -> living.mails.size() == 60);
    }
  }

  @Test
  void aMailWithMoreRecipientsThanOneDeliveryMayHaveGoesInSeveral() {
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE).set("smtp_destination_recipient_limit", "2").open()) {
      FlowHouse.Host living = house.living("living.test");
      house.send(IntStream.range(0, 7).mapToObj(k -> k + "@living.test").toArray(String[]::new));
      house.time.advance(Duration.ZERO);

      assertThat(living.mails).extracting(mail -> mail.recipients().size()).hasSize(4);
      assertThat(living.mails).extracting(QueuedMail::id).containsOnly(living.mails.get(0).id());
      assertThat(house.stores.queue().size()).isZero();
    }
  }

  @Test
  void aDestinationWithARateGetsOneMailAfterTheOtherWithPauses() {
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE).set("smtp_destination_rate_delay", "10s").open()) {
      FlowHouse.Host spared = house.living("spared.test");
      FlowHouse.Host other = house.living("other.test");
      for (int k = 0; k < 4; k++) {
        house.send(k + "@spared.test");
      }
      house.send("bob@other.test");

      house.time.advance(Duration.ofSeconds(25));
      assertThat(spared.tried).isEqualTo(every(Duration.ofSeconds(10), 3));
      assertThat(other.tried).isEqualTo(every(Duration.ofSeconds(10), 1));

      house.obey(); // no rate any more; what is begun pauses
      house.time.advance(Duration.ofSeconds(5));
      assertThat(spared.tried).isEqualTo(every(Duration.ofSeconds(10), 4));
    }
  }

  /** When something happens that often, from the start. */
  private static List<Instant> every(Duration interval, int times) {
    return IntStream.range(0, times)
        .mapToObj(k -> FlowHouse.START.plus(interval.multipliedBy(k)))
        .toList();
  }

  @Test
  void aTransportWithARateBeginsOneAttemptAfterTheOther() {
    try (FlowHouse house =
        FlowHouse.standing(IMPATIENCE).set("smtp_transport_rate_delay", "10s").open()) {
      List<FlowHouse.Host> hosts = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        hosts.add(i % 2 == 0 ? house.silent(i + ".test") : house.living(i + ".test"));
        house.send("bob@" + i + ".test");
      }

      house.time.advance(Duration.ofSeconds(45));

      assertThat(hosts.stream().flatMap(host -> host.tried.stream()).sorted())
          .isEqualTo(every(Duration.ofSeconds(10), 4));
    }
  }

  /** They are in memory, and no attempt ends that would wake the queue. */
  @Test
  void whatWaitsInMemoryWhenARateIsSetBeginsWithEachPause() {
    try (FlowHouse house = FlowHouse.standing(IMPATIENCE).open()) {
      FlowHouse.Host silent = house.silent("silent.test");
      house.send("first@silent.test");
      house.time.advance(Duration.ZERO);
      silent.open.get(0).take();
      house.time.advance(Duration.ZERO);
      for (int k = 0; k < 12; k++) {
        house.send(k + "@silent.test");
      }
      house.time.advance(Duration.ZERO);
      int begun = silent.open.size();
      assertThat(begun).isBetween(2, 12);

      house.obey("smtp_destination_rate_delay", "10s", "qmgr_message_active_limit", "1");
      silent.open.forEach(FlowHouse.Attempt::take);
      house.time.advance(Duration.ofSeconds(9));
      assertThat(silent.open).hasSize(begun);
      while (silent.open.size() < 13) {
        int before = silent.open.size();
        house.time.advance(Duration.ofSeconds(10));
        assertThat(silent.open).hasSize(before + 1);
        silent.open.get(before).take();
      }
      house.time.advance(Duration.ZERO);

      assertThat(house.stores.queue().size()).isZero();
    }
  }

  @Test
  void whatIsDeferredIsTriedOnceItIsAskedFor() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).set("defer_transports", "smtp").open()) {
      FlowHouse.Host living = house.living("living.test");
      house.send("a@living.test");
      house.send("b@living.test");
      house.time.advance(Duration.ofDays(6));
      assertThat(living.tried).isEmpty();
      assertThat(house.stores.queue().size()).isEqualTo(2);

      house.revive("smtp:living.test");
      house.time.advance(Duration.ofSeconds(1));
      assertThat(living.mails).hasSize(2);
      house.send("c@living.test");
      house.time.advance(Duration.ofHours(1));
      assertThat(living.mails).as("that came later").hasSize(2);

      house.obey();
      house.time.advance(Duration.ofSeconds(1));
      assertThat(living.mails).hasSize(3);
    }
  }

  @Test
  void withALimitOfFailuresADestinationIsTriedUntilItIsReached() {
    try (FlowHouse house =
        FlowHouse.standing(PATIENCE)
            .set("default_destination_concurrency_failed_cohort_limit", "1")
            .open()) {
      FlowHouse.Host dead = house.dead("dead.test");
      for (int k = 0; k < 6; k++) {
        house.send(k + "@dead.test");
        house.time.advance(Duration.ofSeconds(1));
      }

      assertThat(dead.tried).as("1/5, 1/4, 1/3 and 1/2").hasSize(4);
    }
  }

  @Test
  void onlyAConnectionThatFailedSaysSomethingAboutTheNextHop() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host relay =
          house.host(
              "relay.test",
              mail ->
                  CompletableFuture.completedFuture(
                      mail.recipients().get(0).recipient().address().localPart().equals("busy")
                          ? FlowHouse.later(mail, "4.4.1")
                          : FlowHouse.taken(mail)));
      house.send("busy@relay.test");
      house.time.advance(Duration.ZERO);

      house.send("bob@relay.test");
      house.time.advance(Duration.ZERO); // it has no rest

      assertThat(relay.mails).hasSize(2);
      assertThat(waiting(house)).containsExactly("busy 1");
    }
  }

  @Test
  void aDestinationThatCannotBeReachedIsLeftAloneForAMomentAndThenTriedOnce() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      FlowHouse.Host dead = house.dead("dead.test");
      house.send("a@dead.test");
      house.time.advance(Duration.ZERO);

      for (int i = 0; i < 5; i++) {
        house.send(i + "@dead.test");
      }
      house.time.advance(Duration.ofSeconds(59));
      assertThat(dead.tried).hasSize(1);
      house.time.advance(Duration.ofSeconds(1));

      assertThat(dead.tried).hasSize(2);
    }
  }

  private static Acceptance taken(FlowHouse house, String recipient) {
    return ((Handover.Taken) house.flow.accept(house.mail(recipient))).acceptances().get(0);
  }

  @Test
  void whateverAListenerThrowsTheClientHearsThatTheMailIsOurs() {
    try (FlowHouse house = FlowHouse.standing(PATIENCE).open()) {
      for (Throwable thrown :
          List.of(
              new AssertionError("expected <a> but was <b>"),
              new IllegalStateException("x"),
              new StackOverflowError(),
              new NoClassDefFoundError("a/B"))) {
        house.tidings.onAccepted(acceptance -> sneaky(thrown));
        assertThat(taken(house, "ada@here.test").deliveries()).hasSize(1);
      }
      house.time.advance(Duration.ofMinutes(1));
      assertThat(house.lifeline.death()).isEmpty();

      OutOfMemoryError failing = new OutOfMemoryError("a test's");
      house.tidings.onAccepted(acceptance -> sneaky(failing));
      assertThat(taken(house, "ada@here.test").deliveries()).hasSize(1);
      assertThat(house.lifeline.death()).as("before the answer").isEmpty();
      house.time.advance(Duration.ofSeconds(1));

      assertThat(house.lifeline.death().orElseThrow().cause()).isSameAs(failing);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void whatTheQueueManagerDiesOfIsHeardOf() throws Exception {
    Fault lethal = Fault.of(() -> new OutOfMemoryError("a test's"));
    try (FlowHouse house = FlowHouse.standing(PATIENCE).before("lease", lethal).open()) {
      CountDownLatch told = new CountDownLatch(1);
      house.lifeline.onDeath(death -> told.countDown());
      house.time.advance(Duration.ZERO);

      lethal.begin();
      house.send("bob@living.test");

      assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(house.lifeline.death().orElseThrow().part()).isEqualTo("queue manager");
    }
  }
}
