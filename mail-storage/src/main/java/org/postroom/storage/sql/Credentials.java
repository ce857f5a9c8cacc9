package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Argon2;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.secret.Secret;

/**
 * Judges passwords. A success is remembered for a short time as a keyed hash (the key is this
 * process's, and never leaves it), because the real hash is slow on purpose. Whoever is unknown
 * costs the same time, and has made-up SCRAM keys that stay the same.
 */
final class Credentials {
  private static final Duration REMEMBERED_FOR = Duration.ofMinutes(10);
  private static final int REMEMBERED = 20_000;
  private static final int ITERATIONS = 4096;
  private static final String SELECT =
      "SELECT password, scram_salt, scram_iterations, scram_stored_key, scram_server_key"
          + " FROM account WHERE id = ?";

  private final Database database;
  private final Clock clock;
  private final SecureRandom random;
  private final byte[] secret;
  private final byte[] key = new byte[32];
  private final Argon2 hashes;
  private final Map<AccountId, Remembered> recent = new ConcurrentHashMap<>();
  private volatile long changes;
  private volatile @Nullable String nobody;

  /**
   * Judges by the accounts of {@code database}.
   *
   * @param secret kept in the store: what made-up keys are made from
   * @param hashes makes and compares those of passwords
   */
  Credentials(Database database, Clock clock, SecureRandom random, byte[] secret, Argon2 hashes) {
    this.database = database;
    this.clock = clock;
    this.random = random;
    this.secret = secret.clone();
    this.hashes = hashes;
    random.nextBytes(key);
  }

  /** What is kept of a password. */
  record Stored(String hash, ScramKeys keys) {
    /** Of a home, whose person shows elsewhere who he is. */
    static final Stored NONE =
        new Stored("", new ScramKeys(new byte[0], 0, new byte[0], new byte[0]));
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Remembered(byte[] mac, long until) {}

  Stored derive(Secret password) {
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    return new Stored(hashes.hash(password), ScramKeys.derive(password, salt, ITERATIONS));
  }

  boolean verify(Optional<AccountId> account, String login, Secret password) {
    if (account.isEmpty()) {
      hashes.verify(password, nobody());
      return false;
    }
    byte[] mac = mac(key, password.octets(), login.getBytes(UTF_8));
    if (remembers(account.get(), mac)) {
      return true;
    }
    long before = changes;
    Stored stored = load(account.get());
    boolean right = stored != null && hashes.verify(password, stored.hash());
    if (right && before == changes) {
      if (recent.size() >= REMEMBERED) {
        recent.clear();
      }
      recent.put(account.get(), new Remembered(mac, clock.millis() + REMEMBERED_FOR.toMillis()));
      if (before != changes) {
        recent.remove(account.get());
      }
    }
    return right;
  }

  /** Whether the password was right a short time ago. */
  boolean remembers(AccountId account, String login, Secret password) {
    return remembers(account, mac(key, password.octets(), login.getBytes(UTF_8)));
  }

  private boolean remembers(AccountId account, byte[] mac) {
    Remembered known = recent.get(account);
    return known != null && clock.millis() < known.until && MessageDigest.isEqual(known.mac, mac);
  }

  /** The hash of a password that nobody has: unknown users cost as much as known ones. */
  private String nobody() {
    String known = nobody;
    if (known == null) {
      byte[] password = new byte[32];
      random.nextBytes(password);
      known = hashes.hash(Secret.of(password));
      nobody = known;
    }
    return known;
  }

  ScramKeys scramKeys(Optional<AccountId> account, String login) {
    Stored stored = account.isEmpty() ? null : load(account.get());
    return stored == null ? madeUp(login) : stored.keys();
  }

  /** Those of a name that has none: always the same. */
  ScramKeys madeUp(String login) {
    byte[] name = login.getBytes(UTF_8);
    byte[] salt = Arrays.copyOf(mac(secret, "salt ".getBytes(UTF_8), name), 16);
    return new ScramKeys(
        salt,
        ITERATIONS,
        mac(secret, "stored ".getBytes(UTF_8), name),
        mac(secret, "server ".getBytes(UTF_8), name));
  }

  /** Nothing that was remembered is believed any more. */
  synchronized void forget() {
    changes++;
    recent.clear();
  }

  private @Nullable Stored load(AccountId account) {
    return database
        .read("the account", connection -> Optional.ofNullable(select(connection, account)))
        .orElse(null);
  }

  private static @Nullable Stored select(Connection connection, AccountId account)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setInt(1, account.value());
      try (ResultSet rows = select.executeQuery()) {
        return rows.next()
            ? new Stored(
                rows.getString(1),
                new ScramKeys(rows.getBytes(2), rows.getInt(3), rows.getBytes(4), rows.getBytes(5)))
            : null;
      }
    }
  }

  private static byte[] mac(byte[] key, byte[] first, byte[] second) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(first);
      mac.update((byte) 0);
      return mac.doFinal(second);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }
}
