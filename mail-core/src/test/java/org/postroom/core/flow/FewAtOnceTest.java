package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.testing.Until;

final class FewAtOnceTest {
  private final FewAtOnce few = new FewAtOnce(2, 2, Duration.ofSeconds(20));
  private final Queue<Runnable> threads = new ArrayDeque<>();
  private final List<String> done = new ArrayList<>();

  private CompletableFuture<Boolean> ask(String user, String what) {
    return few.of(user, () -> done.add(what), threads::add);
  }

  @Test
  void twoAreAtItAndTwoWaitAndNobodyElseDoes() {
    List<CompletableFuture<Boolean>> asked =
        Stream.of("a", "b", "c", "d").map(what -> ask("ada", what)).toList();
    CompletableFuture<Boolean> tooMany = ask("ada", "e");
    CompletableFuture<Boolean> other = ask("eve", "f");
    assertThat(tooMany.handle((found, why) -> why).join()).isInstanceOf(LookupUnavailable.class);
    assertThat(threads).as("threads that are wanted").hasSize(3);

    assertThat(few.isIdle()).isFalse();
    while (!threads.isEmpty()) {
      threads.remove().run();
    }

    assertThat(done).containsExactly("a", "b", "f", "c", "d");
    assertThat(asked).allMatch(CompletableFuture::isDone);
    assertThat(other).isCompletedWithValue(true);
    assertThat(few.isIdle()).isTrue();
  }

  @Test
  void whatFailsIsOver() {
    CompletableFuture<String> failed =
        few.of(
            "ada",
            () -> {
              throw new IllegalStateException();
            },
            Runnable::run);
    CompletableFuture<String> refused =
        few.of(
            "ada",
            () -> "x",
            task -> {
              throw new RejectedExecutionException();
            });

    assertThat(failed).isCompletedExceptionally();
    assertThat(refused).isCompletedExceptionally();
    assertThat(few.isIdle()).isTrue();
  }

  /** The pool throws what the machine says to it. */
  @Test
  void aPlaceIsFreeAgainWhereNoThreadCouldBeHad() {
    Executor exhausted =
        task -> {
          throw new OutOfMemoryError("unable to create native thread");
        };
    List<CompletableFuture<String>> refused = new ArrayList<>();
    for (int time = 0; time < 3; time++) { // more often than there are places
      assertThatCode(() -> refused.add(few.of("ada", () -> "x", exhausted)))
          .doesNotThrowAnyException();
    }

    assertThat(refused)
        .allSatisfy(
            one ->
                assertThat(one.handle((found, why) -> why).join())
                    .isInstanceOf(LookupUnavailable.class));
    assertThat(few.isIdle()).isTrue();
  }

  /** Opening a pipe waits for who writes to it, and is not interrupted. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void nobodyWaitsForAPipeThatIsInThePlaceOfAFile(@TempDir Path folder) throws Exception {
    FewAtOnce hasty = new FewAtOnce(2, 2, Duration.ofMillis(300));
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Supplier<String> reading =
        () -> {
          try {
            return Files.readString(pipe);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    ExecutorService workers = Executors.newFixedThreadPool(2);
    try {
      List<CompletableFuture<String>> asked =
          Stream.generate(() -> hasty.of("ada", reading, workers)).limit(4).toList();

      for (CompletableFuture<String> one : asked) {
        assertThat(one.handle((read, why) -> why).get(20, TimeUnit.SECONDS))
            .isInstanceOf(LookupUnavailable.class);
      }
      assertThat(hasty.of("ada", () -> "x", workers)).isCompletedExceptionally();
      assertThat(hasty.of("eve", () -> "x", workers).get(20, TimeUnit.SECONDS)).isEqualTo("x");

      Files.writeString(pipe, "ended");
      Until.so(hasty::isIdle);
      assertThat(hasty.of("ada", () -> "x", workers).get(20, TimeUnit.SECONDS)).isEqualTo("x");
    } finally {
      workers.shutdownNow();
    }
  }
}
