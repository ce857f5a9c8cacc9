package org.postroom.core.mailbox;

/** Another mailbox of the account has that special use already (RFC 6154, 3). */
public final class SpecialUseTaken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SpecialUseTaken(String message) {
    super(message);
  }
}
