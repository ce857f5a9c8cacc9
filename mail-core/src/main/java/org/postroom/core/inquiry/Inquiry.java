package org.postroom.core.inquiry;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.postroom.core.fact.Facts;
import org.postroom.core.time.Timers;

/**
 * Answers questions that are pure functions of {@link Facts}: calls the function, gets what it
 * wants, and calls it again until it wants nothing. So the function says what it needs by needing
 * it, and is the same wherever it is called: on the event loop, on a worker, in a dry run.
 */
public final class Inquiry {

  /** So many facts serve one mail; a function that always wants others has a fault. */
  private static final int MOST = 100_000;

  private final Executor mayBlock;
  private final Timers timers;

  /**
   * Makes inquiries.
   *
   * @param mayBlock where those are asked who have to be waited for: elsewhere than where the
   *     questions are asked
   * @param timers for those who never answer
   */
  public Inquiry(Executor mayBlock, Timers timers) {
    this.mayBlock = mayBlock;
    this.timers = timers;
  }

  /**
   * Answers {@code question}: before this returns where everything is known or in memory. Never
   * blocks. Until the answer is there, nobody else may touch {@code notes}.
   *
   * @return exceptionally, what the question throws
   */
  public <R> CompletionStage<R> pursue(Notes notes, Function<Facts, R> question) {
    try {
      return CompletableFuture.completedFuture(question.apply(notes));
    } catch (Wanted wanted) {
      if (notes.count() > MOST) {
        return CompletableFuture.failedFuture(new IllegalStateException("a question without end"));
      }
      // Elsewhere than where answers come from: the thread of the timers, those of the DNS.
      return asked(notes, wanted).thenComposeAsync(more -> pursue(more, question), mayBlock);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletionStage<Notes> asked(Notes notes, Wanted wanted) {
    Notes.Asked asked = notes.ask(wanted.facts(), mayBlock);
    List<Timers.Timer> ends =
        wanted.facts().stream()
            .map(fact -> timers.after(fact.patience(), () -> asked.giveUp(fact)))
            .toList();
    return asked.answered().whenComplete((more, trouble) -> ends.forEach(Timers.Timer::cancel));
  }

  /** What {@code trouble} is, unwrapped; an {@code Error} is thrown. */
  public static RuntimeException unchecked(Throwable trouble) {
    Throwable cause = trouble;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause);
  }
}
