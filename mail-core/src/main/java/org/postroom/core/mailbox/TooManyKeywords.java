package org.postroom.core.mailbox;

/** The mailbox has as many different keywords as it can have. */
public final class TooManyKeywords extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TooManyKeywords(String message) {
    super(message);
  }
}
