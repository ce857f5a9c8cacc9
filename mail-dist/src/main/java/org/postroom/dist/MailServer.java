package org.postroom.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Notice;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.DnsResolver;
import org.postroom.core.dns.Resolver;
import org.postroom.core.fact.Inquiry;
import org.postroom.core.flow.AddressRouter;
import org.postroom.core.flow.Bounce;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.flow.Transport;
import org.postroom.core.life.Lifeline;
import org.postroom.core.life.MemoryBudget;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.StagingArea;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.policy.RecentDecisions;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueManager;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.secret.Secret;
import org.postroom.core.session.LogIns;
import org.postroom.core.time.SystemTimers;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.config.ServerSettings;
import org.postroom.imap.ImapService;
import org.postroom.pop3.Pop3Service;
import org.postroom.smtp.SmtpService;
import org.postroom.smtp.client.SmtpClientParams;
import org.postroom.smtp.client.SmtpTransport;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Services;
import org.postroom.storage.SqlStorage;
import org.postroom.storage.Storage;
import org.postroom.storage.StorageFault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mail server that runs. Several of them may live in one JVM; closing one stops everything it
 * started.
 *
 * <pre>{@code
 * try (MailServer server = MailServer.builder()
 *     .hostname("mail.example.org").domains("example.org")
 *     .storage(Storage.h2(Path.of("data")))
 *     .listen(Role.MX, 25).listen(Role.SUBMISSIONS, 465).listen(Role.IMAPS, 993)
 *     .start()) { … }
 * }</pre>
 */
public final class MailServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MailServer.class);
  private static final Duration DNS_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PURGE_INTERVAL = Duration.ofMinutes(10);
  private static final Duration PURGE_GRACE = Duration.ofHours(1);

  private static final int KEPT_DECISIONS = 1000;

  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Map<Role, List<Listener>> listeners = new EnumMap<>(Role.class);
  private final RecentDecisions decisions = new RecentDecisions(KEPT_DECISIONS);
  private final Settings settings;
  private final SqlStorage storage;
  private final Keys keys;
  private final List<String> warnings;
  private final Lifeline lifeline;
  private @Nullable DeathWatch watch;
  private boolean closed;

  private MailServer(Builder builder) {
    settings = builder.settings();
    lifeline = builder.lifeline == null ? new Lifeline() : builder.lifeline;
    Map<Role, Integer> ports = builder.ports.isEmpty() ? Listeners.of(settings) : builder.ports;
    OwnAddresses own = ServerSettings.own(settings);
    Policy policy = Policy.of(settings, own);
    List<InetAddress> addresses =
        builder.bind == null ? ServerSettings.addresses(settings) : List.of(builder.bind);
    ClientCapacity capacity = ClientCapacity.on(settings, OsHost.descriptors());
    warnings = new ArrayList<>(warnings(settings, policy));
    capacity.warning().ifPresent(warnings::add);
    MemoryBudget memory = MemoryBudget.ofHeap();
    Storage where = builder.where(settings);
    Path folder = builder.folder(settings, where).orElse(null);
    // Whatever can be refused is refused before the store is touched.
    Optional<Keys> given = Keys.given(settings);
    new Ports(settings, builder.ports.isEmpty()).check(ports, addresses);
    if (folder != null && !(where instanceof Storage.H2)) {
      PrivateFolder.check(folder, settings, ServerParams.STORAGE_FOLDER); // a store checks its own
    }
    try {
      storage = own(open(where, builder, memory));
      if (folder != null) {
        PrivateFolder.make(folder);
      }
      keys = given.orElseGet(() -> Keys.own(folder, names(policy), builder.clock, builder.random));
      Timers timers =
          builder.timers == null
              ? own(new SystemTimers("postroom-timers", lifeline))
              : builder.timers;
      // Sessions that end still read and write what lies there: it is closed after the wire.
      StagingArea staging =
          own(
              new StagingArea(
                  folder == null ? temporary() : folder.resolve("staging"),
                  StagingArea.Limits.DEFAULT,
                  memory));
      Accounts accounts =
          builder.openPassword == null
              ? storage.accounts()
              : new AccountsOnTheFly(storage.accounts(), builder.openPassword);
      // Closed after the wire: who waits to be logged in hears a goodbye like everybody else.
      LogIns logIns = own(LogIns.open(settings, accounts, timers, builder.random, lifeline));
      Workers workers =
          own(Workers.named("postroom-worker", settings.get(ServerParams.WORKERS), lifeline));
      Wire wire =
          own(
              Wires.open(
                  WireOptions.defaults()
                      .withStrangers(capacity.limits(settings, memory))
                      .withUnsent(ClientCapacity.unsent(memory)),
                  timers,
                  workers,
                  lifeline));
      Resolver resolver =
          builder.resolver == null ? DnsResolver.ofSystem(DNS_TIMEOUT, workers) : builder.resolver;
      SmtpTransport smtp =
          own(
              new SmtpTransport(
                  wire,
                  resolver,
                  SmtpClientParams.options(
                      settings,
                      Set.of(policy.hostname().name()),
                      addressesOf(own),
                      TlsContexts.opportunisticClient()),
                  RandomGenerator.getDefault(),
                  builder.clock,
                  timers));
      Map<String, Transport> transports = new LinkedHashMap<>();
      transports.put("smtp", smtp);
      transports.put("relay", smtp);
      MailFlow flow =
          new MailFlow(
              builder.openPassword != null
                  ? new EverybodyIsHere(accounts)
                  : new AddressRouter(
                      policy, accounts, Optional.of(settings.get(FlowParams.RELAYHOST))),
              storage.queue(),
              transports,
              QueueParams.schedule(settings),
              settings.get(QueueParams.ATTEMPT_LIMIT),
              new Bounce(policy.hostname().name(), staging, builder.clock, ZoneId.systemDefault()),
              memory,
              builder.clock,
              timers,
              workers,
              lifeline);
      QueueManager queue =
          own(
              new QueueManager(
                  storage.queue(),
                  flow,
                  QueueParams.limits(settings),
                  builder.clock,
                  timers,
                  workers,
                  policy.hostname().name(),
                  lifeline));
      if (builder.listener != null) {
        flow.onAccepted(builder.listener);
      }
      builder.accounts.forEach(this::addAccount);
      Supplier<Optional<TlsContext>> tls = () -> Optional.of(keys.context());
      Services services =
          new Services(
              policy,
              decisions,
              flow,
              accounts,
              new Inquiry(workers, timers),
              logIns,
              staging,
              storage.queue()::newId,
              new ClientLimits(builder.clock, settings),
              resolver,
              tls,
              new MailLog("smtpd"),
              timers,
              builder.clock,
              ZoneId.systemDefault());
      Doors doors =
          new Doors(
              wire,
              new SmtpService(wire, services),
              new Pop3Service(settings, storage.mail(), logIns, builder.clock, tls),
              new ImapService(
                  settings, storage.mail(), logIns, staging, timers, builder.clock, tls),
              keys.context());
      queue.start();
      schedulePurge(timers, workers);
      keys.ours().ifPresent(made -> made.keepRenewed(timers, workers));
      ports.forEach((role, port) -> listen(role, port, addresses, doors));
      if (folder != null) {
        own(Control.open(folder, new Users(storage.accounts())));
      }
      if (builder.lifeline == null) {
        watch = new DeathWatch(lifeline, this, builder.mourner);
        watch.begin();
      }
    } catch (RuntimeException | Error e) {
      closeAll();
      throw e;
    }
  }

  /** Begins to describe a server. */
  public static Builder builder() {
    return new Builder();
  }

  /** Where a role listens; with several addresses, the first. */
  public InetSocketAddress address(Role role) {
    List<Listener> of = listeners.get(role);
    if (of == null) {
      throw new IllegalArgumentException("there is no listener for " + role.service());
    }
    return of.get(0).address();
  }

  /** The roles that are listened for. */
  public Set<Role> roles() {
    return Set.copyOf(listeners.keySet());
  }

  /** Who is here. */
  public Accounts accounts() {
    return storage.accounts();
  }

  /** The mailboxes. */
  public MailStore mail() {
    return storage.mail();
  }

  /** Mail under way. */
  public QueueStore queue() {
    return storage.queue();
  }

  /**
   * Why the last recipients that SMTP clients named were taken or refused, the oldest first: every
   * rule that was asked, with what it looked at and what it said.
   */
  public List<RecentDecisions.Entry> decisions() {
    return decisions.all();
  }

  /** What it was started with. */
  public Settings settings() {
    return settings;
  }

  /**
   * The certificate (PEM) of the authority that the server made for itself, for clients to trust.
   */
  public Optional<String> authority() {
    return keys.authority();
  }

  /** What start-up has to say to the administrator. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  private SqlStorage open(Storage where, Builder builder, MemoryBudget memory) {
    try {
      return SqlStorage.open(
          where,
          builder.clock,
          builder.random,
          settings.get(ServerParams.MIN_FREE),
          lifeline,
          memory,
          AuthParams.atOnce(settings));
    } catch (StorageFault e) {
      throw builder.storage != null
          ? e
          : e.at(settings.fault(ServerParams.STORAGE_URL, "").place() + ": storage_url");
    }
  }

  /** Stops accepting, lets what runs end, closes the store. Always returns; safe to repeat. */
  @Override
  public void close() {
    synchronized (owned) {
      if (closed) {
        return;
      }
      closed = true;
    }
    closeAll();
    if (watch != null) {
      watch.close();
    }
  }

  /** Where the server's parts say that they have died. */
  Lifeline lifeline() {
    return lifeline;
  }

  private void listen(Role role, int port, List<InetAddress> addresses, Doors doors) {
    List<Listener> of = new ArrayList<>();
    for (InetAddress address : addresses) {
      of.add(own(doors.listen(role, new InetSocketAddress(address, port), settings)));
    }
    listeners.put(role, of);
  }

  private void addAccount(String login, String password) {
    if (storage.accounts().byLogin(login).isEmpty()) {
      try (Secret secret = Secret.of(password)) {
        storage.accounts().add(login, secret);
      }
    }
  }

  private void schedulePurge(Timers timers, Workers workers) {
    timers.after(
        PURGE_INTERVAL,
        () -> {
          synchronized (owned) {
            if (closed) {
              return;
            }
          }
          timers.handOn(
              workers,
              () -> {
                try {
                  storage.purge(PURGE_GRACE);
                } catch (RuntimeException e) {
                  LOG.warn("expunged messages could not be purged: {}", e.getMessage());
                }
                schedulePurge(timers, workers);
              });
        });
  }

  private <T extends AutoCloseable> T own(T part) {
    owned.push(part);
    return part;
  }

  private void closeAll() {
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (Exception | Error e) {
        // Whatever one part dies of, the others are closed.
        LOG.warn("while closing: {}", e.toString());
      }
    }
  }

  private List<String> names(Policy policy) {
    Set<String> names = new LinkedHashSet<>();
    names.add(policy.hostname().name());
    names.add("localhost");
    names.add("127.0.0.1");
    names.add("::1");
    return List.copyOf(names);
  }

  private static List<String> warnings(Settings settings, Policy policy) {
    List<String> warnings = new ArrayList<>();
    settings.notices().stream().map(Notice::toString).forEach(warnings::add);
    warnings.addAll(policy.warnings());
    return List.copyOf(warnings);
  }

  private static Set<InetAddress> addressesOf(OwnAddresses own) {
    Set<InetAddress> addresses = new HashSet<>(own.proxies());
    own.interfaces().forEach(one -> addresses.add(one.address()));
    return addresses;
  }

  /** For content on its way, where there is no folder. */
  private Path temporary() {
    try {
      Path folder = Files.createTempDirectory("postroom");
      own(() -> Files.deleteIfExists(folder));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("a temporary folder cannot be made", e);
    }
  }

  /**
   * Does what {@code postroom user} asks, through the server that runs on the described store or,
   * when none does, on the store itself.
   *
   * @return the answer's lines
   * @throws IllegalStateException with what is wrong with the request
   */
  public static List<String> administer(Builder builder, String verb, List<String> arguments) {
    Settings settings = builder.settings();
    Storage where = builder.where(settings);
    Optional<List<String>> answer =
        builder.folder(settings, where).flatMap(folder -> Control.ask(folder, verb, arguments));
    if (answer.isPresent()) {
      return answer.get();
    }
    try (SqlStorage storage = SqlStorage.open(where, builder.clock, builder.random)) {
      return new Users(storage.accounts()).answer(verb, arguments);
    }
  }

  /** A configuration that could be started with. */
  public record Checked(Settings settings, List<String> warnings) {}

  /** The protocol modules' doors. */
  private record Doors(
      Wire wire, SmtpService smtp, Pop3Service pop3, ImapService imap, TlsContext tls) {

    Listener listen(Role role, InetSocketAddress address, Settings settings) {
      Optional<TlsContext> implicit = role.implicitTls() ? Optional.of(tls) : Optional.empty();
      return switch (role) {
        case MX -> smtp.listen(org.postroom.smtp.server.Role.MX, address, settings);
        case SUBMISSION -> smtp.listen(org.postroom.smtp.server.Role.SUBMISSION, address, settings);
        case SUBMISSIONS ->
            smtp.listen(org.postroom.smtp.server.Role.SUBMISSIONS, address, settings);
        case ALTERNATIVE ->
            smtp.listen(org.postroom.smtp.server.Role.ALTERNATIVE, address, settings);
        case POP3, POP3S -> pop3.listen(wire, role.service(), address, implicit);
        case IMAP, IMAPS -> imap.listen(wire, role.service(), address, implicit);
      };
    }
  }

  /**
   * Describes a server; {@link #start} makes it. Everything a configuration file can say, it can.
   */
  public static final class Builder {
    private final Map<Param<?>, Object> values = new LinkedHashMap<>();
    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<Role, Integer> ports = new EnumMap<>(Role.class);
    private final Map<String, String> accounts = new LinkedHashMap<>();
    private MainCf file = MainCf.EMPTY;
    private Path base = Path.of("");
    private @Nullable Storage storage;
    private @Nullable InetAddress bind;
    private @Nullable Resolver resolver;
    private @Nullable Timers timers;
    private @Nullable String openPassword;
    private @Nullable Consumer<Acceptance> listener;
    private @Nullable Lifeline lifeline;
    private Consumer<Lifeline.Death> mourner = death -> {};
    private Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();

    private Builder() {}

    /** What the server calls itself: {@code myhostname}. */
    public Builder hostname(String name) {
      return set("myhostname", name);
    }

    /** Domains whose addresses are accounts here: {@code virtual_mailbox_domains}. */
    public Builder domains(String... names) {
      return set("virtual_mailbox_domains", String.join(", ", names));
    }

    /** The next hop of all mail that leaves: {@code relayhost}. */
    public Builder relayHost(String nextHop) {
      return set("relayhost", nextHop);
    }

    /** Settings in main.cf's syntax; what the builder says stands above them. */
    public Builder configuration(Path mainCf) {
      file = MainCf.read(mainCf);
      Path folder = mainCf.toAbsolutePath().getParent();
      base = folder == null ? base : folder;
      return this;
    }

    /** One parameter. */
    public <T> Builder set(Param<T> param, T value) {
      values.put(param, value);
      return this;
    }

    /** One parameter, as a file would write it. */
    public Builder set(String name, String value) {
      texts.put(name, value);
      return this;
    }

    /** Where mail is kept: instead of {@code storage_url}. */
    public Builder storage(Storage where) {
      storage = where;
      return this;
    }

    /** Listens in a role; port 0 takes a free one. The first call replaces {@code listeners}. */
    public Builder listen(Role role, int port) {
      ports.put(role, port);
      return this;
    }

    /** The one address to listen on: instead of {@code inet_interfaces}. */
    public Builder bind(InetAddress address) {
      bind = address;
      return this;
    }

    /** An account that is made at start when it is not there. */
    public Builder account(String login, String password) {
      accounts.put(login, password);
      return this;
    }

    /** Looks up names for the server: instead of the DNS. */
    public Builder resolver(Resolver other) {
      resolver = other;
      return this;
    }

    /**
     * Every address is somebody here: an account is made when mail first comes for it, or when
     * somebody first logs in as it, with this password. For tests; nothing is relayed then.
     */
    public Builder accountsOnTheFly(String password) {
      openPassword = password;
      return this;
    }

    /**
     * Has {@code listener} see every mail that clients hand over, once it is durable; see {@link
     * MailFlow#onAccepted}.
     */
    public Builder onAccepted(Consumer<Acceptance> other) {
      listener = other;
      return this;
    }

    /**
     * Has {@code owner} hear when a part has died that the server cannot be without: the store, an
     * event loop, the queue manager. The server closes itself first, so its ports and its folder
     * are free, and another one may be started from there; what was answered 250 is in the store.
     */
    public Builder onDeath(Consumer<Lifeline.Death> owner) {
      mourner = owner;
      return this;
    }

    /**
     * Where the server's parts say that they have died, instead of to the server: for who ends the
     * whole process then. The server does not close itself, and {@link #onDeath} has no effect.
     */
    public Builder lifeline(Lifeline ofTheProcess) {
      lifeline = ofTheProcess;
      return this;
    }

    /** The time it goes by, such as a virtual clock. */
    public Builder time(Clock otherClock, Timers otherTimers) {
      clock = otherClock;
      timers = otherTimers;
      return this;
    }

    /**
     * Reads the configuration as a start would, and opens nothing.
     *
     * @throws org.postroom.core.config.BadConfiguration with all faults
     */
    public Checked check() {
      Settings settings = settings();
      Listeners.of(settings);
      Policy policy = Policy.of(settings, ServerSettings.own(settings));
      Keys.given(settings);
      Storage where = where(settings);
      folder(settings, where)
          .ifPresent(
              folder ->
                  PrivateFolder.check(
                      folder,
                      settings,
                      where instanceof Storage.H2
                          ? ServerParams.STORAGE_URL
                          : ServerParams.STORAGE_FOLDER));
      return new Checked(settings, MailServer.warnings(settings, policy));
    }

    /** What the server may write to on this machine: the store's folder, or one of its own. */
    private Optional<Path> folder(Settings settings, Storage where) {
      return where instanceof Storage.H2 h2
          ? Optional.of(h2.folder())
          : settings.get(ServerParams.STORAGE_FOLDER).map(base::resolve);
    }

    /** Where mail would be kept. */
    private Storage where(Settings settings) {
      return storage != null ? storage : ServerSettings.storage(settings, base);
    }

    /**
     * Starts. When this returns, every port answers.
     *
     * @throws org.postroom.core.config.BadConfiguration with all faults of the configuration
     * @throws org.postroom.storage.StorageFault when the store cannot be opened
     * @throws org.postroom.core.wire.WireFault when an address cannot be had
     */
    public MailServer start() {
      return new MailServer(this);
    }

    @SuppressWarnings("unchecked") // a Param<T> is only ever put with a T
    private Settings settings() {
      Settings.Builder builder = Settings.builder(ServerSettings.sets()).file(file);
      builder.preset(PolicyParams.MYHOSTNAME, OsHost.name());
      values.forEach((param, value) -> builder.set((Param<Object>) param, value));
      texts.forEach(builder::set);
      return builder.build();
    }
  }
}
