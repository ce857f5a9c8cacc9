package org.postroom.storage.sql;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whose row a login or an address is, as far as it was asked for: known answers, also that there is
 * none. They stand for rows, so all are forgotten whenever an account changes, and whenever a
 * change may have been kept of which nobody heard. From any thread.
 */
final class KnownAccounts {
  private static final int REMEMBERED = 20_000;

  /** Strangers choose what is asked for: what is longer is looked for anew each time. */
  private static final int LONGEST = 320;

  private final Map<String, Optional<AccountRow>> byLogin = new ConcurrentHashMap<>();
  private final Map<String, Optional<AccountRow>> byAddress = new ConcurrentHashMap<>();
  private final Credentials credentials;
  private volatile long changes;

  /** None yet; what {@code credentials} remember of passwords is forgotten with the rest. */
  KnownAccounts(Credentials credentials) {
    this.credentials = credentials;
  }

  /** What {@link #byLogin} would say, when it is remembered; else null. */
  @SuppressWarnings("NullableOptional") // "nobody" is remembered, too
  @Nullable Optional<AccountRow> login(String key) {
    return byLogin.get(key);
  }

  /** What {@link #byAddress} would say, when it is remembered; else null. */
  @SuppressWarnings("NullableOptional")
  @Nullable Optional<AccountRow> address(String key) {
    return byAddress.get(key);
  }

  /** Who logs in so; asks {@code rows} when that is not remembered. */
  Optional<AccountRow> byLogin(String key, Supplier<Optional<AccountRow>> rows) {
    return remembered(byLogin, key, rows);
  }

  /** Whose address it is; asks {@code rows} when that is not remembered. */
  Optional<AccountRow> byAddress(String key, Supplier<Optional<AccountRow>> rows) {
    return remembered(byAddress, key, rows);
  }

  private Optional<AccountRow> remembered(
      Map<String, Optional<AccountRow>> memory, String key, Supplier<Optional<AccountRow>> rows) {
    Optional<AccountRow> known = memory.get(key);
    if (known != null) {
      return known;
    }
    if (key.indexOf('\0') >= 0 || key.length() > AccountRows.LONGEST_NAME) {
      return Optional.empty(); // no row has such a name
    }
    long before = changes;
    Optional<AccountRow> found = rows.get();
    if (key.length() > LONGEST) {
      return found;
    }
    if (memory.size() >= REMEMBERED) {
      memory.clear();
    }
    memory.put(key, found);
    if (before != changes) {
      memory.remove(key);
    }
    return found;
  }

  /** How often the rows may have become others. */
  long changes() {
    return changes;
  }

  /** The rows may be others now. */
  synchronized void forget() {
    changes++;
    byLogin.clear();
    byAddress.clear();
    credentials.forget();
  }
}
