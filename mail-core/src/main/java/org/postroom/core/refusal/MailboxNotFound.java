package org.postroom.core.refusal;

/** There is no such mailbox (any more). Trying again does not help. */
public final class MailboxNotFound extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MailboxNotFound(String message) {
    super(message);
  }
}
