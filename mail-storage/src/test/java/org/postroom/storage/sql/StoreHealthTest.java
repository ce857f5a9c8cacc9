package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.life.Lifeline;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.storage.blob.DiskFull;

class StoreHealthTest {
  private final IOException fault = new IOException("the disk says that it failed");

  private final Lifeline lifeline = new Lifeline();
  private final List<Lifeline.Death> deaths = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000); // soon below zero
  private final StoreHealth health =
      new StoreHealth("the store", lifeline, StoreHealth.Reopenings.DEFAULT, nanos::get);

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private void opened() {
    lifeline.onDeath(deaths::add);
    health.opened();
  }

  private void breakAndReopen(Throwable met) {
    health.broken(health.opening(), met);
    health.reopening();
    health.opened();
  }

  @Test
  void servesNobodyBetweenAFaultAndTheEndOfTheOpening() {
    opened();
    health.requireOpen();

    health.broken(0, fault);
    assertThat(health.state()).isEqualTo(StoreHealth.State.BROKEN);
    assertThatThrownBy(health::requireOpen)
        .isInstanceOf(StorageUnavailable.class)
        .hasCause(fault)
        .hasMessageContaining("not open yet");
    health.reopening();
    assertThat(health.state()).isEqualTo(StoreHealth.State.OPENING);
    assertThatThrownBy(health::requireOpen).isInstanceOf(StorageUnavailable.class);
    health.opened();

    health.requireOpen();
    health.awaitOpen(Duration.ZERO);
    assertThat(deaths).isEmpty();
  }

  @Test
  void isOpenedAgainByOne() {
    opened();
    assertThatThrownBy(health::reopening).isInstanceOf(StorageUnavailable.class);
    health.broken(0, fault);
    health.reopening();

    assertThatThrownBy(health::reopening).isInstanceOf(StorageUnavailable.class);
  }

  @Test
  void hearsNothingOfInstancesThatAreGone() {
    opened();
    breakAndReopen(fault);

    health.broken(0, fault);

    assertThat(health.state()).isEqualTo(StoreHealth.State.OPEN);
    health.broken(1, fault);
    assertThat(health.state()).isEqualTo(StoreHealth.State.BROKEN);
  }

  @Test
  void isNotOpenWhenItBreaksWhileItIsOpened() {
    opened();
    health.broken(0, fault);
    health.reopening();
    health.broken(1, fault);

    assertThatThrownBy(health::opened).isInstanceOf(StorageUnavailable.class);
    assertThat(health.state()).isEqualTo(StoreHealth.State.BROKEN);
  }

  @Test
  void diesOfTheFourthFaultInFiveMinutes() {
    opened();
    for (int i = 0; i < 3; i++) {
      breakAndReopen(fault);
    }
    health.broken(3, fault);
    assertThat(deaths).isEmpty();

    assertThatThrownBy(health::reopening)
        .isInstanceOf(StorageUnavailable.class)
        .hasMessageContaining("for good")
        .hasCause(fault);

    assertThat(health.state()).isEqualTo(StoreHealth.State.DEAD);
    assertThat(deaths).containsExactly(new Lifeline.Death("the store", fault));
    assertThatThrownBy(() -> health.awaitOpen(Duration.ofHours(1)))
        .isInstanceOf(StorageUnavailable.class);
  }

  @Test
  void livesWithAFaultNowAndThen() {
    opened();
    for (int i = 0; i < 20; i++) {
      breakAndReopen(fault);
      pass(Duration.ofSeconds(101));
    }
    assertThat(health.state()).isEqualTo(StoreHealth.State.OPEN);
  }

  @Test
  void triesAgainAfterAPauseWhenOpeningFails() {
    opened();
    health.broken(0, fault);
    health.reopening();
    health.notReopened(fault, false);

    assertThatThrownBy(health::reopening).isInstanceOf(StorageUnavailable.class);
    pass(Duration.ofSeconds(1));
    health.reopening();
    health.opened();
  }

  @Test
  void diesOfOpeningsThatFailAndOfOneThatNothingMends() {
    opened();
    health.broken(0, fault);
    health.reopening();

    health.notReopened(fault, true);

    assertThat(deaths).hasSize(1);
    assertThat(health.state()).isEqualTo(StoreHealth.State.DEAD);
  }

  @Test
  void waitsForRoomOnTheDiskAsLongAsThatTakes() {
    opened();
    for (int i = 0; i < 10; i++) {
      breakAndReopen(new DiskFull("no room", fault));
    }
    health.broken(10, new StorageFull("no room"));
    for (int i = 0; i < 10; i++) {
      health.reopening();
      health.notReopened(new SQLException(new DiskFull("no room", fault)), false);
      pass(Duration.ofSeconds(1));
    }
    health.reopening();
    health.opened();
    assertThat(deaths).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "java.lang.OutOfMemoryError, BROKEN",
    "java.lang.StackOverflowError, BROKEN",
    "java.lang.AssertionError, BROKEN",
    "java.lang.InternalError, DEAD",
    "java.lang.NoClassDefFoundError, DEAD",
    "java.lang.IllegalStateException, BROKEN",
  })
  void diesAtOnceOfWhatAnotherInstanceWouldMeetToo(Class<? extends Throwable> type, String state)
      throws ReflectiveOperationException {
    opened();
    Throwable met = new SQLException(type.getConstructor().newInstance());

    health.broken(0, met);

    assertThat(health.state()).hasToString(state);
    assertThat(deaths).hasSize(state.equals("DEAD") ? 1 : 0);
  }

  @Test
  void ownersHearOfOneDeath() {
    opened();
    health.die(fault);
    health.die(fault);
    health.broken(0, fault);
    health.closed();
    health.die(fault);

    assertThat(deaths).hasSize(1);
    assertThatThrownBy(health::requireOpen).hasMessageContaining("closed");
  }
}
