package org.postroom.smtp;

import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountFacts;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.fact.Facts;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.filter.check.StandardFilters;
import org.postroom.core.flow.Addressing;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.flow.Bounce;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.RouteQuery;
import org.postroom.core.flow.Router;
import org.postroom.core.flow.Tidings;
import org.postroom.core.flow.Wishes;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.life.Lifeline;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.part.Welcome;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.policy.service.PolicyServers;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.queue.RetrySchedule;
import org.postroom.core.queue.Watches;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.table.LookupTable;
import org.postroom.core.table.RecipientDelimiter;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryQueueStore;
import org.postroom.core.testing.ProtocolHouse;
import org.postroom.core.transcript.Transcript;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;
import org.postroom.smtp.client.OutgoingWords;
import org.postroom.smtp.client.SmtpClientParams;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Role;
import org.postroom.smtp.server.Services;
import org.postroom.smtp.server.SmtpParams;

/**
 * An SMTP server over store and a queue in memory, its clock virtual. Started when first connected
 * to.
 */
final class SmtpHouse extends ProtocolHouse {
  static final String TRANSCRIPTS = "org/postroom/smtp/transcripts";

  private final MemoryQueueStore queue = new MemoryQueueStore(store, time);
  private Services services;
  private Settings settings;
  private Role role = Role.MX;
  private ZoneResolver zone = ZoneResolver.of();
  private final Tables.Builder tables = Tables.builder();
  private volatile boolean diskFull;
  private boolean byAddress;
  private Addressing addressing;
  private Policy policy;
  private Tables opened;

  /** On which threads mails were accepted. */
  final List<String> acceptedOn = new CopyOnWriteArrayList<>();

  /** What was opened for content, as long as anybody knows it. */
  final List<WeakReference<ContentSink>> sinks = new CopyOnWriteArrayList<>();

  SmtpHouse() {}

  SmtpHouse(ProtocolHouse neighbour) {
    super(neighbour);
  }

  /** The house that the transcripts play in, with other settings over its own. */
  static SmtpHouse with(Map<String, String> overrides) {
    SmtpHouse house = new SmtpHouse();
    Transcript.house(TRANSCRIPTS).forEach(house::given);
    overrides.forEach(house::set);
    return house;
  }

  /** The same, with routes as a server has them, and its clients on this machine. */
  SmtpHouse routingByAddress() {
    byAddress = true;
    return this;
  }

  /** What a recipient comes to, once the house is there. */
  Expanded expand(String sender, String recipient) {
    ReversePath from = sender.isEmpty() ? ReversePath.NULL : ReversePath.of(Address.parse(sender));
    return services
        .flow()
        .expansion()
        .expand(from, Recipient.of(Address.parse(recipient)), Facts.WAITING);
  }

  /** A mail as other hosts would see it; in the words of ours where it stays. */
  QueuedMail outgoing(QueuedMail mail) {
    return OutgoingWords.of(settings, policy, opened, mail);
  }

  /** The same, with its staged content in a folder of the test's. */
  SmtpHouse stagingIn(Path folder) {
    stageIn(folder);
    return this;
  }

  /** With these names in the DNS. */
  SmtpHouse knowing(String... records) {
    zone = ZoneResolver.of(records);
    return this;
  }

  /** With a table of the test's, {@code program:name}. */
  SmtpHouse table(String name, LookupTable table) {
    tables.table(name, table);
    return this;
  }

  @Override
  public void role(String name) {
    role = Role.valueOf(name);
  }

  @Override
  protected Listener listen(
      Wire wire, InetSocketAddress address, Optional<TlsContext> implicitTls) {
    if (services == null) {
      settings =
          settings(
              SmtpParams.ALL,
              SmtpClientParams.ALL,
              PolicyParams.ALL,
              FlowParams.ALL,
              AliasParams.ALL,
              FilterParams.ALL,
              QueueParams.ALL);
      services = services(wire);
    }
    Welcome welcome = SmtpService.welcome(role, address, settings, services);
    return wire.listen(welcome.options(), welcome.sessions());
  }

  private Services services(Wire wire) {
    OwnAddresses own =
        new OwnAddresses(
            byAddress
                ? List.of(new OwnAddresses.Interface(InetAddress.getLoopbackAddress(), 8))
                : List.of(),
            List.of());
    opened = tables.aliasFiles(settings.get(AliasParams.ALIAS_MAPS)).build();
    policy = Policy.of(settings, own, opened);
    addressing = Addressing.of(settings, policy, own, opened, Set.of("smtp", "relay"));
    Router router =
        byAddress
            ? addressing.router(accounts, store)
            : new HouseRouter(accounts, policy.delimiter());
    Tidings tidings = new Tidings(new Watches(time), time, time, workers(), new Lifeline());
    tidings.onAccepted(acceptance -> acceptedOn.add(Thread.currentThread().getName()));
    MailFlow flow =
        new MailFlow(
            router,
            addressing,
            new FilterStation(
                StandardFilters.of(settings, settings.get(FlowParams.HEADER_SIZE), opened),
                staging(),
                settings.get(FlowParams.MESSAGE_SIZE),
                new MailLog("cleanup")),
            Wishes.of(settings),
            queue,
            queue,
            Map.of("smtp", (mail, nextHop) -> new CompletableFuture<>()),
            RetrySchedule.DEFAULT,
            Duration.ofHours(1),
            new Bounce("mx.example.org", staging(), time, ZoneOffset.UTC),
            MemoryBudget.ofHeap(),
            tidings,
            time,
            time,
            workers(),
            new Lifeline());
    return new Services(
        1,
        policy,
        new RecentDecisions(100),
        flow,
        accounts,
        new Inquiry(workers(), time),
        logIns,
        this::stage,
        queue::newId,
        new ClientLimits(time, settings),
        zone,
        PolicyServers.open(wire, zone, time, workers()),
        certificate(),
        new MailLog("smtpd"),
        time,
        time,
        ZoneOffset.UTC);
  }

  private ContentSink stage(long expected) {
    if (diskFull) {
      throw new StorageFull("no space left on device");
    }
    ContentSink sink = staging().open(expected);
    sinks.add(new WeakReference<>(sink));
    return sink;
  }

  private record HouseRouter(MemoryAccounts accounts, RecipientDelimiter delimiter)
      implements Router {
    @Override
    public Route route(RouteQuery query, Facts facts, List<String> trace) {
      Address recipient = query.recipient();
      if (!recipient.domain().equals(Domain.of("example.org"))) {
        return new Route.Onward("smtp", recipient.domain().name());
      }
      Address user = Address.of(delimiter.user(recipient.localPart()), recipient.domain());
      return facts
          .know(AccountFacts.byAddress(accounts, user))
          .<Route>map(Route.ToMailbox::new)
          .orElseGet(() -> Route.Nowhere.unknown("User unknown in local recipient table"));
    }
  }

  /** Opens a listener in a role on a free port. */
  InetSocketAddress listen(Role other) {
    role = other;
    return listen(role == Role.SUBMISSIONS);
  }

  /** The mails in the INBOX of {@code login}, oldest first. */
  List<String> inbox(String login) {
    Account account = accounts.byLogin(login).orElseThrow();
    Mailbox inbox = store.find(account.id(), MailboxName.INBOX).orElseThrow();
    List<String> mails = new ArrayList<>();
    store.read(
        inbox.id(),
        UidSet.range(1, 0xFFFF_FFFFL),
        Set.of(MailStore.Detail.CONTENT),
        message -> mails.add(text(message.content().orElseThrow())));
    return mails;
  }

  /** What waits in the queue. */
  List<QueuedMail> queued() {
    return queue.list(100);
  }

  /** What is held there. */
  List<QueueControl.Listed> held() {
    return queue.control().page(QueueControl.Section.HOLD, QueueControl.Position.START).mails();
  }

  /** From now on there is no room to stage anything. */
  void fillDisk() {
    diskFull = true;
  }

  /** How many staged contents were not given back. */
  int staged() {
    return staging().staged();
  }

  static String text(Content content) {
    return new String(content.toBytes(), StandardCharsets.ISO_8859_1);
  }
}
