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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.people.Quota;
import org.postroom.core.refusal.AccountNotFound;

/**
 * The rows of accounts, whoever knows their people: found, {@linkplain KnownAccounts remembered}
 * (this store is the only one that changes them) and made. One whose password is empty is a home
 * alone: nobody logs in as it, and no mail comes for it, unless another source says who it is.
 */
final class AccountRows {
  private static final String SELECT =
      "SELECT a.id, a.login, a.enabled, a.quota_octets, a.quota_messages, a.password <> ''"
          + " FROM account a";
  private static final String INSERT =
      "INSERT INTO account (id, login, enabled, quota_octets, used_octets, used_messages, modseq,"
          + " uid_validity, object_id, password, scram_salt, scram_iterations, scram_stored_key,"
          + " scram_server_key, created_ts) VALUES (?, ?, TRUE, 0, 0, 0, 0, 0, ?, ?, ?, ?, ?, ?, ?)";

  /** As its columns have it. */
  static final int LONGEST_NAME = 1_000;

  private final Committer committer;
  private final Database database;
  private final KnownAccounts known;
  private final Clock clock;

  AccountRows(Committer committer, Database database, KnownAccounts known, Clock clock) {
    this.committer = committer;
    this.database = database;
    this.known = known;
    this.clock = clock;
  }

  /** The row of that login, as {@link org.postroom.core.people.Person#loginOf} spells it. */
  Optional<AccountRow> byLogin(String name) {
    return known.byLogin(name, () -> first(SELECT + " WHERE a.login = ?", name));
  }

  /** The row that has {@code address} as a further one. */
  Optional<AccountRow> byAlias(Address address) {
    String key = Addresses.key(address);
    return known.byAddress(
        key,
        () ->
            first(
                SELECT + " JOIN account_alias s ON s.account_id = a.id WHERE s.address = ?", key));
  }

  /** What {@link #byLogin} would say, from memory; nothing where the database would be asked. */
  Optional<Optional<AccountRow>> recallLogin(String name) {
    return Optional.ofNullable(known.login(name));
  }

  /** What {@link #byAlias} would say, from memory; nothing where the database would be asked. */
  Optional<Optional<AccountRow>> recallAlias(Address address) {
    return Optional.ofNullable(known.address(Addresses.key(address)));
  }

  /** The account of a row that is remembered, if it is one of {@code which}. */
  static Optional<Optional<Account>> account(
      Optional<Optional<AccountRow>> remembered, Predicate<AccountRow> which) {
    return remembered.isEmpty()
        ? Optional.empty()
        : Optional.of(remembered.get().filter(which).map(AccountRow::account));
  }

  /** Of those with a password, the one that was made first. */
  Optional<AccountRow> eldest() {
    return query(SELECT + " WHERE a.password <> '' ORDER BY a.id LIMIT 1", null).stream()
        .findFirst();
  }

  /** All, by login. */
  List<AccountRow> all() {
    return query(SELECT + " ORDER BY a.login", null);
  }

  private Optional<AccountRow> first(String sql, String parameter) {
    return query(sql, parameter).stream().findFirst();
  }

  private List<AccountRow> query(String sql, @Nullable String parameter) {
    return database.read("accounts", connection -> select(connection, sql, parameter));
  }

  private static List<AccountRow> select(
      Connection connection, String sql, @Nullable String parameter) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      if (parameter != null) {
        select.setString(1, parameter);
      }
      List<AccountRow> found = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Account account =
              new Account(
                  new AccountId(rows.getInt(1)),
                  rows.getString(2),
                  rows.getBoolean(3),
                  new Quota(rows.getLong(4), rows.getLong(5)));
          found.add(new AccountRow(account, rows.getBoolean(6)));
        }
      }
      return found;
    }
  }

  /** The name, which can be kept; {@link MalformedAddress} where it is too long. */
  static String kept(String name) {
    if (name.length() > LONGEST_NAME) {
      throw new MalformedAddress("an account's name has at most " + LONGEST_NAME + " characters");
    }
    return name;
  }

  /** Whether {@code sql} finds a row of that name. */
  static boolean isThere(Batch batch, String sql, String name) throws SQLException {
    Prepared select = batch.statements().of(sql);
    select.setString(1, name);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next();
    }
  }

  /** A new row with its mailboxes. */
  Account created(Batch batch, String name, Credentials.Stored stored) throws SQLException {
    AccountId id = new AccountId((int) batch.id(Ids.Kind.ACCOUNT));
    batch.creation(statements -> insert(statements, id, name, stored));
    batch.put(new AccountState(id, name, Quota.NONE, 0, 0, 0, 0, Map.of(), Set.of()));
    makeMailboxes(batch, id);
    return new Account(id, name, true, Quota.NONE);
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

  static void set(Prepared statement, int first, ScramKeys keys) throws SQLException {
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

  /** Moves with every change of an account. */
  long changes() {
    return known.changes();
  }

  /** The account; {@link AccountNotFound} where there is none. */
  static AccountState require(Batch batch, AccountId account) throws SQLException {
    return batch
        .findAccount(account)
        .orElseThrow(() -> new AccountNotFound(String.valueOf(account.value())));
  }

  /** Looks at accounts as they are within a unit of work that changes nothing. */
  <T> T reading(Unit<T> unit) {
    return committer.run(unit);
  }

  /** Has a change made; nothing that was remembered before it is believed afterwards. */
  <T> T changing(Unit<T> unit) {
    return committer.run(
        batch -> {
          T result = unit.run(batch);
          batch.durable();
          batch.afterwards(known::forget);
          return result;
        });
  }
}
