package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.quota.QuotaRules.Coming;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.OverQuota;

/** What accounts hold of what they may hold, as it stands within a unit of work. */
final class QuotaRoom {
  private QuotaRoom() {}

  /**
   * Refuses what the account has no room for.
   *
   * @throws OverQuota where there is none
   */
  static void check(Batch batch, AccountState account, Coming coming) throws SQLException {
    QuotaUse use = use(batch, account);
    if (!batch.quotas().admits(use, coming)) {
      throw new OverQuota(
          "The mailboxes of "
              + account.login()
              + " hold "
              + use.octets()
              + " octets in "
              + use.messages()
              + " messages, of "
              + use.limit());
    }
  }

  /** What its mailboxes hold, and may hold. */
  static QuotaUse use(Batch batch, AccountState account) throws SQLException {
    QuotaRules rules = batch.quotas();
    long octets = account.usedOctets();
    long messages = account.usedMessages();
    if (rules.ignoresSome()) {
      for (Map.Entry<MailboxName, Integer> one : account.mailboxes().entrySet()) {
        if (rules.ignores(one.getKey().value())) {
          Mailbox row = batch.mailbox(new MailboxId(one.getValue())).row();
          octets -= row.octets();
          messages -= row.messages();
        }
      }
    }
    return new QuotaUse(rules.limit(account.login(), account.quota()), octets, messages);
  }

  /** The same from memory; null where not all of it is there. */
  static @Nullable QuotaUse known(Catalog catalog, AccountId id) {
    QuotaRules rules = catalog.quotas();
    AccountState account = catalog.account(id.value());
    if (account == null) {
      return null;
    }
    long octets = account.usedOctets();
    long messages = account.usedMessages();
    if (rules.ignoresSome()) {
      for (Map.Entry<MailboxName, Integer> one : account.mailboxes().entrySet()) {
        if (rules.ignores(one.getKey().value())) {
          MailboxState state = catalog.mailbox(one.getValue());
          if (state == null) {
            return null;
          }
          octets -= state.row().octets();
          messages -= state.row().messages();
        }
      }
    }
    return new QuotaUse(rules.limit(account.login(), account.quota()), octets, messages);
  }
}
