package org.postroom.core.queue;

import java.util.concurrent.CompletionStage;

/** Makes one attempt and settles it; the queue manager decides when. */
public interface Attempts {

  /**
   * Makes one attempt for all recipients of {@code mail} and settles them in the store. Called on a
   * worker; returns without waiting for the far side.
   *
   * @return completes when settled, saying whether the destination answered at all
   */
  CompletionStage<Outcome> attempt(QueuedMail mail);

  /**
   * Settles {@code mail} as deferred without an attempt, because its destination has just proved to
   * be out of reach.
   */
  CompletionStage<Outcome> postpone(QueuedMail mail);

  /** What the queue manager must know of an attempt. */
  enum Outcome {
    /** The far side answered, well or not. */
    ANSWERED,
    /** It could not be reached: give it a rest. */
    UNREACHABLE
  }
}
