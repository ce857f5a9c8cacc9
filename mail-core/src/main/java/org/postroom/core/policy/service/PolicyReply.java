package org.postroom.core.policy.service;

import org.jspecify.annotations.Nullable;

/**
 * An answer as it comes, line by line: {@code name=value}, then an empty line. Names other than
 * {@code action} are passed over.
 */
final class PolicyReply {

  /** The most octets of a line. */
  static final int LONGEST_LINE = 8 * 1024;

  private static final int MOST_LINES = 100;

  private @Nullable String action;
  private int lines;

  /**
   * Takes a line.
   *
   * @return whether the answer is whole
   * @throws PolicyTrouble for what is no answer
   */
  boolean take(String line) {
    if (line.isEmpty()) {
      if (action == null) {
        throw new PolicyTrouble("an answer without an action");
      }
      return true;
    }
    int equals = line.indexOf('=');
    if (equals < 1) {
      throw new PolicyTrouble("a line that is not name=value");
    }
    lines++;
    if (lines > MOST_LINES) {
      throw new PolicyTrouble("an answer without end");
    }
    if (action == null && line.substring(0, equals).equals("action")) {
      action = line.substring(equals + 1);
    }
    return false;
  }

  /** What it is when the connection ends before it is whole. */
  PolicyTrouble cut() {
    return lines == 0
        ? PolicyTrouble.lostConnection()
        : new PolicyTrouble("lost connection in the middle of an answer");
  }

  /** What it says, when it is whole. */
  String action() {
    if (action == null) {
      throw new IllegalStateException("not whole yet");
    }
    return action;
  }

  /** What a line that is too long comes to. */
  static PolicyTrouble tooLong() {
    return new PolicyTrouble("a line of more than " + LONGEST_LINE + " octets");
  }
}
