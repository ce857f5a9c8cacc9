package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.postroom.core.refusal.LookupUnavailable;

final class FewAtOnceTest {
  private final FewAtOnce few = new FewAtOnce(2, 2);
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
}
