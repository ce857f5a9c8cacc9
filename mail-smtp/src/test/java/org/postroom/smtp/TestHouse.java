package org.postroom.smtp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.ZoneResolver;
import org.postroom.core.flow.Bounce;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.Router;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.ContentSink;
import org.postroom.core.mail.StagingArea;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.policy.RecentDecisions;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.queue.RetrySchedule;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.testing.MemoryQueueStore;
import org.postroom.core.testing.PassingTime;
import org.postroom.core.testing.TestTls;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Role;
import org.postroom.smtp.server.Services;
import org.postroom.smtp.server.SmtpParams;

/**
 * A house around the SMTP server: its stores in memory, its clock virtual, its sockets on the
 * loopback. ada@example.org and bob@example.org live in it; its clients are strangers.
 */
public final class TestHouse implements AutoCloseable {
  final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  final MemoryMailStore mailboxes = new MemoryMailStore(time);
  final MemoryAccounts accounts = new MemoryAccounts(mailboxes);
  final MemoryQueueStore queue = new MemoryQueueStore(mailboxes, time);
  final List<Listener> listeners = new ArrayList<>();
  private final StagingArea staging;
  private volatile boolean diskFull;
  private final Workers workers = Workers.named("smtp-test", 32);
  private final Wire wire;
  private final SmtpService service;
  private final Settings settings;

  /** A house with these settings over its own. */
  public TestHouse(Path folder, Map<String, String> overrides) {
    Settings.Builder builder =
        Settings.builder(SmtpParams.ALL, PolicyParams.ALL)
            .set("myhostname", "mx.example.org")
            .set("mydestination", "example.org")
            .set("mynetworks", "192.0.2.0/24")
            .set("smtpd_relay_restrictions", "permit_sasl_authenticated, reject_unauth_destination")
            .set("smtpd_error_sleep_time", "0s");
    overrides.forEach(builder::set);
    settings = builder.build();
    staging = new StagingArea(folder, StagingArea.Limits.DEFAULT);
    accounts.add("ada@example.org", Secret.of("secret"));
    accounts.add("bob@example.org", Secret.of("hush"));
    MailFlow flow =
        new MailFlow(
            new HouseRouter(accounts),
            queue,
            Map.of(),
            RetrySchedule.DEFAULT,
            new Bounce("mx.example.org", staging, time, ZoneOffset.UTC),
            time,
            workers);
    Services services =
        new Services(
            Policy.of(settings, new OwnAddresses(List.of(), List.of())),
            new RecentDecisions(100),
            flow,
            accounts,
            new LoginThrottle(time, 100),
            new SecureRandom(),
            this::stage,
            queue::newId,
            new ClientLimits(time, settings),
            ZoneResolver.of(),
            () -> Optional.of(TestTls.SERVER),
            new MailLog("smtpd"),
            time,
            ZoneOffset.UTC);
    wire =
        Wires.open(
            WireOptions.defaults().withGrace(Duration.ofSeconds(1)).withNativeTransport(false),
            time,
            workers);
    service = new SmtpService(wire, services);
  }

  private ContentSink stage(long expected) {
    if (diskFull) {
      throw new StorageFull("no space left on device");
    }
    return staging.open(expected);
  }

  private record HouseRouter(MemoryAccounts accounts) implements Router {
    @Override
    public Route route(Address recipient) {
      if (!recipient.domain().equals(Domain.of("example.org"))) {
        return new Route.Onward("smtp", recipient.domain().name());
      }
      return accounts
          .byAddress(recipient)
          .<Route>map(Route.ToMailbox::new)
          .orElseGet(
              () -> new Route.Nowhere(550, "5.1.1", "User unknown in local recipient table"));
    }
  }

  /** Opens a listener in {@code role} on a free port. */
  public InetSocketAddress listen(Role role) {
    Listener listener =
        service.listen(role, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), settings);
    listeners.add(listener);
    return listener.address();
  }

  /** The mails in the INBOX of {@code login}, oldest first. */
  public List<String> inbox(String login) {
    Account account = accounts.byLogin(login).orElseThrow();
    Mailbox inbox = mailboxes.find(account.id(), MailboxName.INBOX).orElseThrow();
    List<String> mails = new ArrayList<>();
    mailboxes.read(
        inbox.id(),
        UidSet.range(1, 0xFFFF_FFFFL),
        Set.of(MailStore.Detail.CONTENT),
        message -> mails.add(text(message.content().orElseThrow())));
    return mails;
  }

  /** What waits in the queue. */
  public List<QueuedMail> queued() {
    return queue.list(100);
  }

  /** From now on there is no room to stage anything. */
  void fillDisk() {
    diskFull = true;
  }

  /** How many staged contents were not given back. */
  public int staged() {
    return staging.staged();
  }

  /** What {@code answer} gives, while time goes on by tenths of a second. */
  public String whileTimePasses(Supplier<String> answer) throws Exception {
    return PassingTime.until(time, workers, answer);
  }

  static String text(Content content) {
    return new String(content.toBytes(), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    wire.close();
    workers.close();
    staging.close();
  }
}
