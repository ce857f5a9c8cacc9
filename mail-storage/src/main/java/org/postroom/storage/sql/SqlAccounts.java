package org.postroom.storage.sql;

import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.auth.Authentication;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.people.Person;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.AccountExists;
import org.postroom.core.secret.Secret;

/**
 * Accounts and aliases: the {@linkplain AccountRows rows} that have a password, which is judged by
 * {@link Credentials}.
 */
final class SqlAccounts implements Accounts {
  private static final String PASSWORD =
      "UPDATE account SET password = ?, scram_salt = ?, scram_iterations = ?,"
          + " scram_stored_key = ?, scram_server_key = ? WHERE id = ?";

  private final AccountRows rows;
  private final Database database;
  private final AccountQuotas quotas;
  private final Credentials credentials;
  private final AppPasswordRows apps;
  private final Clock clock;

  SqlAccounts(
      AccountRows rows,
      Database database,
      Catalog catalog,
      WholeMailboxes whole,
      Credentials credentials,
      SecureRandom random,
      Clock clock) {
    this.rows = rows;
    this.database = database;
    this.quotas = new AccountQuotas(rows, catalog, whole);
    this.credentials = credentials;
    this.apps = new AppPasswordRows(rows, database, random, clock);
    this.clock = clock;
  }

  // --- who is here

  @Override
  public String meant(String typed) {
    return Person.loginOf(typed);
  }

  @Override
  public Optional<Account> byLogin(String login) {
    return own(rows.byLogin(Person.loginOf(login)));
  }

  @Override
  public Optional<Optional<Account>> recallLogin(String login) {
    return recallKey(Person.loginOf(login));
  }

  private Optional<Optional<Account>> recallKey(String key) {
    return AccountRows.account(rows.recallLogin(key), AccountRow::hasPassword);
  }

  @Override
  public Optional<Account> byAddress(Address address) {
    return byLogin(Addresses.key(address)).or(() -> own(rows.byAlias(address)));
  }

  @Override
  public Optional<Optional<Account>> recall(Address address) {
    Optional<Optional<Account>> same = recallKey(Addresses.key(address));
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
    Optional<AccountId> id = account.map(Account::id);
    Optional<AppPassword> app = apps.find(id, password);
    boolean right = app.isPresent() || credentials.verify(id, Person.loginOf(login), password);
    return right && account.isPresent()
        ? rightful(account.get(), app)
        : new Authentication.Failure();
  }

  @Override
  public Optional<Authentication> recall(String login, Secret password) {
    Optional<Account> account = recallLogin(login).flatMap(known -> known);
    Optional<AppPassword> app = account.flatMap(one -> apps.recall(one.id(), password));
    return account
        .filter(one -> app.isPresent() || credentials.remembers(one.id(), one.login(), password))
        .map(one -> rightful(one, app));
  }

  private static Authentication rightful(Account account, Optional<AppPassword> by) {
    return account.enabled()
        ? new Authentication.Success(account, by)
        : new Authentication.Disabled();
  }

  @Override
  public ScramKeys scramKeys(String login) {
    return credentials.scramKeys(byLogin(login).map(Account::id), Person.loginOf(login));
  }

  // --- changes

  @Override
  public Account add(String login, Secret password) {
    String name = AccountRows.kept(Person.loginOf(login));
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
          AccountRows.require(batch, account);
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
          AccountRows.require(batch, account);
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
    return quotas.room(account);
  }

  @Override
  public Optional<Long> recallRoom(Account account) {
    return quotas.recallRoom(account);
  }

  @Override
  public QuotaUse use(Account account) {
    return quotas.use(account);
  }

  @Override
  public void setQuota(AccountId account, Quota quota) {
    quotas.set(account, quota);
  }

  @Override
  public QuotaUse recount(AccountId account) {
    return quotas.recount(account);
  }

  // --- passwords for one client

  /** Those of all accounts. */
  AppPasswordRows apps() {
    return apps;
  }

  @Override
  public AppPassword.Made addAppPassword(
      AccountId account, String name, Set<AppPassword.Scope> scopes) {
    AppPassword.checkName(name);
    return apps.add(account, name, scopes);
  }

  @Override
  public List<AppPassword> appPasswords(AccountId account) {
    return apps.of(account);
  }

  @Override
  public boolean revokeAppPassword(AccountId account, String name) {
    return apps.revoke(account, name);
  }

  @Override
  public Set<Long> livingAppPasswords(Set<Long> ids) {
    return apps.living(ids);
  }

  // --- further addresses

  @Override
  public void addAlias(AccountId account, Address alias) {
    String key = AccountRows.kept(Addresses.key(alias));
    rows.changing(
        batch -> {
          AccountRows.require(batch, account);
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
    statements.update("DELETE FROM app_password WHERE account_id = ?", account);
    statements.update("DELETE FROM subscription WHERE account_id = ?", account);
    statements.update("DELETE FROM account WHERE id = ?", account);
  }
}
