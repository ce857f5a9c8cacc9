package org.postroom.storage.sql;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.refusal.AppPasswordExists;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;

/**
 * Passwords that were made for clients: kept, found by their hashes, and remembered for as long as
 * no account changes. Who revokes one changes an account, so that what is remembered is never good
 * for longer than the row. From any thread.
 */
final class AppPasswordRows {
  /** A use is noted that is so much later than the last one. */
  private static final Duration NOTED_EACH = Duration.ofMinutes(10);

  private static final int REMEMBERED = 20_000;

  /** So many are looked up by one statement. */
  private static final int AT_ONCE = 500;

  private static final String COLUMNS = "SELECT id, name, scopes, created_ts, used_ts";
  private static final String INSERT =
      "INSERT INTO app_password (id, account_id, name, scopes, hash, created_ts)"
          + " VALUES (?, ?, ?, ?, ?, ?)";

  private final AccountRows rows;
  private final Database database;
  private final SecureRandom random;
  private final Clock clock;
  private final Map<String, Remembered> recent = new ConcurrentHashMap<>();
  private volatile Living living = new Living(-1, Set.of());

  AppPasswordRows(AccountRows rows, Database database, SecureRandom random, Clock clock) {
    this.rows = rows;
    this.database = database;
    this.random = random;
    this.clock = clock;
  }

  /** What is good while {@code changes} is what {@link AccountRows#changes} says. */
  private record Remembered(long changes, AccountId account, AppPassword password, Instant noted) {}

  /** Those that were there. */
  private record Living(long changes, Set<Long> ids) {}

  // --- who is let in

  /**
   * The one that {@code password} is, of that account; its use is noted. Costs the same whether
   * there is such an account.
   */
  Optional<AppPassword> find(Optional<AccountId> account, Secret password) {
    Optional<byte[]> hash = AppPassword.hash(password);
    if (hash.isEmpty()) {
      return Optional.empty();
    }
    long before = rows.changes();
    int owner = account.map(AccountId::value).orElse(0);
    Optional<AppPassword> found =
        database.read(
            "app passwords",
            connection -> select(connection, owner, hash.get()).stream().findFirst());
    if (found.isEmpty() || account.isEmpty()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Instant noted = found.get().lastUsed().filter(last -> isRecent(last, now)).orElse(now);
    if (noted.equals(now)) {
      note(found.get(), now);
    }
    if (recent.size() >= REMEMBERED) {
      recent.clear();
    }
    recent.put(
        HexFormat.of().formatHex(hash.get()),
        new Remembered(before, account.get(), found.get(), noted));
    return found;
  }

  /** What {@link #find} would say, from memory; says nothing where a use is to be noted. */
  Optional<AppPassword> recall(AccountId account, Secret password) {
    Optional<Remembered> known =
        AppPassword.hash(password).map(hash -> recent.get(HexFormat.of().formatHex(hash)));
    return known
        .filter(one -> one.changes == rows.changes() && one.account.equals(account))
        .filter(one -> isRecent(one.noted, clock.instant()))
        .map(Remembered::password);
  }

  private static boolean isRecent(Instant noted, Instant now) {
    return now.isBefore(noted.plus(NOTED_EACH));
  }

  private void note(AppPassword used, Instant now) {
    try {
      boolean unused =
          rows.reading(
              batch -> {
                batch.op(
                    statements ->
                        statements.update(
                            "UPDATE app_password SET used_ts = ? WHERE id = ?",
                            now.toEpochMilli(),
                            used.id()));
                return true;
              });
    } catch (StorageFull | StorageUnavailable e) {
      // Nobody is kept out because it cannot be noted that he came in.
    }
  }

  /** Those of {@code ids} that are still there. */
  Set<Long> living(Set<Long> ids) {
    long before = rows.changes();
    Living known = living;
    if (known.changes == before && known.ids.containsAll(ids)) {
      return ids;
    }
    Set<Long> found = database.read("app passwords", connection -> living(connection, ids));
    living = new Living(before, Set.copyOf(found));
    return found;
  }

  // --- what an account has

  List<AppPassword> of(AccountId account) {
    return database.read("app passwords", connection -> select(connection, account.value(), null));
  }

  AppPassword.Made add(AccountId account, String name, Set<AppPassword.Scope> scopes) {
    Secret secret = AppPassword.newSecret(random);
    byte[] hash = AppPassword.hash(secret).orElseThrow();
    Instant now = Instant.ofEpochMilli(clock.millis());
    return rows.changing(
        batch -> {
          AccountRows.require(batch, account);
          batch.flush();
          List<AppPassword> others = select(batch.statements(), account.value());
          if (others.size() >= AppPassword.MOST) {
            throw new AppPasswordExists(
                "an account has at most " + AppPassword.MOST + " app passwords");
          }
          if (others.stream().anyMatch(one -> one.name().equals(name))) {
            throw new AppPasswordExists("there is an app password " + name + " already");
          }
          AppPassword made =
              new AppPassword(batch.id(Ids.Kind.APP_PASSWORD), name, scopes, now, Optional.empty());
          batch.op(statements -> insert(statements, account, made, hash));
          return new AppPassword.Made(made, secret);
        });
  }

  private static void insert(Journaled statements, AccountId account, AppPassword made, byte[] hash)
      throws SQLException {
    Prepared insert = statements.of(INSERT);
    insert.setLong(1, made.id());
    insert.setInt(2, account.value());
    insert.setString(3, made.name());
    insert.setString(4, made.scopeText());
    insert.setBytes(5, hash);
    insert.setLong(6, made.created().toEpochMilli());
    insert.executeUpdate();
  }

  boolean revoke(AccountId account, String name) {
    return rows.changing(
        batch -> {
          AccountRows.require(batch, account);
          batch.flush();
          Optional<AppPassword> found =
              select(batch.statements(), account.value()).stream()
                  .filter(one -> one.name().equals(name))
                  .findFirst();
          found.ifPresent(
              one ->
                  batch.op(
                      statements ->
                          statements.update("DELETE FROM app_password WHERE id = ?", one.id())));
          return found.isPresent();
        });
  }

  // --- rows

  private static List<AppPassword> select(
      Connection connection, int account, byte @Nullable [] hash) throws SQLException {
    String which =
        " FROM app_password WHERE account_id = ?" + (hash == null ? "" : " AND hash = ?");
    try (PreparedStatement select =
        connection.prepareStatement(COLUMNS + which + " ORDER BY name")) {
      select.setInt(1, account);
      if (hash != null) {
        select.setBytes(2, hash);
      }
      try (ResultSet found = select.executeQuery()) {
        return passwords(found);
      }
    }
  }

  private static List<AppPassword> select(Journaled statements, int account) throws SQLException {
    Prepared select = statements.of(COLUMNS + " FROM app_password WHERE account_id = ?");
    select.setInt(1, account);
    try (ResultSet found = select.executeQuery()) {
      return passwords(found);
    }
  }

  private static List<AppPassword> passwords(ResultSet found) throws SQLException {
    List<AppPassword> passwords = new ArrayList<>();
    while (found.next()) {
      long used = found.getLong(5);
      Optional<Instant> lastUsed =
          found.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(used));
      passwords.add(
          new AppPassword(
              found.getLong(1),
              found.getString(2),
              AppPassword.Scope.parse(found.getString(3)),
              Instant.ofEpochMilli(found.getLong(4)),
              lastUsed));
    }
    return passwords;
  }

  private static Set<Long> living(Connection connection, Set<Long> ids) throws SQLException {
    Set<Long> found = new HashSet<>();
    List<Long> all = List.copyOf(ids);
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      List<Long> some = all.subList(from, Math.min(from + AT_ONCE, all.size()));
      String which = "?" + ", ?".repeat(some.size() - 1);
      try (PreparedStatement select =
          connection.prepareStatement("SELECT id FROM app_password WHERE id IN (" + which + ")")) {
        for (int i = 0; i < some.size(); i++) {
          select.setLong(i + 1, some.get(i));
        }
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            found.add(rows.getLong(1));
          }
        }
      }
    }
    return found;
  }
}
