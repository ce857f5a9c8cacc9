package org.postroom.smtp.client.tlsrpt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.json.Json;
import org.postroom.core.log.TlsrptLog;
import org.postroom.core.memo.Memo;
import org.postroom.core.memo.MemoStore;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.time.Timers;
import org.postroom.core.trouble.Reason;
import org.postroom.smtp.client.https.Https;
import org.postroom.smtp.client.tls.PublishedPolicy;

/**
 * Counts of TLS sessions by day of UTC and domain, in one server over all its transports and
 * generations, and the reports that come of them. What is counted is in the store five minutes
 * later, and when the server stops: a crash loses no more than that. Reports on a day that is over
 * are sent within four hours of its end, or of the start; where none can be sent, it is tried again
 * the next day, until the day is three days old.
 *
 * <p>{@link #MOST} domains are counted between two times when counts go into the store; who is one
 * too many is not counted then. In the store there are as many as had mail. Thread-safe.
 */
public final class TlsReports implements AutoCloseable {
  static final int MOST = 10_000;
  static final Duration SAVED = Duration.ofMinutes(5);

  private static final String KIND = "tlsrpt";
  private static final int PAGE = 200;
  private static final int KEPT_DAYS = 3;
  private static final long SPREAD_SECONDS = Duration.ofHours(4).toSeconds();

  private final Premises premises;
  private final MemoStore memos;
  private final Clock clock;
  private final Timers timers;
  private final TlsrptLog log = new TlsrptLog();

  /** Not in the store yet, by day and domain. */
  private final Map<Key, Tally> counted = new HashMap<>();

  /** Held by who adds what is counted to what is in the store. */
  private final Lock saving = new ReentrantLock();

  private boolean begun;
  private boolean closed;
  private @Nullable Supplier<Generation> current;
  private @Nullable Https https;

  private record Key(LocalDate day, Domain domain) {

    String name() {
      return day + "/" + domain;
    }

    /** Empty for what is none. */
    static Optional<Key> of(String name) {
      int slash = name.indexOf('/');
      try {
        return slash < 0
            ? Optional.empty()
            : Domain.parse(name.substring(slash + 1))
                .map(domain -> new Key(LocalDate.parse(name.substring(0, slash)), domain));
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }
  }

  /** Nothing is counted. */
  public TlsReports(Premises premises) {
    this.premises = premises;
    this.memos = premises.memos();
    this.clock = premises.clock();
    this.timers = premises.timers();
  }

  /**
   * The server runs.
   *
   * @param generation by which mail goes now
   */
  public void running(Supplier<Generation> generation) {
    synchronized (this) {
      current = generation;
    }
    if (generation.get().settings().get(TlsrptParams.ENABLE)) {
      begin();
    }
  }

  /** By which reports are sent from now on, where a domain wants them so. */
  synchronized void by(Https other) {
    https = other;
  }

  /** One session, or an attempt at one. Waits for nothing. */
  public void count(Domain domain, PublishedPolicy policy, Optional<Failure> failure) {
    Key key = new Key(today(), domain);
    synchronized (this) {
      tally(key).ifPresent(one -> one.count(policy, failure));
    }
    begin();
  }

  /** Where a domain is counted; empty where there is no room. */
  private Optional<Tally> tally(Key key) {
    return !counted.containsKey(key) && counted.size() >= MOST
        ? Optional.empty()
        : Optional.of(counted.computeIfAbsent(key, one -> new Tally()));
  }

  private LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
  }

  private void begin() {
    synchronized (this) {
      if (begun || closed) {
        return;
      }
      begun = true;
    }
    saveLater();
    reportIn(spread());
  }

  private Duration spread() {
    return Duration.ofSeconds(premises.random().nextLong(SPREAD_SECONDS));
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  // --- keeping

  private void saveLater() {
    Timers.Timer unusedTimer =
        timers.after(
            SAVED,
            () -> {
              if (!isClosed()) {
                boolean unused = timers.handOn(premises.workers(), this::saveUnlessBusy);
                saveLater();
              }
            });
  }

  private void saveUnlessBusy() {
    if (saving.tryLock()) {
      try {
        keepCounted();
      } finally {
        saving.unlock();
      }
    }
  }

  private void save() {
    saving.lock();
    try {
      keepCounted();
    } finally {
      saving.unlock();
    }
  }

  /** What is not kept is counted on; where the store is away it is asked once, not for each. */
  private void keepCounted() {
    Map<Key, Tally> fresh;
    LocalDate oldest = today().minusDays(KEPT_DAYS);
    synchronized (this) {
      fresh = new HashMap<>(counted);
      counted.clear();
    }
    fresh.keySet().removeIf(key -> key.day().isBefore(oldest));
    boolean away = false;
    for (Iterator<Map.Entry<Key, Tally>> rest = fresh.entrySet().iterator();
        rest.hasNext() && !away; ) {
      Map.Entry<Key, Tally> next = rest.next();
      try {
        keep(next.getKey(), next.getValue());
        rest.remove();
      } catch (RuntimeException e) {
        log.notKept(String.valueOf(e.getMessage()));
        away = e instanceof StorageUnavailable;
      }
    }
    synchronized (this) {
      fresh.forEach((key, tally) -> tally(key).ifPresent(one -> one.add(tally)));
    }
  }

  private void keep(Key key, Tally fresh) {
    Tally all = memos.find(KIND, key.name()).flatMap(TlsReports::read).orElseGet(Tally::new);
    all.add(fresh);
    String text = written(key, all);
    if (text.length() > Memo.LONGEST_TEXT) {
      all.forgetDetails();
      text = written(key, all);
    }
    Instant until = key.day().plusDays(KEPT_DAYS + 1).atStartOfDay().toInstant(ZoneOffset.UTC);
    memos.keep(KIND, new Memo(key.name(), text, until));
  }

  private static String written(Key key, Tally tally) {
    return new String(Json.write(tally.policies(key.domain())), UTF_8);
  }

  private static Optional<Tally> read(Memo memo) {
    try {
      return Optional.of(Tally.read(Json.read(memo.text().getBytes(UTF_8))));
    } catch (Json.Malformed e) {
      return Optional.empty(); // of another version of this program
    }
  }

  /** What was counted is kept; nothing more is sent. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    save();
  }

  // --- reporting

  private void reportIn(Duration wait) {
    Timers.Timer unusedTimer =
        timers.after(
            wait,
            () -> {
              if (!isClosed()) {
                boolean unused = timers.handOn(premises.workers(), this::report);
                LocalDate tomorrow = today().plusDays(1);
                Instant midnight = tomorrow.atStartOfDay().toInstant(ZoneOffset.UTC);
                reportIn(Duration.between(clock.instant(), midnight).plus(spread()));
              }
            });
  }

  /** Reports on all days that are over, one domain after the other. */
  private void report() {
    try {
      save();
      int unused = memos.forgetExpired(KIND, clock.instant());
      Queue<Key> due = new ArrayDeque<>();
      List<Memo> page = memos.page(KIND, "", PAGE);
      while (!page.isEmpty()) {
        for (Memo memo : page) {
          Key.of(memo.name()).filter(key -> key.day().isBefore(today())).ifPresent(due::add);
        }
        page = memos.page(KIND, page.get(page.size() - 1).name(), PAGE);
      }
      next(due);
    } catch (RuntimeException e) {
      log.notSent("those of today", String.valueOf(e.getMessage()));
    }
  }

  private void next(Queue<Key> due) {
    Key key = due.poll();
    if (key == null || isClosed()) {
      return;
    }
    CompletionStage<Boolean> unused =
        wanted(key.domain())
            .thenApply(
                answer ->
                    timers.handOn(
                        premises.workers(),
                        () -> {
                          CompletionStage<Void> unusedEnd =
                              report(key, answer).thenRun(() -> next(due));
                        }));
  }

  /** Where a domain wants reports, as the DNS says it. */
  private CompletionStage<Answer<String>> wanted(Domain domain) {
    return Domain.parse("_smtp._tls." + domain)
        .map(name -> premises.resolver().texts(name))
        .orElseGet(() -> CompletableFuture.completedStage(new Answer.NoSuchName<>()));
  }

  /** Whether somebody has taken it, when that is known of each destination. */
  private CompletionStage<Boolean> report(Key key, Answer<String> wanted) {
    if (wanted instanceof Answer.TryAgain<String> later) {
      log.notSent(key.name(), later.reason());
      return CompletableFuture.completedStage(false);
    }
    return report(
        key,
        wanted instanceof Answer.Found<String> some
            ? ReportRecord.destinations(some.records())
            : List.of());
  }

  private CompletionStage<Boolean> report(Key key, List<URI> destinations) {
    CompletionStage<Boolean> all = CompletableFuture.completedStage(false);
    try {
      Optional<Memo> memo = memos.find(KIND, key.name());
      Optional<Tally> tally = memo.flatMap(TlsReports::read);
      Generation generation = generation();
      if (memo.isEmpty() || generation == null) {
        return all;
      }
      if (tally.isEmpty() || destinations.isEmpty()) {
        memos.forget(KIND, key.name());
        return all;
      }
      DayReport report =
          new DayReport(
              generation.policy().hostname(),
              key.domain(),
              key.day(),
              key.day() + "." + Long.toHexString(premises.random().nextLong()),
              tally.get());
      ReportSending sending = new ReportSending(premises, generation, report, https());
      for (URI destination : destinations) {
        CompletionStage<Boolean> one =
            sending.to(destination).thenApply(taken -> settle(key, taken));
        all = all.thenCombine(one, Boolean::logicalOr);
      }
    } catch (RuntimeException e) {
      log.notSent(key.name(), String.valueOf(e.getMessage()));
    }
    return all;
  }

  // --- for people

  /**
   * Where reports to a domain go, and what has been counted for those that are not sent yet.
   *
   * @param sent whether settings want any sent
   * @return a line; empty where the domain asks for none. Never completes exceptionally
   */
  CompletionStage<Optional<String>> about(Domain domain, boolean sent) {
    return wanted(domain)
        .thenCompose(answer -> about(domain, sent, answer))
        .exceptionally(trouble -> Optional.of(notKnown(domain, Reason.text(trouble))));
  }

  private static String notKnown(Domain domain, String why) {
    return domain + ": nobody knows now whether it asks for reports on TLS: " + why;
  }

  private CompletionStage<Optional<String>> about(
      Domain domain, boolean sent, Answer<String> answer) {
    if (answer instanceof Answer.TryAgain<String> later) {
      return CompletableFuture.completedStage(Optional.of(notKnown(domain, later.reason())));
    }
    List<URI> destinations =
        answer instanceof Answer.Found<String> some
            ? ReportRecord.destinations(some.records())
            : List.of();
    if (destinations.isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    String places = String.join(", ", destinations.stream().map(URI::toString).toList());
    if (!sent) {
      return CompletableFuture.completedStage(
          Optional.of(
              domain
                  + ": asks for reports on TLS at "
                  + places
                  + "; none are sent ("
                  + TlsrptParams.ENABLE.name()
                  + " = no)"));
    }
    CompletableFuture<Optional<String>> told = new CompletableFuture<>();
    boolean taken =
        timers.handOn(
            premises.workers(),
            () ->
                told.complete(
                    Optional.of(domain + ": reports on TLS go to " + places + counted(domain))));
    return taken ? told : CompletableFuture.completedStage(Optional.empty());
  }

  /** Of each day that has not been reported on, the oldest first. On a worker. */
  private String counted(Domain domain) {
    StringBuilder text = new StringBuilder();
    for (int ago = KEPT_DAYS; ago >= 0; ago--) {
      Key key = new Key(today().minusDays(ago), domain);
      Tally all = new Tally();
      try {
        memos.find(KIND, key.name()).flatMap(TlsReports::read).ifPresent(all::add);
      } catch (RuntimeException e) {
        return text + "; what was counted cannot be read now: " + Reason.text(e);
      }
      synchronized (this) {
        Optional.ofNullable(counted.get(key)).ifPresent(all::add);
      }
      if (all.sessions() > 0) {
        text.append("; ").append(key.day()).append(": ");
        text.append(all.sessions()).append(all.sessions() == 1 ? " session, " : " sessions, ");
        text.append(all.failures()).append(" failed");
      }
    }
    return text.isEmpty() ? "; none is counted" : text.toString();
  }

  private synchronized @Nullable Generation generation() {
    Supplier<Generation> supplier = current;
    return supplier == null ? null : supplier.get();
  }

  private synchronized Optional<Https> https() {
    return Optional.ofNullable(https);
  }

  private boolean settle(Key key, boolean taken) {
    if (taken) {
      boolean unused =
          timers.handOn(
              premises.workers(),
              () -> {
                try {
                  memos.forget(KIND, key.name());
                } catch (RuntimeException e) {
                  log.notSent(key.name(), String.valueOf(e.getMessage()));
                }
              });
    }
    return taken;
  }
}
