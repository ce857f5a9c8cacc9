package org.postroom.testkit;

/** How much of what a test has left behind is taken away; each takes what those before it take. */
public enum Reset {
  /** Nothing. */
  NOTHING,

  /** The messages in all mailboxes, and the mail that waits to leave. */
  MESSAGES,

  /** Mailboxes that were made beside those that everybody has, and subscriptions. */
  FOLDERS,

  /** Users, but for those of the set-up, who are as at the start. */
  USERS
}
