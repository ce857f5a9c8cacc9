package org.postroom.imap.protocol;

/**
 * A command that is not understood, or not possible in this state; nothing was done and the client
 * hears BAD. Has no stack trace.
 */
public final class BadCommand extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String text;
  private final boolean last;

  public BadCommand(String message) {
    this(message, false);
  }

  private BadCommand(String message, boolean last) {
    super(message, null, false, false);
    this.text = message;
    this.last = last;
  }

  /** What the client hears. */
  public String text() {
    return text;
  }

  /** One after which the octets that follow cannot be understood: the connection ends. */
  static BadCommand last(String message) {
    return new BadCommand(message, true);
  }

  /** Whether the conversation cannot go on. */
  public boolean isLast() {
    return last;
  }
}
