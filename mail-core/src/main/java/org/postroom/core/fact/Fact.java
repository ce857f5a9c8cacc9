package org.postroom.core.fact;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Something that a decision may depend on and that is found out elsewhere: who has an address, what
 * a table or the DNS says of a key. A value: whoever asks for an equal one gets the noted answer.
 * Its text names it for people, as in {@code account of ada@example.org}.
 *
 * @param <T> the answer, which may be "there is none" but never "not now": that is an exception
 */
public interface Fact<T> {

  /** For those who know nothing better. */
  Duration USUAL_PATIENCE = Duration.ofSeconds(100);

  /**
   * The answer, if it is in memory; nothing where somebody has to be asked. On the event loop: must
   * never block.
   */
  Optional<T> atOnce();

  /**
   * Asks. Returns at once where the answer comes by itself, as from the DNS.
   *
   * @param mayBlock where to ask whoever has to be waited for: the store, a table in SQL
   * @return the answer; exceptionally, what kept it from coming: {@code LookupUnavailable} or
   *     {@code StorageUnavailable}, as a rule
   */
  CompletionStage<T> ask(Executor mayBlock);

  /**
   * Whether to ask for this together with what stands before it: a question to somebody far away,
   * which is better asked too early than one after the other.
   */
  default boolean isFarAway() {
    return false;
  }

  /** How long an answer is waited for: whoever does not give it by then has said "not now". */
  default Duration patience() {
    return USUAL_PATIENCE;
  }

  /** One that is known: {@code name} is how it is called in records. */
  static <T> Fact<T> of(String name, T answer) {
    return new Known<>(name, answer);
  }

  /** A fact that nobody has to be asked for. */
  record Known<T>(String name, T answer) implements Fact<T> {
    @Override
    public Optional<T> atOnce() {
      return Optional.of(answer);
    }

    @Override
    public CompletionStage<T> ask(Executor mayBlock) {
      return CompletableFuture.completedFuture(answer);
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
