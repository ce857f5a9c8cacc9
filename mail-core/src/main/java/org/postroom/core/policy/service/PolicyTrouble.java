package org.postroom.core.policy.service;

/** A policy server has not answered, or not as it should; a retry can help. */
public final class PolicyTrouble extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final boolean ofTheLine;

  PolicyTrouble(String message) {
    this(message, false);
  }

  private PolicyTrouble(String message, boolean ofTheLine) {
    super(message, null, false, false);
    this.ofTheLine = ofTheLine;
  }

  /** The connection has ended before anything of an answer came. */
  static PolicyTrouble lostConnection() {
    return new PolicyTrouble("lost connection", true);
  }

  /** Whether nothing is known of the server but that it has ended this connection. */
  boolean isOfTheLine() {
    return ofTheLine;
  }
}
