package org.postroom.core.refusal;

/**
 * The account's mailboxes would hold more than they may. Helps only after something was deleted.
 */
public final class OverQuota extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OverQuota(String message) {
    super(message);
  }
}
