package org.postroom.core.queue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.postroom.core.delivery.QueuedMail;

/** Makes attempts; the queue manager decides when, and when what they came to is written. */
public interface Attempts {

  /**
   * Makes one attempt for all recipients of {@code mail}. Called on a worker; returns without
   * waiting for the far side.
   *
   * @return completes, normally, when the attempt is over: the far side has answered, or could not
   *     be reached, or the time for it has run out
   */
  CompletionStage<Made> attempt(QueuedMail mail);

  /**
   * An attempt that was not made, because the destination has just proved to be out of reach: all
   * recipients wait.
   */
  Made postpone(QueuedMail mail);

  /** An attempt that is over, and not written yet. */
  interface Made {

    /** What it says about the destination. */
    Outcome outcome();

    /**
     * Writes what it came to: durable when this returns. When it throws, not all is written, and
     * the call is to be made again. On a worker, one call at a time; may block on the store.
     */
    void settle();

    /**
     * The same where there is nothing to write but rows of the queue: nobody is told by mail, and
     * nothing comes into a mailbox here. Such are written several at once, each by this instead of
     * {@link #settle}, unless that fails.
     */
    default Optional<RowsOnly> rowsOnly() {
      return Optional.empty();
    }
  }

  /** An end that is rows of the queue alone. */
  interface RowsOnly {

    /** What becomes of the recipients. */
    List<QueueStore.Settlement> settlements();

    /**
     * It is durable: says so.
     *
     * @param gone whether nothing of the mail is left in the queue
     */
    void written(boolean gone);
  }

  /** What the queue manager must know of an attempt. */
  enum Outcome {
    /** The far side answered, well or not. */
    ANSWERED,
    /** It could not be reached: give it a rest. */
    UNREACHABLE,
    /** Neither: nothing was sent there, or its time ran out. */
    UNKNOWN
  }
}
