package org.postroom.core.inquiry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.time.VirtualTime;

class InquiryTest {
  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final Inquiry inquiry = new Inquiry(Runnable::run, time);
  private final Notes notes = new Notes();

  /** What has been asked, in its order, and where the answers go. */
  private final List<String> asked = new ArrayList<>();

  private final Map<String, CompletableFuture<String>> answers = new HashMap<>();

  private final class Question implements Fact<String> {
    private final String name;

    Question(String name) {
      this.name = name;
    }

    @Override
    public Optional<String> atOnce() {
      return name.startsWith("known") ? Optional.of("an answer") : Optional.empty();
    }

    @Override
    public CompletionStage<String> ask(Executor mayBlock) {
      asked.add(name);
      return answers.computeIfAbsent(name, key -> new CompletableFuture<>());
    }

    @Override
    public Duration patience() {
      return name.startsWith("slow") ? Duration.ofMinutes(10) : USUAL_PATIENCE;
    }

    @Override
    public boolean isFarAway() {
      return name.startsWith("far");
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Question question && question.name.equals(name);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private CompletableFuture<String> pursue(Function<Facts, String> question) {
    return inquiry.pursue(notes, question).toCompletableFuture();
  }

  @Test
  void whatIsInMemoryIsAnsweredAtOnce() {
    assertThat(pursue(facts -> facts.know(new Question("known"))))
        .isCompletedWithValue("an answer");
    assertThat(asked).isEmpty();
  }

  @Test
  void theQuestionIsPutAgainWhenItsFactsAreThere() {
    CompletableFuture<String> answer =
        pursue(facts -> facts.know(new Question("a")) + facts.know(new Question("b")));

    assertThat(asked).containsExactly("a");
    answers.get("a").complete("1");
    assertThat(asked).containsExactly("a", "b");
    assertThat(answer).isNotDone();
    answers.get("b").complete("2");
    assertThat(answer).isCompletedWithValue("12");
  }

  @Test
  void nothingIsAskedTwice() {
    Function<Facts, String> question = facts -> facts.know(new Question("a"));
    CompletableFuture<String> first = pursue(question);
    answers.get("a").complete("1");

    assertThat(pursue(question)).isCompletedWithValue("1");
    assertThat(first).isCompletedWithValue("1");
    assertThat(asked).containsExactly("a");
  }

  @Test
  void whatIsFarAwayIsAskedForTogether() {
    CompletableFuture<String> answer =
        pursue(
            facts -> {
              try {
                return facts.know(new Question("a"));
              } catch (Wanted first) {
                Wanted all = first;
                for (String later : List.of("far b", "c", "far d")) {
                  try {
                    facts.know(new Question(later));
                  } catch (Wanted wanted) {
                    all = all.with(wanted);
                  }
                }
                throw all;
              }
            });

    assertThat(asked).containsExactlyInAnyOrder("a", "far b", "far d");
    answers.get("far d").complete("4");
    answers.get("a").complete("1");
    assertThat(answer).isNotDone();
    answers.get("far b").completeExceptionally(new LookupUnavailable("no answer"));
    assertThat(answer).isCompletedWithValue("1");
  }

  @Test
  void eachFactIsWaitedForAsLongAsItTakes() {
    CompletableFuture<String> slow = pursue(facts -> facts.know(new Question("slow")));
    CompletableFuture<String> other =
        new Inquiry(Runnable::run, time)
            .pursue(new Notes(), facts -> facts.know(new Question("a")))
            .toCompletableFuture();

    time.advance(Duration.ofSeconds(100));
    assertThat(other).isCompletedExceptionally();
    assertThat(slow).isNotDone();

    time.advance(Duration.ofSeconds(500));
    assertThat(slow).isCompletedExceptionally();
  }

  @Test
  void whatCannotBeHadIsNotedToo() {
    Function<Facts, String> question =
        facts -> {
          try {
            return facts.know(new Question("a"));
          } catch (LookupUnavailable e) {
            return "not now: " + e.getMessage();
          }
        };
    CompletableFuture<String> answer = pursue(question);
    answers.get("a").completeExceptionally(new CompletionException(new LookupUnavailable("gone")));

    assertThat(answer).isCompletedWithValue("not now: gone");
    assertThat(pursue(question)).isCompletedWithValue("not now: gone");
    assertThat(asked).containsExactly("a");
  }

  @Test
  void whoeverNeverAnswersHasSaidNotNow() {
    CompletableFuture<String> answer = pursue(facts -> facts.know(new Question("a")));

    time.advance(Duration.ofSeconds(99));
    assertThat(answer).isNotDone();
    time.advance(Duration.ofSeconds(2));

    assertThatThrownBy(answer::join)
        .hasCauseInstanceOf(LookupUnavailable.class)
        .hasMessageContaining("no answer in time: a");
  }

  @Test
  void whatTheQuestionThrowsIsItsAnswer() {
    IllegalArgumentException fault = new IllegalArgumentException("a fault of ours");
    CompletableFuture<String> atOnce =
        pursue(
            facts -> {
              throw fault;
            });
    CompletableFuture<String> later =
        pursue(
            facts -> {
              facts.know(new Question("a"));
              throw fault;
            });
    answers.get("a").complete("1");

    assertThatThrownBy(atOnce::join).hasCause(fault);
    assertThatThrownBy(later::join).hasCause(fault);
  }

  @Test
  void anErrorIsNoAnswer() {
    CompletableFuture<String> answer =
        pursue(
            facts -> {
              try {
                return facts.know(new Question("a"));
              } catch (LookupUnavailable e) {
                return "caught";
              }
            });
    answers.get("a").completeExceptionally(new OutOfMemoryError("of a test"));

    assertThatThrownBy(() -> Inquiry.unchecked(answer.handle((a, trouble) -> trouble).join()))
        .isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void aQuestionWithoutEndHasOne() {
    int[] n = {0};
    CompletableFuture<String> answer =
        pursue(
            facts -> {
              while (true) {
                n[0]++;
                facts.know(new Question("known " + n[0]));
                if (n[0] % 1000 == 0) {
                  Question wanted = new Question("asked " + n[0]);
                  answers.put(wanted.name, CompletableFuture.completedFuture("1"));
                  facts.know(wanted);
                }
              }
            });

    assertThatThrownBy(answer::join).hasMessageContaining("without end");
  }

  @Test
  void whoMayWaitAsksHimself() {
    answers.put("a", CompletableFuture.completedFuture("1"));

    assertThat(Facts.WAITING.know(new Question("a"))).isEqualTo("1");
    assertThat(Facts.WAITING.know(new Question("known"))).isEqualTo("an answer");
  }
}
