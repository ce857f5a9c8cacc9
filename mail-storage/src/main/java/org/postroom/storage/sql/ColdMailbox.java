package org.postroom.storage.sql;

import org.postroom.core.mailbox.MailboxId;

/**
 * A unit of work has met a mailbox whose messages are not in memory: it is given up, and runs again
 * when whoever handed it in has read them. {@link WholeMailboxes} sees to both.
 */
final class ColdMailbox extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient MailboxId mailbox;
  private final transient Object since;

  /**
   * Says which.
   *
   * @param since its {@link Messages#since}, by which is known whether what is read fits
   */
  ColdMailbox(MailboxId mailbox, Object since) {
    super("the messages of mailbox " + mailbox.value() + " are not in memory", null, false, false);
    this.mailbox = mailbox;
    this.since = since;
  }

  MailboxId mailbox() {
    return mailbox;
  }

  Object since() {
    return since;
  }
}
