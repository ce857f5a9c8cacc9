package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport;
import org.postroom.core.filter.Filter;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.life.Lifeline;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.queue.QueueManager;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.RetrySchedule;
import org.postroom.core.queue.Watches;
import org.postroom.core.secret.Secret;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.MemoryStores;
import org.postroom.core.testing.StagedOctets;
import org.postroom.core.testing.TroubledStore;
import org.postroom.core.testing.WallClock;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.Workers;

/**
 * The queue and the way of a mail with everything real but the far side and the database: hosts
 * answer as the test says, by the name that mail for them has behind the @. Who is at {@code
 * here.test} has a mailbox.
 */
final class FlowHouse implements AutoCloseable {
  static final Instant START = Instant.parse("2026-11-24T15:00:00Z");
  static final Duration LIMIT = Duration.ofHours(2);

  final VirtualTime time;
  final MemoryStores stores;
  final Lifeline lifeline = new Lifeline();
  final MemoryBudget memory = new MemoryBudget(1 << 20);
  final Workers workers;
  final MailFlow flow;
  final Tidings tidings;
  private final Predicate<Address> home;

  /** What is stored goes by it; what is measured, by the time. */
  final WallClock wall;

  private static final Settings SETTINGS =
      Settings.builder(
              PolicyParams.ALL, AliasParams.ALL, FlowParams.ALL, FilterParams.ALL, QueueParams.ALL)
          .set("myhostname", "mail.here.test")
          .build();
  private static final OwnAddresses OWN = new OwnAddresses(List.of(), List.of());
  private static final Tables TABLES = Tables.builder().build();
  private static final Policy POLICY = Policy.of(SETTINGS, OWN, TABLES);

  private final QueueStore queue;
  private final QueueManager manager;
  private final StagingArea staging;
  private final Path folder;
  private final Map<String, Host> hosts = new ConcurrentHashMap<>();

  /** One far side, and when it was tried for what. */
  static final class Host {
    private final Function<QueuedMail, CompletionStage<List<Transport.Report>>> answer;
    final List<Instant> tried = new CopyOnWriteArrayList<>();
    final List<QueuedMail> mails = new CopyOnWriteArrayList<>();

    /** What a {@link #silent} one has heard. */
    final List<Attempt> open;

    Host(List<Attempt> open, Function<QueuedMail, CompletionStage<List<Transport.Report>>> answer) {
      this.open = open;
      this.answer = answer;
    }
  }

  /** What a far side was asked and has not answered. */
  record Attempt(QueuedMail mail, CompletableFuture<List<Transport.Report>> reports) {
    /** It is taken. */
    void take() {
      reports.complete(taken(mail));
    }
  }

  /** How the house differs from others. */
  static final class Plan {
    private final VirtualTime time;
    private final Settings.Builder limits = Settings.builder(QueueParams.ALL);
    private Function<QueueStore, QueueStore> trouble = store -> store;
    private final List<FilterStation.Named> filters = new ArrayList<>();
    private long mostLonger;
    private boolean softBounce;
    private final Settings.Builder notifications = SETTINGS.over();
    private @Nullable Executor application;
    private Predicate<Address> home = address -> address.domain().name().equals("here.test");

    Plan(VirtualTime time) {
      this.time = time;
    }

    /** What settings say of the queue's limits. */
    Plan set(String name, String text) {
      limits.set(name, text);
      return this;
    }

    /** What happens to the store that the queue manager and the flow use. */
    Plan trouble(Function<QueueStore, QueueStore> other) {
      trouble = other;
      return this;
    }

    /** Who else is ada. */
    Plan comesHome(Predicate<Address> others) {
      home = home.or(others);
      return this;
    }

    /** What happens right before the store is called for this. */
    Plan before(String method, Runnable happens) {
      return trouble(TroubledStore.beforeInQueue(method, happens));
    }

    /** What notifications go by. */
    Plan reporting(String name, String value) {
      notifications.set(name, value);
      return this;
    }

    /** Nothing fails for good. */
    Plan softBounce() {
      softBounce = true;
      return this;
    }

    /** Has the threads. */
    Plan application(Executor executor) {
      application = executor;
      return this;
    }

    /** So many octets may filters add. */
    Plan mostLonger(long octets) {
      mostLonger = octets;
      return this;
    }

    /** Looks into each mail. */
    Plan filter(String name, Filter filter) {
      filters.add(new FilterStation.Named(name, filter));
      return this;
    }

    FlowHouse open() {
      return new FlowHouse(this);
    }
  }

  static Plan standing(Duration patience) {
    return new Plan(VirtualTime.startingAt(START, patience));
  }

  private FlowHouse(Plan plan) {
    time = plan.time;
    home = plan.home;
    workers =
        plan.application == null
            ? Workers.named("flow", 8)
            : Workers.of(plan.application, time, lifeline);
    wall = new WallClock(time);
    stores = MemoryStores.open(time);
    queue = plan.trouble.apply(stores.queue());
    try {
      folder = Files.createTempDirectory("flow");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    staging = new StagingArea(folder, StagingArea.Limits.DEFAULT);
    RetrySchedule postfix = RetrySchedule.DEFAULT;
    Router router = (query, facts, trace) -> route(query.recipient());
    tidings = new Tidings(new Watches(wall), wall, time, workers, lifeline);
    flow =
        new MailFlow(
            router,
            Addressing.of(SETTINGS, POLICY, OWN, TABLES, Set.of("smtp", "relay")),
            new FilterStation(plan.filters, staging, plan.mostLonger, new MailLog("cleanup")),
            Wishes.NONE,
            stores.queue(),
            queue,
            Map.of("smtp", this::deliver),
            new RetrySchedule(
                postfix.minimalBackoff(),
                postfix.maximalBackoff(),
                postfix.lifetime(),
                postfix.bounceLifetime(),
                Duration.ofHours(4),
                plan.softBounce),
            LIMIT,
            Bounce.of(plan.notifications.build(), POLICY, staging, wall, ZoneOffset.UTC),
            memory,
            tidings,
            wall,
            time,
            workers,
            lifeline);
    manager =
        new QueueManager(
            queue,
            flow,
            QueueParams.limits(plan.limits.build()),
            wall,
            time,
            workers,
            "me",
            lifeline);
    workers.afterwards(manager::close);
    stores.accounts().add("ada@here.test", Secret.of("secret"));
    manager.start();
  }

  private Route route(Address recipient) {
    if (!home.test(recipient)) {
      return new Route.Onward("smtp", recipient.domain().name());
    }
    Optional<Account> account =
        stores
            .accounts()
            .byAddress(
                recipient.domain().name().equals("here.test")
                    ? recipient
                    : address("ada@here.test"));
    return account
        .<Route>map(Route.ToMailbox::new)
        .orElseGet(() -> Route.Nowhere.unknown("User unknown"));
  }

  private CompletionStage<List<Transport.Report>> deliver(QueuedMail mail, String nextHop) {
    Host host = hosts.get(nextHop);
    host.tried.add(wall.instant());
    host.mails.add(mail);
    return host.answer.apply(mail);
  }

  /** Has the queue try destinations again that rest. */
  void revive(String... destinations) {
    manager.revive(List.of(destinations));
  }

  /** Has the queue go by other limits, as after a reload. */
  void obey(String... namesAndTexts) {
    Settings.Builder others = Settings.builder(QueueParams.ALL);
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      others.set(namesAndTexts[i], namesAndTexts[i + 1]);
    }
    manager.obey(QueueParams.limits(others.build()));
  }

  /** The queue begins nothing any more; all else goes on. */
  void endQueue() {
    manager.close();
  }

  // --- far sides

  Host host(String name, Function<QueuedMail, CompletionStage<List<Transport.Report>>> answer) {
    return host(name, List.of(), answer);
  }

  private Host host(
      String name,
      List<Attempt> open,
      Function<QueuedMail, CompletionStage<List<Transport.Report>>> answer) {
    Host host = new Host(open, answer);
    hosts.put(name, host);
    return host;
  }

  /** Takes everything. */
  Host living(String name) {
    return host(name, mail -> CompletableFuture.completedFuture(taken(mail)));
  }

  /** Takes everything after a while, in real time. */
  Host slow(String name, Duration real) {
    return host(
        name,
        mail ->
            CompletableFuture.supplyAsync(
                () -> taken(mail),
                CompletableFuture.delayedExecutor(
                    real.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS, workers)));
  }

  /** Asks everybody to come again. */
  Host putsOff(String name) {
    return host(name, mail -> CompletableFuture.completedFuture(later(mail, "4.2.1")));
  }

  /** Knows nobody. */
  Host refuses(String name) {
    return host(
        name,
        mail ->
            CompletableFuture.completedFuture(
                Transport.Report.all(
                    mail, new DeliveryResult.Bounced("far", "5.1.1", "550 unknown"))));
  }

  /** Says nothing, until a test does so for it. */
  Host silent(String name) {
    List<Attempt> open = new CopyOnWriteArrayList<>();
    return host(
        name,
        open,
        mail -> {
          Attempt attempt = new Attempt(mail, new CompletableFuture<>());
          open.add(attempt);
          return attempt.reports();
        });
  }

  /** Nobody is there. */
  Host dead(String name) {
    return host(name, mail -> CompletableFuture.completedFuture(unreachable(mail)));
  }

  static List<Transport.Report> taken(QueuedMail mail) {
    return Transport.Report.all(
        mail, new DeliveryResult.Delivered("far", "2.0.0", "250 2.0.0 Ok", false));
  }

  static List<Transport.Report> unreachable(QueuedMail mail) {
    return Transport.Report.all(
        mail, new DeliveryResult.Unreachable("none", "4.4.1", "connection refused"));
  }

  static List<Transport.Report> later(QueuedMail mail, String status) {
    return Transport.Report.all(mail, new DeliveryResult.Deferred("far", status, "not now"));
  }

  // --- mail

  /** Hands over a mail from ada. */
  void send(String... recipients) {
    flow.accept(mail(recipients));
  }

  Submission mail(String... recipients) {
    Envelope envelope =
        new Envelope(
            ReversePath.of(address("ada@here.test")),
            Arrays.stream(recipients)
                .map(r -> new Recipient(address(r), Set.of(), Optional.empty()))
                .toList(),
            BodyType.SEVEN_BIT,
            false,
            Optional.empty(),
            Optional.empty(),
            false);
    Submission.Client client =
        new Submission.Client(
            InetAddress.getLoopbackAddress(), "localhost", "me", Optional.empty(), "ESMTP");
    return new Submission(
        stores.mailCommit().newId(),
        Origin.SMTP,
        client,
        envelope,
        StagedOctets.of("Subject: hello\n\nhello\n"),
        wall.instant());
  }

  /** The same from somebody else; {@code ""} is nobody. */
  void sendFrom(String sender, Recipient... recipients) {
    Submission mail = mail("x@here.test");
    ReversePath from = sender.isEmpty() ? ReversePath.NULL : ReversePath.of(address(sender));
    flow.accept(
        mail.in(
            new Envelope(
                from,
                List.of(recipients),
                BodyType.SEVEN_BIT,
                false,
                Optional.empty(),
                Optional.empty(),
                false)));
  }

  static Address address(String text) {
    int at = text.lastIndexOf('@');
    return Address.of(text.substring(0, at), Domain.of(text.substring(at + 1)));
  }

  /** How many staged contents were not given back. */
  int staged() {
    return staging.staged();
  }

  /** What lies in ada's INBOX. */
  List<String> inbox() {
    MailboxId inbox =
        stores
            .mail()
            .find(stores.accounts().byLogin("ada@here.test").orElseThrow().id(), MailboxName.INBOX)
            .orElseThrow()
            .id();
    List<String> messages = new ArrayList<>();
    stores
        .mail()
        .read(
            inbox,
            UidSet.range(1, 0xFFFF_FFFFL),
            Set.of(MailStore.Detail.CONTENT),
            row -> {
              ByteBuffer octets = ByteBuffer.wrap(row.content().orElseThrow().toBytes());
              messages.add(UTF_8.decode(octets).toString());
            });
    return messages;
  }

  @Override
  public void close() {
    manager.close();
    workers.close();
    staging.close();
    try {
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
