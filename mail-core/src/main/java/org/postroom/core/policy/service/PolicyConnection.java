package org.postroom.core.policy.service;

import java.util.concurrent.CompletionStage;

/** A connection to a policy server: one question after the other. */
interface PolicyConnection {

  /**
   * Puts a question; not before the one before it is answered.
   *
   * @return the action; exceptionally {@link PolicyTrouble}, after which the connection is of no
   *     use any more
   */
  CompletionStage<String> ask(String request);

  /** Whether it has ended, as far as anybody knows. */
  boolean isClosed();

  /** Ends it, whatever is under way; from any thread. */
  void close();
}
