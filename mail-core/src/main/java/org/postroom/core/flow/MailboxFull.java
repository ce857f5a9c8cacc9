package org.postroom.core.flow;

import java.util.Optional;
import org.postroom.core.auth.AccountFacts;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.quota.QuotaParams;
import org.postroom.core.restriction.Verdict;

/**
 * What is said to whoever brings mail that there is no room for (RFC 3463, X.2.2): for good, so
 * that the sender learns of it now, or for now, where the settings say so.
 */
public record MailboxFull(int code, String status, String text) {
  /** What the log calls it. */
  public static final String RULE = "quota";

  /** As the settings have it. */
  public static MailboxFull by(Settings settings) {
    String text = settings.get(QuotaParams.EXCEEDED_MESSAGE);
    return settings.get(QuotaParams.FULL_TEMPFAIL)
        ? new MailboxFull(452, "4.2.2", text)
        : new MailboxFull(552, "5.2.2", text);
  }

  /**
   * Says so of a recipient, when there is no room with anybody that it stands for.
   *
   * @param size what the mail has, as far as it is known, else 0: then a mailbox is full when
   *     nothing more fits in
   */
  public Optional<Verdict.Reject> of(
      Expanded recipient, long size, Accounts accounts, Facts facts) {
    for (Target target : recipient.targets()) {
      if (!isFull(target, size, accounts, facts)) {
        return Optional.empty();
      }
    }
    return Optional.of(new Verdict.Reject(code, status, recipient.rejected(text)));
  }

  /** The same of a mail of which nobody knows the size yet, by asking and waiting. */
  public Optional<Verdict.Reject> of(Expanded recipient, Accounts accounts) {
    return of(recipient, 0, accounts, Facts.WAITING);
  }

  /** Says so of the whole mail. */
  Handover.Refused ofMail() {
    return new Handover.Refused(new Verdict.Reject(code, status, "Error: " + text), RULE);
  }

  private static boolean isFull(Target target, long size, Accounts accounts, Facts facts) {
    if (!(target.route() instanceof Route.ToMailbox mailbox)) {
      return false;
    }
    long room = facts.know(AccountFacts.room(accounts, mailbox.account()));
    return room == 0 || size > room;
  }
}
