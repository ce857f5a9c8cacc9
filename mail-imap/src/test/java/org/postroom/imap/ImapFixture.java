package org.postroom.imap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.Settings;
import org.postroom.core.life.Lifeline;
import org.postroom.core.machine.SystemTimers;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.part.Welcome;
import org.postroom.core.secret.Secret;
import org.postroom.core.session.LogIns;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;
import org.postroom.imap.param.ImapParams;

/**
 * An IMAP server on a loopback port, over mailboxes in memory: {@code ada}, password {@code pw}.
 */
final class ImapFixture implements AutoCloseable {
  final MemoryMailStore store = new MemoryMailStore(Clock.systemUTC());
  final MemoryAccounts accounts = new MemoryAccounts(store);
  final Account ada;
  private final StagingArea staging;
  private final SystemTimers timers = new SystemTimers("test-timers");
  private final Workers workers = Workers.named("test-workers", 16);
  private final LogIns logIns =
      LogIns.open(
          Settings.builder(AuthParams.ALL).build(),
          accounts,
          Optional.empty(),
          timers,
          new SecureRandom(),
          new Lifeline());
  private final Wire wire;
  private final Listener listener;
  private final List<ImapClient> clients = new ArrayList<>();

  ImapFixture() throws IOException {
    Path folder = Files.createTempDirectory("imap-staging");
    staging = new StagingArea(folder, StagingArea.Limits.DEFAULT);
    wire = Wires.open(WireOptions.defaults().withGrace(Duration.ofMillis(100)), timers, workers);
    ada = accounts.add("ada", Secret.of("pw"));
    Settings settings = Settings.builder(ImapParams.ALL).build();
    ImapService service = new ImapService(store, staging, timers, Clock.systemUTC());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Welcome welcome = service.welcome(ImapPart.IMAP, any, settings, logIns, Optional.empty());
    listener = wire.listen(welcome.options(), welcome.sessions());
  }

  int port() {
    return listener.address().getPort();
  }

  ImapClient connect() {
    ImapClient client = new ImapClient(port());
    clients.add(client);
    return client;
  }

  /** A client that is logged in. */
  ImapClient login() {
    ImapClient client = connect();
    client.line();
    client.ok("LOGIN ada pw");
    return client;
  }

  /** Puts a message into a mailbox as delivery would; {@code \n} becomes CRLF. */
  void deliver(String mailbox, String message) {
    byte[] octets = message.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    try (ContentSink sink = staging.open(octets.length)) {
      sink.write(octets, 0, octets.length);
      try (StagedContent content = sink.finish()) {
        InternalDate date = InternalDate.of(OffsetDateTime.parse("2024-02-01T09:05:00+01:00"));
        store.append(
            store.find(ada.id(), MailboxName.of(mailbox)).orElseThrow().id(),
            List.of(new NewMessage(content, 0, Set.of(), date)));
      }
    }
  }

  @Override
  public void close() {
    clients.forEach(ImapClient::close);
    wire.close();
    logIns.close();
    workers.close();
    timers.close();
    staging.close();
  }
}
