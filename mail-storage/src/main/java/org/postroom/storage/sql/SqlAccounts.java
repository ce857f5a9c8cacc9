package org.postroom.storage.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Authentication;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.people.LoginName;
import org.postroom.core.quota.Quota;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.AccountExists;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.core.secret.Secret;

/**
 * Accounts and aliases: the {@linkplain AccountRows rows} that have a password, which is judged by
 * {@link Credentials}.
 */
final class SqlAccounts implements Accounts {
  private static final String PASSWORD =
      "UPDATE account SET password = ?, scram_salt = ?, scram_iterations = ?,"
          + " scram_stored_key = ?, scram_server_key = ? WHERE id = ?";
  private static final String QUOTA =
      "UPDATE account SET quota_octets = ?, quota_messages = ? WHERE id = ?";

  /** Where mail is delivered. */
  private static final String INBOX = MailboxName.INBOX.value();

  private final AccountRows rows;
  private final Database database;
  private final Catalog catalog;
  private final WholeMailboxes whole;
  private final Credentials credentials;
  private final Clock clock;

  SqlAccounts(
      AccountRows rows,
      Database database,
      Catalog catalog,
      WholeMailboxes whole,
      Credentials credentials,
      Clock clock) {
    this.rows = rows;
    this.database = database;
    this.catalog = catalog;
    this.whole = whole;
    this.credentials = credentials;
    this.clock = clock;
  }

  // --- who is here

  @Override
  public String meant(String typed) {
    return LoginName.of(typed);
  }

  @Override
  public Optional<Account> byLogin(String login) {
    return own(rows.byLogin(LoginName.of(login)));
  }

  @Override
  public Optional<Optional<Account>> recallLogin(String login) {
    return AccountRows.account(rows.recallLogin(LoginName.of(login)), AccountRow::hasPassword);
  }

  @Override
  public Optional<Account> byAddress(Address address) {
    return byLogin(Addresses.key(address)).or(() -> own(rows.byAlias(address)));
  }

  @Override
  public Optional<Optional<Account>> recall(Address address) {
    Optional<Optional<Account>> same = recallLogin(Addresses.key(address));
    return same.isEmpty() || same.get().isPresent()
        ? same
        : AccountRows.account(rows.recallAlias(address), AccountRow::hasPassword);
  }

  /** Of those that have a password here. */
  private static Optional<Account> own(Optional<AccountRow> row) {
    return row.filter(AccountRow::hasPassword).map(AccountRow::account);
  }

  @Override
  public boolean haveScramKeys() {
    return true;
  }

  @Override
  public Optional<String> sourceOf(Account account) {
    return rows.byLogin(account.login()).filter(AccountRow::hasPassword).map(row -> "sql");
  }

  @Override
  public Optional<Account> eldest() {
    return rows.eldest().map(AccountRow::account);
  }

  @Override
  public List<Account> list() {
    return rows.all().stream().map(AccountRow::account).toList();
  }

  // --- passwords

  @Override
  public Authentication verify(String login, Secret password) {
    Optional<Account> account = byLogin(login);
    boolean right = credentials.verify(account.map(Account::id), LoginName.of(login), password);
    return right && account.isPresent() ? rightful(account.get()) : new Authentication.Failure();
  }

  @Override
  public Optional<Authentication> recall(String login, Secret password) {
    return recallLogin(login)
        .flatMap(account -> account)
        .filter(one -> credentials.remembers(one.id(), one.login(), password))
        .map(SqlAccounts::rightful);
  }

  private static Authentication rightful(Account account) {
    return account.enabled() ? new Authentication.Success(account) : new Authentication.Disabled();
  }

  @Override
  public ScramKeys scramKeys(String login) {
    return credentials.scramKeys(byLogin(login).map(Account::id), LoginName.of(login));
  }

  // --- changes

  @Override
  public Account add(String login, Secret password) {
    String name = AccountRows.kept(LoginName.of(login));
    Credentials.Stored stored = credentials.derive(password);
    return rows.changing(
        batch -> {
          batch.flush();
          if (taken(batch, name)) {
            throw new AccountExists(name);
          }
          return rows.created(batch, name, stored);
        });
  }

  private static boolean taken(Batch batch, String name) throws SQLException {
    return AccountRows.isThere(batch, "SELECT id FROM account WHERE login = ?", name)
        || AccountRows.isThere(
            batch, "SELECT account_id FROM account_alias WHERE address = ?", name);
  }

  @Override
  public void changePassword(AccountId account, Secret password) {
    Credentials.Stored stored = credentials.derive(password);
    rows.changing(
        batch -> {
          require(batch, account);
          batch.op(
              statements -> {
                Prepared update = statements.of(PASSWORD);
                update.setString(1, stored.hash());
                AccountRows.set(update, 2, stored.keys());
                update.setInt(6, account.value());
                update.executeUpdate();
              });
          return true;
        });
  }

  @Override
  public void setEnabled(AccountId account, boolean enabled) {
    rows.changing(
        batch -> {
          require(batch, account);
          batch.op(
              statements ->
                  statements.update(
                      enabled
                          ? "UPDATE account SET enabled = TRUE WHERE id = ?"
                          : "UPDATE account SET enabled = FALSE WHERE id = ?",
                      account.value()));
          return true;
        });
  }

  // --- quotas

  @Override
  public long room(Account account) {
    return catalog.quotas().room(use(account), INBOX);
  }

  @Override
  public Optional<Long> recallRoom(Account account) {
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

  @Override
  public QuotaUse use(Account account) {
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

  @Override
  public void setQuota(AccountId account, Quota quota) {
    rows.changing(
        batch -> {
          batch.put(require(batch, account).withQuota(quota));
          batch.op(statements -> setQuota(statements, account, quota));
          return true;
        });
  }

  private static void setQuota(Journaled statements, AccountId account, Quota quota)
      throws SQLException {
    Prepared update = statements.of(QUOTA);
    update.setLong(1, quota.octets());
    update.setLong(2, quota.messages());
    update.setInt(3, account.value());
    update.executeUpdate();
  }

  @Override
  public QuotaUse recount(AccountId account) {
    AccountState counted = rows.reading(batch -> require(batch, account));
    for (Integer mailbox : counted.mailboxes().values()) {
      whole.run(batch -> Mailboxes.recount(batch, new MailboxId(mailbox)));
    }
    return rows.reading(
        batch -> {
          AccountState state = require(batch, account);
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

  // --- further addresses

  @Override
  public void addAlias(AccountId account, Address alias) {
    String key = AccountRows.kept(Addresses.key(alias));
    rows.changing(
        batch -> {
          require(batch, account);
          batch.flush();
          Integer holder = holder(batch, key);
          if (holder != null && holder != account.value()) {
            throw new AccountExists(key);
          }
          if (holder == null) {
            batch.op(statements -> insertAlias(statements, key, account));
          }
          return true;
        });
  }

  private static @Nullable Integer holder(Batch batch, String key) throws SQLException {
    Prepared select =
        batch
            .statements()
            .of(
                "SELECT id FROM account WHERE login = ?"
                    + " UNION ALL SELECT account_id FROM account_alias WHERE address = ?");
    select.setString(1, key);
    select.setString(2, key);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? (Integer) rows.getInt(1) : null;
    }
  }

  private static void insertAlias(Journaled statements, String key, AccountId account)
      throws SQLException {
    Prepared insert =
        statements.of("INSERT INTO account_alias (address, account_id) VALUES (?, ?)");
    insert.setString(1, key);
    insert.setInt(2, account.value());
    insert.executeUpdate();
  }

  @Override
  public List<Address> aliases(AccountId account) {
    return database.read(
        "aliases",
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT address FROM account_alias WHERE account_id = ? ORDER BY address")) {
            select.setInt(1, account.value());
            List<Address> found = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                found.add(Addresses.address(rows.getString(1)));
              }
            }
            return found;
          }
        });
  }

  @Override
  public void removeAlias(Address alias) {
    rows.changing(
        batch -> {
          batch.op(
              statements -> {
                Prepared delete = statements.of("DELETE FROM account_alias WHERE address = ?");
                delete.setString(1, Addresses.key(alias));
                delete.executeUpdate();
              });
          return true;
        });
  }

  @Override
  public void delete(AccountId account) {
    rows.changing(
        batch -> {
          Optional<AccountState> state = batch.findAccount(account);
          if (state.isPresent()) {
            for (Integer id : state.get().mailboxes().values()) {
              Mailboxes.delete(batch, batch.mailbox(new MailboxId(id)), clock.millis());
            }
            batch.removeAccount(account.value());
            batch.op(statements -> remove(statements, account.value()));
          }
          return true;
        });
  }

  private static void remove(Journaled statements, int account) throws SQLException {
    statements.update("DELETE FROM account_alias WHERE account_id = ?", account);
    statements.update("DELETE FROM subscription WHERE account_id = ?", account);
    statements.update("DELETE FROM account WHERE id = ?", account);
  }

  private static AccountState require(Batch batch, AccountId account) throws SQLException {
    return batch
        .findAccount(account)
        .orElseThrow(() -> new AccountNotFound(String.valueOf(account.value())));
  }
}
