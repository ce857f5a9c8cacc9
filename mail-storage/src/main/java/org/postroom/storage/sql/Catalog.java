package org.postroom.storage.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.quota.QuotaRules;

/**
 * What accounts and mailboxes are now, as far as it is in memory: exactly what the database has,
 * durably. Only the committer writes here (after the sync); everybody reads. That is possible
 * because a store has one writer.
 */
final class Catalog {
  private static final int MOST_ACCOUNTS = 4000;

  private final Map<Integer, Entry<AccountState>> accounts = new ConcurrentHashMap<>();
  private final Map<Integer, Entry<MailboxState>> mailboxes = new ConcurrentHashMap<>();
  private final long budget;
  private final Supplier<QuotaRules> quotas;
  private long octets;

  /** Keeps pages of about {@code budget} octets; accounts have no limits but their own. */
  Catalog(long budget) {
    this(budget, () -> QuotaRules.NONE);
  }

  /**
   * Keeps pages of about {@code budget} octets.
   *
   * @param quotas what accounts may hold now
   */
  Catalog(long budget, Supplier<QuotaRules> quotas) {
    this.budget = budget;
    this.quotas = quotas;
  }

  /** What accounts may hold now. */
  QuotaRules quotas() {
    return quotas.get();
  }

  @Nullable AccountState account(int id) {
    Entry<AccountState> entry = accounts.get(id);
    return entry == null ? null : entry.use();
  }

  @Nullable MailboxState mailbox(int id) {
    Entry<MailboxState> entry = mailboxes.get(id);
    return entry == null ? null : entry.use();
  }

  void put(AccountState state) {
    Entry<AccountState> entry = accounts.get(state.id().value());
    if (entry == null) {
      accounts.put(state.id().value(), new Entry<>(state, 0));
    } else {
      entry.state = state;
      entry.use();
    }
  }

  void put(MailboxState state) {
    long weight = state.messages().octets();
    Entry<MailboxState> entry = mailboxes.get(state.id());
    if (entry == null) {
      mailboxes.put(state.id(), new Entry<>(state, weight));
    } else {
      octets -= entry.weight;
      entry.state = state;
      entry.weight = weight;
      entry.use();
    }
    octets += weight;
  }

  void removeMailbox(int id) {
    Entry<MailboxState> entry = mailboxes.remove(id);
    if (entry != null) {
      octets -= entry.weight;
    }
  }

  void removeAccount(int id) {
    accounts.remove(id);
    for (Entry<MailboxState> entry : List.copyOf(mailboxes.values())) {
      if (entry.state.row().account().value() == id) {
        removeMailbox(entry.state.id());
      }
    }
  }

  void clear() {
    accounts.clear();
    mailboxes.clear();
    octets = 0;
  }

  /** Forgets what was not used for longest, when there is more than there may be. */
  void trim() {
    if (octets > budget) {
      List<Entry<MailboxState>> oldest = new ArrayList<>(mailboxes.values());
      oldest.sort(Comparator.comparingLong(entry -> entry.used));
      for (Entry<MailboxState> entry : oldest) {
        if (octets <= budget * 3 / 4) {
          break;
        }
        if (entry.state.messages().count() > 0) {
          put(entry.state.with(Messages.unknown()));
        }
      }
    }
    if (accounts.size() > MOST_ACCOUNTS) {
      List<Entry<AccountState>> oldest = new ArrayList<>(accounts.values());
      oldest.sort(Comparator.comparingLong(entry -> entry.used));
      for (Entry<AccountState> entry : oldest.subList(0, MOST_ACCOUNTS / 4)) {
        entry.state.mailboxes().values().forEach(this::removeMailbox);
        accounts.remove(entry.state.id().value());
      }
    }
  }

  private static final class Entry<S> {
    private volatile S state;
    private long weight;
    // Written by many threads without order: being a little wrong only keeps something too long.
    private volatile long used;

    Entry(S state, long weight) {
      this.state = state;
      this.weight = weight;
      this.used = System.nanoTime();
    }

    S use() {
      used = System.nanoTime();
      return state;
    }
  }
}
