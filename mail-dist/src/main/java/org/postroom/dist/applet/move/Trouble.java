package org.postroom.dist.applet.move;

/**
 * Something cannot be taken, or not be written; the message says what and why, in words fit for
 * people.
 */
public final class Trouble extends Exception {
  private static final long serialVersionUID = 1L;

  Trouble(String message) {
    super(message);
  }
}
