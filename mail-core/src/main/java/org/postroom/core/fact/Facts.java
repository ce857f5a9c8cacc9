package org.postroom.core.fact;

import java.util.concurrent.CompletionException;

/**
 * What is known. A decision is a pure function of it: where something is not known yet, the
 * function is left, and called again when it is.
 */
@FunctionalInterface
public interface Facts {

  /** Asks for everything itself and waits for it: on a worker, never within a session. */
  Facts WAITING =
      new Facts() {
        @Override
        public <T> T know(Fact<T> fact) {
          return fact.atOnce().orElseGet(() -> waitFor(fact));
        }
      };

  /**
   * The answer.
   *
   * @throws RuntimeException when it is not known yet, which nobody but who calls the decision may
   *     catch, or when it cannot be had now, as {@link Fact#ask} says
   */
  <T> T know(Fact<T> fact);

  private static <T> T waitFor(Fact<T> fact) {
    try {
      return fact.ask(Runnable::run).toCompletableFuture().join();
    } catch (CompletionException e) {
      Throwable cause = e;
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw cause instanceof RuntimeException unchecked ? unchecked : e;
    }
  }
}
