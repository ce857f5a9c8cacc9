package org.postroom.smtp.server;

import org.postroom.core.config.Settings;

/**
 * What a client hears whose mail there is no room for (RFC 3463, X.2.2): for good, so that the
 * sender learns of it now, or for now, where the settings say so.
 */
public record MailboxFull(int code, String status, String text) {
  /** What the log calls it. */
  public static final String RULE = "quota";

  /** As the settings have it. */
  public static MailboxFull by(Settings settings) {
    return settings.get(SmtpParams.QUOTA_FULL_TEMPFAIL)
        ? new MailboxFull(452, "4.2.2", "mailbox is full")
        : new MailboxFull(552, "5.2.2", "mailbox is full");
  }
}
