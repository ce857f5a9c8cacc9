package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountExists;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.AccountNotFound;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Authentication;
import org.postroom.core.auth.LoginName;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.secret.Secret;

/**
 * Accounts and aliases. Who an address belongs to is {@linkplain KnownAccounts remembered} (this
 * store is the only one that changes it), passwords are judged by {@link Credentials}.
 */
final class SqlAccounts implements Accounts {
  private static final String SELECT =
      "SELECT a.id, a.login, a.enabled, a.quota_octets FROM account a";
  private static final String INSERT =
      "INSERT INTO account (id, login, enabled, quota_octets, used_octets, used_messages, modseq,"
          + " uid_validity, object_id, password, scram_salt, scram_iterations, scram_stored_key,"
          + " scram_server_key, created_ts) VALUES (?, ?, TRUE, 0, 0, 0, 0, 0, ?, ?, ?, ?, ?, ?, ?)";
  private static final String PASSWORD =
      "UPDATE account SET password = ?, scram_salt = ?, scram_iterations = ?,"
          + " scram_stored_key = ?, scram_server_key = ? WHERE id = ?";

  /** As its columns have it. */
  static final int LONGEST_NAME = 1_000;

  private final Committer committer;
  private final Database database;
  private final Credentials credentials;
  private final KnownAccounts known;
  private final Clock clock;

  SqlAccounts(
      Committer committer,
      Database database,
      Credentials credentials,
      KnownAccounts known,
      Clock clock) {
    this.committer = committer;
    this.database = database;
    this.credentials = credentials;
    this.known = known;
    this.clock = clock;
  }

  // --- who is here

  @Override
  public Optional<Account> byLogin(String login) {
    String name = LoginName.of(login);
    return known.byLogin(name, () -> first(SELECT + " WHERE a.login = ?", name));
  }

  @Override
  public Optional<Account> eldest() {
    return query(SELECT + " ORDER BY a.id LIMIT 1", null).stream().findFirst();
  }

  @Override
  public Optional<Account> byAddress(Address address) {
    return holderOf(Addresses.key(address));
  }

  @Override
  public Optional<Optional<Account>> recall(Address address) {
    return Optional.ofNullable(knownHolderOf(Addresses.key(address)));
  }

  @Override
  public Optional<Optional<Account>> recallLogin(String login) {
    return Optional.ofNullable(known.login(LoginName.of(login)));
  }

  /** What {@link #holderOf} would say, when it is remembered. */
  @SuppressWarnings("NullableOptional") // "nobody" is remembered, too
  private @Nullable Optional<Account> knownHolderOf(String key) {
    Optional<Account> same = known.login(key);
    return same == null || same.isPresent() ? same : known.address(key);
  }

  private Optional<Account> holderOf(String key) {
    Optional<Account> same = byLogin(key);
    return same.isPresent()
        ? same
        : known.byAddress(
            key,
            () ->
                first(
                    SELECT + " JOIN account_alias s ON s.account_id = a.id WHERE s.address = ?",
                    key));
  }

  private Optional<Account> first(String sql, String parameter) {
    return query(sql, parameter).stream().findFirst();
  }

  private List<Account> query(String sql, @Nullable String parameter) {
    return database.read("accounts", connection -> select(connection, sql, parameter));
  }

  private static List<Account> select(Connection connection, String sql, @Nullable String parameter)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      if (parameter != null) {
        select.setString(1, parameter);
      }
      List<Account> found = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Account(
                  new AccountId(rows.getInt(1)),
                  rows.getString(2),
                  rows.getBoolean(3),
                  rows.getLong(4)));
        }
      }
      return found;
    }
  }

  @Override
  public List<Account> list() {
    return query(SELECT + " ORDER BY a.login", null);
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
    String name = LoginName.of(login);
    Optional<Account> account = known.login(name);
    return (account == null ? Optional.<Account>empty() : account)
        .filter(one -> credentials.remembers(one.id(), name, password))
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
    String name = kept(LoginName.of(login));
    Credentials.Stored stored = credentials.derive(password);
    return changing(
        batch -> {
          batch.flush();
          if (taken(batch, name)) {
            throw new AccountExists(name);
          }
          AccountId id = new AccountId((int) batch.id(Ids.Kind.ACCOUNT));
          batch.creation(statements -> insert(statements, id, name, stored));
          batch.put(new AccountState(id, 0, 0, 0, 0, 0, Map.of(), Set.of()));
          makeMailboxes(batch, id);
          return new Account(id, name, true, 0);
        });
  }

  private static String kept(String name) {
    if (name.length() > LONGEST_NAME) {
      throw new MalformedAddress("an account's name has at most " + LONGEST_NAME + " characters");
    }
    return name;
  }

  private static boolean taken(Batch batch, String name) throws SQLException {
    for (String sql :
        List.of(
            "SELECT id FROM account WHERE login = ?",
            "SELECT account_id FROM account_alias WHERE address = ?")) {
      Prepared select = batch.statements().of(sql);
      select.setString(1, name);
      try (ResultSet rows = select.executeQuery()) {
        if (rows.next()) {
          return true;
        }
      }
    }
    return false;
  }

  private void insert(Journaled statements, AccountId id, String login, Credentials.Stored stored)
      throws SQLException {
    Prepared insert = statements.of(INSERT);
    insert.setInt(1, id.value());
    insert.setString(2, login);
    insert.setString(3, "A" + UUID.randomUUID().toString().replace("-", ""));
    insert.setString(4, stored.hash());
    set(insert, 5, stored.keys());
    insert.setLong(9, clock.millis());
    insert.executeUpdate();
  }

  private static void set(Prepared statement, int first, ScramKeys keys) throws SQLException {
    statement.setBytes(first, keys.salt());
    statement.setInt(first + 1, keys.iterations());
    statement.setBytes(first + 2, keys.storedKey());
    statement.setBytes(first + 3, keys.serverKey());
  }

  private void makeMailboxes(Batch batch, AccountId id) throws SQLException {
    Mailboxes.create(batch, id, MailboxName.INBOX, Optional.empty(), clock);
    Mailboxes.subscribe(batch, id, MailboxName.INBOX);
    for (SpecialUse use : SpecialUse.values()) {
      MailboxName name = MailboxName.of(use.attribute().substring(1));
      Mailboxes.create(batch, id, name, Optional.of(use), clock);
      Mailboxes.subscribe(batch, id, name);
    }
  }

  @Override
  public void changePassword(AccountId account, Secret password) {
    Credentials.Stored stored = credentials.derive(password);
    changing(
        batch -> {
          require(batch, account);
          batch.op(
              statements -> {
                Prepared update = statements.of(PASSWORD);
                update.setString(1, stored.hash());
                set(update, 2, stored.keys());
                update.setInt(6, account.value());
                update.executeUpdate();
              });
          return true;
        });
  }

  @Override
  public void setEnabled(AccountId account, boolean enabled) {
    changing(
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

  @Override
  public long room(Account account) {
    return database.read("accounts", connection -> room(connection, account.id()));
  }

  private static long room(Connection connection, AccountId account) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT quota_octets, used_octets FROM account WHERE id = ?")) {
      select.setInt(1, account.value());
      try (ResultSet row = select.executeQuery()) {
        boolean limited = row.next() && row.getLong(1) > 0;
        return limited ? Math.max(0, row.getLong(1) - row.getLong(2)) : Long.MAX_VALUE;
      }
    }
  }

  @Override
  public void setQuota(AccountId account, long octets) {
    changing(
        batch -> {
          batch.put(require(batch, account).withQuota(octets));
          batch.op(
              statements ->
                  statements.update(
                      "UPDATE account SET quota_octets = ? WHERE id = ?", octets, account.value()));
          return true;
        });
  }

  @Override
  public void addAlias(AccountId account, Address alias) {
    String key = kept(Addresses.key(alias));
    changing(
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
    changing(
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
    changing(
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
    return batch.findAccount(account).orElseThrow(() -> new AccountNotFound(account));
  }

  /** Has a change made; nothing that was remembered before it is believed afterwards. */
  private <T> T changing(Unit<T> unit) {
    return committer.run(
        batch -> {
          T result = unit.run(batch);
          batch.durable();
          batch.afterwards(known::forget);
          return result;
        });
  }
}
