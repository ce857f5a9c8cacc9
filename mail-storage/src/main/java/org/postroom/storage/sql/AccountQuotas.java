package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.Optional;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.quota.QuotaUse;

/** What accounts may hold, and do: said from memory where it is there, set and counted anew. */
final class AccountQuotas {
  private static final String QUOTA =
      "UPDATE account SET quota_octets = ?, quota_messages = ? WHERE id = ?";

  /** Where mail is delivered. */
  private static final String INBOX = MailboxName.INBOX.value();

  private final AccountRows rows;
  private final Catalog catalog;
  private final WholeMailboxes whole;

  AccountQuotas(AccountRows rows, Catalog catalog, WholeMailboxes whole) {
    this.rows = rows;
    this.catalog = catalog;
    this.whole = whole;
  }

  /** See {@code Accounts.room}. */
  long room(Account account) {
    return catalog.quotas().room(use(account), INBOX);
  }

  /** See {@code Accounts.recallRoom}. */
  Optional<Long> recallRoom(Account account) {
    QuotaRules rules = catalog.quotas();
    QuotaUse known = QuotaRoom.known(catalog, account.id());
    if (known != null) {
      return Optional.of(rules.room(known, INBOX));
    }
    Quota limit = rules.limit(account.login(), account.quota());
    return limit.equals(Quota.ENDLESS)
        ? Optional.of(rules.room(new QuotaUse(limit, 0, 0), INBOX))
        : Optional.empty();
  }

  /** See {@code Accounts.use}. */
  QuotaUse use(Account account) {
    QuotaUse known = QuotaRoom.known(catalog, account.id());
    return known != null ? known : rows.reading(batch -> use(batch, account.id()));
  }

  /** One that is gone holds nothing, and nobody asks what it may hold. */
  private static QuotaUse use(Batch batch, AccountId account) throws SQLException {
    Optional<AccountState> state = batch.findAccount(account);
    return state.isPresent()
        ? QuotaRoom.use(batch, state.get())
        : new QuotaUse(Quota.ENDLESS, 0, 0);
  }

  /** See {@code Accounts.setQuota}. */
  void set(AccountId account, Quota quota) {
    rows.changing(
        batch -> {
          batch.put(AccountRows.require(batch, account).withQuota(quota));
          batch.op(statements -> set(statements, account, quota));
          return true;
        });
  }

  private static void set(Journaled statements, AccountId account, Quota quota)
      throws SQLException {
    Prepared update = statements.of(QUOTA);
    update.setLong(1, quota.octets());
    update.setLong(2, quota.messages());
    update.setInt(3, account.value());
    update.executeUpdate();
  }

  /** See {@code Accounts.recount}. */
  QuotaUse recount(AccountId account) {
    AccountState counted = rows.reading(batch -> AccountRows.require(batch, account));
    for (Integer mailbox : counted.mailboxes().values()) {
      boolean unused =
          whole.run(
              batch -> {
                boolean there =
                    AccountRows.require(batch, account).mailboxes().containsValue(mailbox);
                if (there) {
                  Mailboxes.recount(batch, new MailboxId(mailbox));
                }
                return there;
              });
    }
    return rows.reading(
        batch -> {
          AccountState state = AccountRows.require(batch, account);
          long octets = 0;
          long messages = 0;
          for (Integer mailbox : state.mailboxes().values()) {
            Mailbox row = batch.mailbox(new MailboxId(mailbox)).row();
            octets += row.octets();
            messages += row.messages();
          }
          AccountState after = state.counted(octets, messages);
          batch.put(after);
          batch.durable();
          return QuotaRoom.use(batch, after);
        });
  }
}
