package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.life.Lifeline;
import org.postroom.core.time.VirtualTime;

@Timeout(30)
class WorkersTest {

  @Test
  void neverHasMoreThreadsThanAllowedAndForgetsNothing() throws Exception {
    Set<String> names = ConcurrentHashMap.newKeySet();
    CountDownLatch done = new CountDownLatch(10_000);
    try (Workers workers = Workers.onPlatformThreads("w", 3)) {
      for (int i = 0; i < 10_000; i++) {
        workers.execute(
            () -> {
              names.add(Thread.currentThread().getName());
              done.countDown();
            });
      }

      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(names).hasSizeBetween(1, 3).allMatch(n -> n.startsWith("w-"));
  }

  @Test
  void startsAnotherThreadWhenAllAreBlocked() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    try (Workers workers = Workers.named("w", 2)) {
      workers.execute(
          () -> {
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      workers.execute(free::countDown);

      assertThat(free.await(10, TimeUnit.SECONDS)).isTrue();
      release.countDown();
    }
  }

  @Test
  void takesNothingAfterItsEnd() {
    Workers workers = Workers.onPlatformThreads("w", 2);
    workers.close();

    assertThatThrownBy(() -> workers.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }

  /** Runs tasks when it is told to, on the thread of the test; or refuses them. */
  private static final class Application implements Executor {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean refuses;
    private @Nullable Error trouble;

    @Override
    public void execute(Runnable task) {
      if (trouble != null) {
        throw trouble;
      }
      if (refuses) {
        throw new RejectedExecutionException("as a test has it");
      }
      tasks.add(task);
    }

    void work() {
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
    }
  }

  private final Application application = new Application();
  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final List<String> done = new CopyOnWriteArrayList<>();

  private Workers ofApplication() {
    return Workers.of(application, time, new Lifeline());
  }

  @Test
  void whatAnApplicationRefusesIsDoneLaterAndInItsOrder() {
    Workers workers = ofApplication();
    application.refuses = true;
    for (String name : List.of("a", "b", "c")) {
      workers.execute(() -> done.add(name));
    }
    time.advance(Duration.ofMinutes(1));
    application.refuses = false;
    workers.execute(() -> done.add("d"));

    application.work();
    assertThat(done).isEmpty();
    time.advance(Duration.ofSeconds(1));
    application.work();

    assertThat(done).containsExactly("a", "b", "c", "d");
    assertThat(time.pending()).isZero();
  }

  @Test
  void whoCanDoWithoutIsRefused() {
    Workers workers = ofApplication();
    application.refuses = true;

    assertThatThrownBy(() -> workers.orNot().execute(() -> done.add("never")))
        .isInstanceOf(RejectedExecutionException.class);

    application.refuses = false;
    workers.orNot().execute(() -> done.add("a"));
    application.work();
    assertThat(done).containsExactly("a");
  }

  @Test
  void nothingRunsInItsCaller() {
    Workers workers = Workers.of(Runnable::run, time, new Lifeline());

    assertThatThrownBy(() -> workers.orNot().execute(() -> done.add("here")))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(done).isEmpty();
    assertThatThrownBy(() -> Workers.check(Runnable::run))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads of its own");
    assertThatThrownBy(
            () ->
                Workers.check(
                    task -> {
                      throw new RejectedExecutionException("ended");
                    }))
        .isInstanceOf(RejectedExecutionException.class);
  }

  /** An executor that was not made to the end throws what it likes. */
  @Test
  void whateverItThrowsItHasRefused() {
    Workers workers =
        Workers.of(
            task -> {
              throw new IllegalStateException("not initialized");
            },
            time,
            new Lifeline());

    assertThatThrownBy(() -> workers.orNot().execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void anErrorOfItsHoldsBackWhatWasPutOffOnlyAsLongAsItLasts() {
    Workers workers = ofApplication();
    application.refuses = true;
    workers.execute(() -> done.add("a"));
    Error trouble = new LinkageError("as a test has it");
    application.trouble = trouble;
    assertThatThrownBy(() -> time.advance(Duration.ofSeconds(1))).isSameAs(trouble);

    application.refuses = false;
    application.trouble = null;
    time.advance(Duration.ofSeconds(1));
    application.work();

    assertThat(done).containsExactly("a");
  }

  /** It may have taken a task before it fails. */
  @Test
  void whatItTakesAndFailsRunsOnce() {
    AtomicBoolean fails = new AtomicBoolean(true);
    Workers workers =
        Workers.of(
            task -> {
              application.execute(task);
              if (fails.get()) {
                throw new IllegalStateException("as a test has it");
              }
            },
            time,
            new Lifeline());
    workers.execute(() -> done.add("a"));
    application.work();
    assertThat(done).as("it was refused").isEmpty();

    fails.set(false);
    time.advance(Duration.ofSeconds(1));
    application.work();
    assertThat(done).containsExactly("a");
  }

  @Test
  void whatHasBegunWhenItFailsWasNotRefused() throws Exception {
    Workers workers =
        Workers.of(
            task -> {
              Thread thread = new Thread(task);
              thread.start();
              try {
                thread.join();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              throw new IllegalStateException("as a test has it");
            },
            time,
            new Lifeline());

    workers.orNot().execute(() -> done.add("a"));
    workers.execute(() -> done.add("b"));
    time.advance(Duration.ofMinutes(1));

    assertThat(done).containsExactly("a", "b");
  }

  @Test
  void theApplicationsThreadsAreAsTheyWereAndNotEnded() throws Exception {
    ExecutorService host = Executors.newSingleThreadExecutor();
    CountDownLatch begun = new CountDownLatch(1);
    Workers workers = Workers.of(host, time, new Lifeline());
    workers.execute(
        () -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            done.add("interrupted, within " + workers.isCaller());
          }
        });
    workers.execute(() -> done.add("waited, and is forgotten"));
    begun.await();

    workers.close();

    assertThat(done).containsExactly("interrupted, within true");
    assertThat(host.submit(() -> Thread.currentThread().isInterrupted()).get()).isFalse();
    assertThat(workers.isCaller()).isFalse();
    assertThat(done).hasSize(1);
    assertThatThrownBy(() -> workers.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    host.shutdown();
    assertThat(host.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatATaskThrowsIsNotTheApplicationsButMayBeADeath() {
    Lifeline lifeline = new Lifeline();
    Workers workers = Workers.of(application, time, lifeline);
    workers.execute(
        () -> {
          throw new IllegalStateException("as a test has it");
        });
    application.work();
    assertThat(lifeline.death()).isEmpty();

    workers.execute(
        () -> {
          throw new OutOfMemoryError("as a test has it");
        });
    application.work();

    assertThat(lifeline.death()).isPresent();
  }
}
