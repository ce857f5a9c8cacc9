package org.postroom.core.mailbox;

/** The messages of the mailbox have as many different keywords as they can have. */
public final class TooManyKeywords extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TooManyKeywords(String message) {
    super(message);
  }
}
