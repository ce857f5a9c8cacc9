package org.postroom.storage.sql;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.AccountId;
import org.postroom.core.quota.QuotaPassed;
import org.postroom.core.quota.QuotaUse;

/** What an account held before a change, by which it is found out what mark the change passes. */
final class QuotaMarks {
  private final Batch batch;
  private final AccountId account;

  /** Null where nobody is told of marks. */
  private final @Nullable QuotaUse held;

  private QuotaMarks(Batch batch, AccountId account, @Nullable QuotaUse held) {
    this.batch = batch;
    this.account = account;
    this.held = held;
  }

  /** Those of an account that nothing has changed yet. */
  static QuotaMarks before(Batch batch, AccountId account) throws SQLException {
    return new QuotaMarks(
        batch,
        account,
        batch.quotas().warns() ? QuotaRoom.use(batch, batch.account(account)) : null);
  }

  /** Has those told who want to hear how full the account is; of all that has changed since. */
  void after(Watchers watchers) throws SQLException {
    if (held == null) {
      return;
    }
    AccountState changed = batch.account(account);
    QuotaUse use = QuotaRoom.use(batch, changed);
    batch
        .quotas()
        .passed(held, use)
        .map(warning -> new QuotaPassed(changed.login(), warning, use))
        .ifPresent(passed -> batch.afterwards(() -> watchers.tell(passed)));
  }
}
