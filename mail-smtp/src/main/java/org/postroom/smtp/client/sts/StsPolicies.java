package org.postroom.smtp.client.sts;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.log.StsLog;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.time.Timers;
import org.postroom.core.trouble.Reason;
import org.postroom.smtp.client.sts.PolicyFetch.Fetched;

/**
 * Policies of MTA-STS in one server, over all its transports and generations. The DNS is asked for
 * each attempt (it remembers answers by itself); a policy is fetched when there is none, when its
 * id changes, and each day as long as mail goes there. One that is known counts until it expires,
 * whatever becomes of the DNS and of the domain's server.
 *
 * <p>One fetch for each domain at a time, {@link #PLACES} in all, {@link #WAITING} more wait for
 * that; who comes then goes without, as he does for {@link #PAUSE} after a fetch that has failed,
 * and who has waited for {@link #LONGEST}.
 */
public final class StsPolicies implements AutoCloseable {
  static final int PLACES = 20;
  static final int WAITING = 1000;
  static final Duration PAUSE = Duration.ofMinutes(5);

  /** How long a mail waits for a fetch: some longer than one takes that need not wait itself. */
  static final Duration LONGEST = Duration.ofSeconds(40);

  /** A policy that no mail has asked for so long is not renewed. */
  static final Duration UNUSED = Duration.ofDays(30);

  private static final Duration ROUND = Duration.ofMinutes(15);
  private static final int RENEWED_IN_A_ROUND = 100;
  private static final int MOST_FAILURES = 10_000;

  private final Resolver resolver;
  private final Clock clock;
  private final Timers timers;
  private final StsLog log = new StsLog();
  private final KnownPolicies known;
  private final Map<Domain, CompletableFuture<Fetched>> underWay = new HashMap<>();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final Map<Domain, Failed> failures = new LinkedHashMap<>();
  private int running;
  private boolean begun;
  private boolean closed;
  private BooleanSupplier wanted = () -> true;
  private @Nullable PolicyFetch latest;

  /** A fetch that has failed. */
  private record Failed(Instant at, Fetched.Failed why) {}

  /** None is known but those in the store. */
  public StsPolicies(Premises premises) {
    this(
        premises.resolver(),
        new KnownPolicies(premises.memos(), premises.timers(), premises.workers()),
        premises.clock(),
        premises.timers());
  }

  StsPolicies(Resolver resolver, KnownPolicies known, Clock clock, Timers timers) {
    this.resolver = resolver;
    this.known = known;
    this.clock = clock;
    this.timers = timers;
  }

  /**
   * The server runs.
   *
   * @param generation by which mail goes now; where it does not want to hear of policies, none is
   *     renewed
   */
  public void running(Supplier<Generation> generation) {
    renewWhile(() -> generation.get().settings().get(StsParams.ENABLE));
  }

  synchronized void renewWhile(BooleanSupplier condition) {
    wanted = condition;
  }

  /**
   * What is said of a domain's policy.
   *
   * @param policy that counts; empty where there is none
   * @param trouble why there is none, or none that is new
   */
  record Found(Optional<StsPolicy> policy, Optional<Fetched.Failed> trouble) {}

  /**
   * The policy of a domain, for mail to it.
   *
   * @param fetch asks for it, by the settings of today
   * @return on any thread; exceptionally where the store is away
   */
  CompletionStage<Found> find(Domain domain, PolicyFetch fetch) {
    begin(fetch);
    return known
        .load(clock.instant())
        .thenCompose(loaded -> published(domain))
        .thenCompose(record -> judged(domain, record, fetch));
  }

  private CompletionStage<Optional<StsRecord>> published(Domain domain) {
    Optional<Domain> name = Domain.parse("_mta-sts." + domain.name());
    return name.isEmpty()
        ? CompletableFuture.completedStage(Optional.empty())
        : resolver
            .texts(name.get())
            .thenApply(
                answer ->
                    answer instanceof Answer.Found<String> some
                        ? StsRecord.of(some.records())
                        : Optional.empty());
  }

  private CompletionStage<Found> judged(
      Domain domain, Optional<StsRecord> record, PolicyFetch fetch) {
    Instant now = clock.instant();
    Optional<KnownPolicy> before = known.use(domain, now);
    Optional<Fetched.Failed> trouble = recentFailure(domain, now);
    boolean same =
        before.isPresent() && record.isPresent() && before.get().id().equals(record.get().id());
    if (record.isEmpty() || same && !before.get().isOld(now) || trouble.isPresent()) {
      return CompletableFuture.completedStage(
          new Found(before.map(KnownPolicy::policy), record.flatMap(any -> trouble)));
    }
    CompletionStage<Fetched> fetched = fetched(domain, record.get(), fetch);
    return same // nobody waits to hear that all is as before
        ? CompletableFuture.completedStage(
            new Found(before.map(KnownPolicy::policy), Optional.empty()))
        : inTime(fetched.thenApply(shown -> found(shown, before)), before);
  }

  /** The fetch goes on, for the next mail. */
  private CompletionStage<Found> inTime(
      CompletionStage<Found> asked, Optional<KnownPolicy> before) {
    CompletableFuture<Found> told = asked.toCompletableFuture();
    if (told.isDone()) {
      return told;
    }
    Fetched.Failed late =
        new Fetched.Failed(
            PolicyFetch.Failure.FETCH, "it is not there after " + LONGEST.toSeconds() + " s");
    Timers.Timer limit =
        timers.after(
            LONGEST,
            () -> {
              boolean unused =
                  told.complete(new Found(before.map(KnownPolicy::policy), Optional.of(late)));
            });
    return told.whenComplete((found, trouble) -> limit.cancel());
  }

  private static Found found(Fetched fetched, Optional<KnownPolicy> before) {
    return fetched instanceof Fetched.Shown shown
        ? new Found(Optional.of(shown.policy()), Optional.empty())
        : new Found(before.map(KnownPolicy::policy), Optional.of((Fetched.Failed) fetched));
  }

  /** A clock that was put back makes no pause longer. */
  private synchronized Optional<Fetched.Failed> recentFailure(Domain domain, Instant now) {
    Failed failed = failures.get(domain);
    return failed != null && !failed.at().isAfter(now) && failed.at().plus(PAUSE).isAfter(now)
        ? Optional.of(failed.why())
        : Optional.empty();
  }

  // --- fetching

  private CompletionStage<Fetched> fetched(Domain domain, StsRecord record, PolicyFetch fetch) {
    CompletableFuture<Fetched> fresh = new CompletableFuture<>();
    Runnable task = () -> run(domain, record, fetch, fresh);
    synchronized (this) {
      CompletableFuture<Fetched> others = underWay.get(domain);
      if (others != null) {
        return others;
      }
      if (running == PLACES && waiting.size() == WAITING) {
        return CompletableFuture.completedStage(
            new Fetched.Failed(PolicyFetch.Failure.FETCH, "too many are asked already"));
      }
      underWay.put(domain, fresh);
      if (running == PLACES) {
        waiting.add(task);
        return fresh;
      }
      running++;
    }
    task.run();
    return fresh;
  }

  private void run(
      Domain domain, StsRecord record, PolicyFetch fetch, CompletableFuture<Fetched> fresh) {
    CompletionStage<Void> unused =
        fetch
            .of(domain)
            .handle(
                (fetched, fault) ->
                    fault == null
                        ? fetched
                        : new Fetched.Failed(PolicyFetch.Failure.FETCH, Reason.text(fault)))
            .thenAccept(
                fetched -> {
                  note(domain, record, fetched);
                  Runnable next = left(domain);
                  fresh.complete(fetched);
                  if (next != null) {
                    next.run();
                  }
                });
  }

  private synchronized @Nullable Runnable left(Domain domain) {
    underWay.remove(domain);
    Runnable next = waiting.poll();
    if (next == null) {
      running--;
    }
    return next;
  }

  private void note(Domain domain, StsRecord record, Fetched fetched) {
    Instant now = clock.instant();
    if (fetched instanceof Fetched.Failed failed) {
      failed(domain, new Failed(now, failed));
      log.notFetched(
          domain,
          failed.reason(),
          known.look(domain, now).map(one -> one.until().toString()).orElse(""));
      return;
    }
    StsPolicy policy = ((Fetched.Shown) fetched).policy();
    forgive(domain);
    KnownPolicy fresh = new KnownPolicy(record.id(), policy, now, now);
    Optional<KnownPolicy> before = known.look(domain, now);
    if (!fresh.isExpired(now)) {
      known.put(domain, before.map(one -> fresh.usedAt(one.used())).orElse(fresh)); // not used now
    }
    if (!before.map(KnownPolicy::policy).equals(Optional.of(policy))) {
      log.fetched(domain, record.id(), policy.mode().word(), policy.maxAge().toSeconds());
    }
  }

  private synchronized void failed(Domain domain, Failed failed) {
    failures.remove(domain);
    failures.put(domain, failed);
    if (failures.size() > MOST_FAILURES) {
      failures.remove(failures.keySet().iterator().next());
    }
  }

  private synchronized void forgive(Domain domain) {
    failures.remove(domain);
  }

  // --- each day

  private void begin(PolicyFetch fetch) {
    boolean first;
    synchronized (this) {
      first = !begun;
      begun = true;
      latest = fetch;
    }
    if (first) {
      later();
    }
  }

  private void later() {
    Timers.Timer unused =
        timers.after(
            ROUND,
            () -> {
              if (!isClosed()) {
                round();
                later();
              }
            });
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void round() {
    Instant now = clock.instant();
    known.tidy(now);
    BooleanSupplier wantedNow;
    synchronized (this) {
      wantedNow = wanted;
    }
    boolean renews = wantedNow.getAsBoolean();
    PolicyFetch fetch;
    synchronized (this) {
      latest = renews ? latest : null;
      fetch = latest;
    }
    if (fetch != null) {
      known
          .old(now, UNUSED, RENEWED_IN_A_ROUND)
          .forEach(
              domain -> {
                CompletionStage<Void> unused =
                    published(domain).thenAccept(record -> renew(domain, record, fetch));
              });
    }
  }

  private void renew(Domain domain, Optional<StsRecord> record, PolicyFetch fetch) {
    if (record.isPresent() && recentFailure(domain, clock.instant()).isEmpty()) {
      CompletionStage<Fetched> unused = fetched(domain, record.get(), fetch);
    }
  }

  /** Nobody is asked from a timer any more. */
  @Override
  public synchronized void close() {
    closed = true;
  }
}
