package org.postroom.dist.applet.doveadm;

import java.util.Optional;

/** What ends a command, or what it does for one of several, with doveadm's exit status. */
final class Ended extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final int USAGE = 64;
  static final int NOT_POSSIBLE = 65;
  static final int NO_USER = 67;
  static final int NOT_FOUND = 68;
  static final int TEMPORARY = 75;
  static final int NO_PERMISSION = 77;

  /** Whether it is about one of those who are meant, and the others go on. */
  private final boolean isOfOne;

  private final int status;

  private Ended(int status, String said, boolean isOfOne) {
    super(said);
    this.status = status;
    this.isOfOne = isOfOne;
  }

  /** For who has not said what is needed: how it is said. */
  static Ended usage(String line) {
    return new Ended(USAGE, line, false);
  }

  /** For what is asked for wrongly. */
  static Ended fatal(int status, String message) {
    return new Ended(status, "doveadm: Fatal: " + message, false);
  }

  /** For what somebody does not have, or cannot. */
  static Ended error(int status, String user, String message) {
    return new Ended(status, said(user, message), true);
  }

  /** For what has been said already. */
  static Ended silent(int status) {
    return new Ended(status, "", false);
  }

  /** How a fault is said that is somebody's. */
  static String said(String user, String message) {
    return "doveadm(" + user + "): Error: " + message;
  }

  /** The line that says it. */
  String said() {
    return Optional.ofNullable(getMessage()).orElse("");
  }

  boolean isOfOne() {
    return isOfOne;
  }

  int status() {
    return status;
  }
}
