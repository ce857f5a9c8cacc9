package org.postroom.pop3.protocol;

/** The client's line is wrong; the message says how, in words fit for {@code -ERR}. */
public final class BadCommand extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadCommand(String message) {
    super(message, null, false, false);
  }
}
