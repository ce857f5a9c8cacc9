package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.auth.PasswordQueue;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.flow.Addressing;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.flow.Bounce;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.Router;
import org.postroom.core.flow.Tidings;
import org.postroom.core.flow.Wishes;
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
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.queue.QueueManager;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.queue.Watches;
import org.postroom.core.secret.Secret;
import org.postroom.core.session.LogIns;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.MemoryMemoStore;
import org.postroom.core.testing.MemoryNamedMails;
import org.postroom.core.testing.MemoryStores;
import org.postroom.core.testing.StagedOctets;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.PipeWire;
import org.postroom.core.wire.Workers;
import org.postroom.smtp.client.sasl.SaslParams;
import org.postroom.smtp.client.sts.StsParams;
import org.postroom.smtp.client.tls.TlsParams;
import org.postroom.smtp.client.tlsrpt.TlsrptParams;

/**
 * Queue, way of a mail and SMTP client as they are, on pipes and in virtual time, with stores in
 * memory. Mail for {@code far.test} goes to one server, mail for {@code other.test} to another that
 * answers well; ada@here.test has a mailbox.
 */
final class RelayingHouse implements AutoCloseable {
  static final Instant START = Instant.parse("2026-11-24T15:00:00Z");
  static final String CONTENT = "Subject: hello\r\n\r\n.hello\r\n";

  private static final OwnAddresses OWN = new OwnAddresses(List.of(), List.of());
  private static final Tables TABLES = Tables.builder().build();

  final VirtualTime time;
  final ScriptedServer far;
  final ScriptedServer other;
  final Watches watches;
  private final MemoryStores stores;
  private final Workers workers = Workers.named("relaying", 8);
  private final PipeWire wire;
  private final Path folder;
  private final StagingArea staging;
  private final MailFlow flow;
  private final SharedByTransports shared;
  private final SmtpTransport transport;
  private final QueueManager manager;

  /**
   * A house with settings over its own.
   *
   * @param patience after which, in real time, whoever waits for the clock is found out
   */
  RelayingHouse(Duration patience, Map<String, String> overrides) {
    time = VirtualTime.startingAt(START, patience);
    far = new ScriptedServer(time);
    other = new ScriptedServer(time);
    stores = MemoryStores.open(time);
    wire = PipeWire.open(time, workers);
    Settings.Builder builder =
        Settings.builder(
                PolicyParams.ALL,
                AliasParams.ALL,
                FlowParams.ALL,
                FilterParams.ALL,
                QueueParams.ALL,
                SmtpClientParams.ALL,
                TlsParams.ALL,
                SaslParams.ALL,
                StsParams.ALL,
                TlsrptParams.ALL)
            .set("myhostname", "mail.here.test");
    overrides.forEach(builder::set);
    Settings settings = builder.build();
    Policy policy = Policy.of(settings, OWN, TABLES);
    try {
      folder = Files.createTempDirectory("relaying");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    staging = new StagingArea(folder, StagingArea.Limits.DEFAULT);
    Listener one = wire.listen(far::talk);
    Listener two = wire.listen(other::talk);
    Lifeline lifeline = new Lifeline();
    watches = new Watches(time);
    Premises premises =
        new Premises(
            wire,
            stores.mail(),
            stores.queue(),
            new MemoryNamedMails(stores.queue()),
            stores.queue(),
            new MemoryMemoStore(),
            stores.accounts(),
            staging,
            ZoneResolver.of(),
            new RecentDecisions(1),
            watches,
            workers,
            new Random(1),
            new SecureRandom(),
            time,
            time,
            ZoneOffset.UTC);
    shared = SharedByTransports.of(premises);
    transport = SmtpTransport.of(settings, policy, OWN, TABLES, premises, shared);
    Router router =
        (query, facts, trace) ->
            switch (query.recipient().domain().name()) {
              case "here.test" ->
                  new Route.ToMailbox(stores.accounts().byAddress(query.recipient()).orElseThrow());
              case "other.test" -> new Route.Onward("smtp", hop(two));
              default -> new Route.Onward("smtp", hop(one));
            };
    flow =
        new MailFlow(
            router,
            Addressing.of(settings, policy, OWN, TABLES, Set.of("smtp", "relay")),
            new FilterStation(List.of(), staging, 0, new MailLog("cleanup")),
            Wishes.NONE,
            stores.queue(),
            stores.queue(),
            Map.of("smtp", transport),
            QueueParams.schedule(settings),
            settings.get(QueueParams.ATTEMPT_LIMIT),
            new Bounce("mail.here.test", staging, time, ZoneOffset.UTC),
            new MemoryBudget(1 << 20),
            new Tidings(watches, time, time, workers, lifeline),
            time,
            time,
            workers,
            lifeline);
    Generation generation = new Generation(1, settings, policy, flow, logIns(), Optional.empty());
    shared.notices().running(() -> generation);
    manager =
        new QueueManager(
            stores.queue(),
            flow,
            QueueParams.limits(settings),
            time,
            time,
            workers,
            "me",
            lifeline);
    workers.afterwards(manager::close);
    stores.accounts().add("ada@here.test", Secret.of("secret"));
    manager.start();
  }

  private LogIns logIns() {
    Random random = new Random(2);
    return LogIns.of(
        stores.accounts(),
        Mechanisms.withoutTokens(stores.accounts(), random),
        new LoginThrottle(time, random),
        new PasswordQueue(workers, 2),
        time,
        Duration.ofSeconds(1));
  }

  private static String hop(Listener listener) {
    return "[127.0.0.1]:" + listener.address().getPort();
  }

  /** Hands over a mail from ada. */
  void send(String... recipients) {
    Envelope envelope =
        new Envelope(
            ReversePath.of(Address.parse("ada@here.test")),
            Arrays.stream(recipients).map(r -> Recipient.of(Address.parse(r))).toList(),
            BodyType.SEVEN_BIT,
            false,
            Optional.empty(),
            Optional.empty(),
            false);
    Submission.Client client =
        new Submission.Client(
            InetAddress.getLoopbackAddress(), "localhost", "me", Optional.empty(), "ESMTP");
    flow.accept(
        new Submission(
            stores.mailCommit().newId(),
            Origin.SMTP,
            client,
            envelope,
            StagedOctets.of(CONTENT),
            time.instant()));
  }

  /** All recipients in the queue. */
  List<QueuedRecipient> queued() {
    return stores.queue().list(100).stream().flatMap(mail -> mail.recipients().stream()).toList();
  }

  /** Whether an attempt at each recipient in the queue is over that has failed. */
  boolean haveBeenTried() {
    return queued().stream().allMatch(recipient -> recipient.attempts() > 0);
  }

  /** Waits without time passing; what is due happens. */
  void until(BooleanSupplier condition) {
    Until.so(
        () -> {
          time.advance(Duration.ZERO);
          return condition.getAsBoolean();
        });
  }

  /** Lets a minute pass after the other, until it is so; fails when that takes a day. */
  void pass(BooleanSupplier condition) {
    for (int i = 0; i < 24 * 60; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      time.advance(Duration.ofMinutes(1));
    }
    throw new AssertionError("not within a day; the queue is " + queued());
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
            row -> messages.add(new String(row.content().orElseThrow().toBytes(), UTF_8)));
    return messages;
  }

  @Override
  public void close() {
    manager.close();
    transport.close();
    shared.close();
    wire.close();
    workers.close();
    staging.close();
    try {
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
