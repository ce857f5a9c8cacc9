package org.postroom.testkit.fault;

import java.util.Locale;

/** What the store does. */
public enum StoreWork {
  /** A mail becomes ours: SMTP, LMTP, and mail that the application hands in. */
  ACCEPT,
  /** A client puts messages into a mailbox. */
  APPEND,
  /** Mailboxes and messages are looked at. */
  READ,
  /** Mailboxes, messages and flags are changed. */
  CHANGE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
