package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.testing.Until;

/** A far side has taken a mail, and the application has no thread any more to write so. */
@Timeout(60)
final class EndOfQueueTest {
  private enum Mood {
    WORKS,
    REFUSES,
    /** Takes tasks, and never runs them. */
    SLEEPS
  }

  /** When it is taken: queue and workers end one after the other. */
  private enum Moment {
    BEFORE,
    BETWEEN,
    AFTER
  }

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicReference<Mood> mood = new AtomicReference<>(Mood.WORKS);

  private void execute(Runnable task) {
    switch (mood.get()) {
      case WORKS -> threads.execute(task);
      case REFUSES -> throw new RejectedExecutionException("as a test has it");
      case SLEEPS -> {}
    }
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @ParameterizedTest
  @CsvSource({
    "REFUSES, BEFORE",
    "SLEEPS, BEFORE",
    "REFUSES, BETWEEN",
    "SLEEPS, BETWEEN",
    "REFUSES, AFTER",
    "SLEEPS, AFTER",
  })
  void whatWasTakenIsWrittenAllTheSame(Mood then, Moment moment) {
    FlowHouse house = FlowHouse.standing(Duration.ofSeconds(20)).application(this::execute).open();
    FlowHouse.Host far = house.silent("far.test");
    try (house) {
      house.send("bob@far.test");
      Until.so(() -> far.open.size() == 1);

      mood.set(then);
      house.workers.execute(() -> {}); // is put off, or never runs
      if (moment == Moment.BETWEEN) {
        house.endQueue();
      }
      if (moment != Moment.AFTER) {
        far.open.get(0).take();
      }
    }
    if (moment == Moment.AFTER) {
      far.open.get(0).take();
    }

    assertThat(house.stores.queue().size()).isZero();
  }
}
