package org.postroom.core.refusal;

/** There is a mailbox of that name already. Trying again does not help. */
public final class MailboxExists extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MailboxExists(String message) {
    super(message);
  }
}
