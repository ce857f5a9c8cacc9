package org.postroom.core.fact;

import java.util.concurrent.CompletionException;

/**
 * What is known. A decision is a pure function of it: where something is not known yet, the
 * function is left, and called again when it is ({@link Inquiry}).
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
   * @throws Wanted when it is not known yet; only an {@link Inquiry} may catch it, and whoever
   *     collects what is wanted for one
   * @throws RuntimeException when it cannot be had now, as {@link Fact#ask} says
   */
  <T> T know(Fact<T> fact);

  private static <T> T waitFor(Fact<T> fact) {
    try {
      return fact.ask(Runnable::run).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw Inquiry.unchecked(e);
    }
  }
}
