package org.postroom.core.refusal;

/** A mailbox cannot be called so; the message says why, in words fit for a client. */
public final class BadMailboxName extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadMailboxName(String message) {
    super(message);
  }
}
