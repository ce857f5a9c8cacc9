package org.postroom.smtp.client.sts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.memo.Memo;
import org.postroom.core.memo.MemoStore;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Policies that are known: in memory, and the same in the store, so that they outlive a restart.
 * There are as many as both can hold: {@link #MOST} with {@link #MOST_WEIGHT} characters together;
 * beyond that whichever was not used for the longest time is forgotten. Read from the store when
 * they are first wanted, and written to it afterwards, on workers. Thread-safe.
 */
final class KnownPolicies {
  static final int MOST = 10_000;
  static final int MOST_WEIGHT = 4_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(KnownPolicies.class);
  private static final String KIND = "mta-sts";
  private static final int PAGE = 500;

  private final MemoStore memos;
  private final Timers timers;
  private final Executor workers;
  private final int most;

  /** Whichever was not used for the longest time first. */
  private final Map<Domain, KnownPolicy> byDomain = new LinkedHashMap<>(16, 0.75f, true);

  /** Not in the store yet as they are here. */
  private final Set<Domain> unsaved = new LinkedHashSet<>();

  private int weight;
  private boolean saving;
  private @Nullable CompletableFuture<Void> loading;

  KnownPolicies(MemoStore memos, Timers timers, Executor workers) {
    this(memos, timers, workers, MOST);
  }

  /** The same with room for fewer. */
  KnownPolicies(MemoStore memos, Timers timers, Executor workers, int most) {
    this.memos = memos;
    this.timers = timers;
    this.workers = workers;
    this.most = most;
  }

  /** Completes once they are here; exceptionally where the store is away, and may be asked anew. */
  CompletionStage<Void> load(Instant now) {
    CompletableFuture<Void> fresh = new CompletableFuture<>();
    synchronized (this) {
      CompletableFuture<Void> before = loading;
      if (before != null && !before.isCompletedExceptionally()) {
        return before;
      }
      loading = fresh;
    }
    boolean taken =
        timers.handOn(
            workers,
            () -> {
              try {
                int unused = memos.forgetExpired(KIND, now);
                readAll();
                fresh.complete(null);
              } catch (RuntimeException e) {
                fresh.completeExceptionally(e);
              }
            });
    if (!taken) {
      fresh.completeExceptionally(new StorageUnavailable("the server stops"));
    }
    return fresh;
  }

  private void readAll() {
    List<Memo> page = memos.page(KIND, "", PAGE);
    while (!page.isEmpty()) {
      for (Memo memo : page) {
        Optional<KnownPolicy> known = KnownPolicy.read(memo);
        Optional<Domain> domain = Domain.parse(memo.name());
        if (known.isPresent() && domain.isPresent()) {
          insert(domain.get(), known.get());
        }
      }
      page = memos.page(KIND, page.get(page.size() - 1).name(), PAGE);
    }
  }

  /** That of a domain, for mail; empty where none counts now. */
  synchronized Optional<KnownPolicy> use(Domain domain, Instant now) {
    KnownPolicy known = byDomain.get(domain);
    if (known == null || known.isExpired(now)) {
      return Optional.empty();
    }
    if (!known.used().plus(KnownPolicy.DAY).isAfter(now)) {
      known = known.usedAt(now);
      put(domain, known);
    }
    return Optional.of(known);
  }

  /** That of a domain, which is not used by that. */
  synchronized Optional<KnownPolicy> look(Domain domain, Instant now) {
    return Optional.ofNullable(byDomain.get(domain)).filter(known -> !known.isExpired(now));
  }

  /** From now on it is this. */
  synchronized void put(Domain domain, KnownPolicy known) {
    insert(domain, known);
    changed(domain);
  }

  private synchronized void insert(Domain domain, KnownPolicy known) {
    KnownPolicy before = byDomain.put(domain, known);
    weight += known.policy().weight() - (before == null ? 0 : before.policy().weight());
    Iterator<Map.Entry<Domain, KnownPolicy>> eldest = byDomain.entrySet().iterator();
    while (byDomain.size() > most || weight > MOST_WEIGHT && byDomain.size() > 1) {
      Map.Entry<Domain, KnownPolicy> one = eldest.next();
      weight -= one.getValue().policy().weight();
      Domain gone = one.getKey();
      eldest.remove();
      changed(gone);
    }
  }

  /** Forgets what has expired, and writes what could not be written before. */
  synchronized void tidy(Instant now) {
    List<Domain> expired = new ArrayList<>();
    byDomain.forEach(
        (domain, known) -> {
          if (known.isExpired(now)) {
            expired.add(domain);
          }
        });
    for (Domain domain : expired) {
      KnownPolicy gone = byDomain.remove(domain);
      weight -= gone == null ? 0 : gone.policy().weight();
      changed(domain);
    }
    save();
  }

  /**
   * Domains that are to be asked again, since that is due and mail has gone there of late.
   *
   * @param unused after this time without mail nobody is asked any more
   */
  synchronized List<Domain> old(Instant now, Duration unused, int most) {
    return byDomain.entrySet().stream()
        .filter(one -> one.getValue().isOld(now) && one.getValue().used().plus(unused).isAfter(now))
        .map(Map.Entry::getKey)
        .limit(most)
        .toList();
  }

  private synchronized void changed(Domain domain) {
    unsaved.add(domain);
    save();
  }

  private synchronized void save() {
    if (!saving && !unsaved.isEmpty()) {
      saving = true;
      if (!timers.handOn(workers, this::saveAll)) {
        saving = false; // the server stops
      }
    }
  }

  /** One after the other: the store has what is here when the last of them is written. */
  private void saveAll() {
    try {
      for (Domain next = toSave(); next != null; next = toSave()) {
        write(next);
      }
    } catch (RuntimeException e) {
      LOG.warn("policies of MTA-STS could not be written, and will be later: {}", e.getMessage());
      synchronized (this) {
        saving = false;
      }
    }
  }

  private void write(Domain domain) {
    KnownPolicy known;
    synchronized (this) {
      known = byDomain.get(domain);
    }
    try {
      if (known == null) {
        memos.forget(KIND, domain.name());
      } else {
        memos.keep(KIND, known.memo(domain));
      }
    } catch (RuntimeException e) {
      synchronized (this) {
        unsaved.add(domain);
      }
      throw e;
    }
  }

  private synchronized @Nullable Domain toSave() {
    Iterator<Domain> next = unsaved.iterator();
    if (!next.hasNext()) {
      saving = false;
      return null;
    }
    Domain domain = next.next();
    next.remove();
    return domain;
  }
}
