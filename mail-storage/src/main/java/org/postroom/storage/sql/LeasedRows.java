package org.postroom.storage.sql;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What leased rows belong to, by recipient, until they are settled for the first time: whoever
 * leases has read it. Not of all of them: what is missing here is read again. Threads share it.
 */
final class LeasedRows {
  private final Map<Long, QueueRows.Owned> rows = new ConcurrentHashMap<>();

  void put(Collection<QueueRows.Owned> leased) {
    leased.forEach(row -> rows.put(row.recipient(), row));
  }

  /** Once: who settles it again may have been heard. */
  QueueRows.@Nullable Owned take(long recipient) {
    return rows.remove(recipient);
  }

  /** Others are not under way, and will never be settled. */
  void keep(Collection<Long> recipients) {
    rows.keySet().retainAll(recipients);
  }

  /** Leases may be lost: they need not be durable, and what nobody has leased may go at once. */
  void forget() {
    rows.clear();
  }
}
