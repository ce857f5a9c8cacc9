package org.postroom.core.mailbox;

/** What a mailbox is called inside the store: stays the same over RENAME, never reused. */
public record MailboxId(int value) {
  public MailboxId {
    if (value < 1) {
      throw new IllegalArgumentException("mailbox id: " + value);
    }
  }
}
