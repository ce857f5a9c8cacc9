package org.postroom.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.config.Settings;
import org.postroom.core.mail.StagingArea;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.testing.StagedOctets;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.transcript.FarConnection;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.transcript.Stage;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.PipeWire;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.TlsContexts;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;

/**
 * An IMAP server over mailboxes in memory, its clock virtual, for {@code ada}, whose password is
 * {@code pw}. Started when first connected to.
 */
final class ImapHouse implements Stage, AutoCloseable {
  static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create("Test CA", Clock.systemUTC(), new SecureRandom());
  private static final TlsContext TLS = tls();
  private static final Pattern FLAGGED = Pattern.compile("(\\S+) on (\\d+) in (.+)");
  private static final Pattern GONE = Pattern.compile("(\\d+) in (.+) is expunged");

  final VirtualTime time;
  final MemoryMailStore store;
  final MemoryAccounts accounts;
  final Account ada;
  final LoginThrottle throttle;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Workers workers;
  private final boolean shared;
  private final Path folder;
  private final StagingArea staging;
  private final List<Wire> opened = new ArrayList<>();
  private UnaryOperator<MailStore> trouble = UnaryOperator.identity();
  private ImapService service;
  private PipeWire pipes;
  private Wire sockets;
  private Listener listener;
  private boolean far;
  private boolean certified = true;
  private boolean loggedIn;

  ImapHouse() {
    this(
        VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z")),
        Workers.named("imap-test", 16),
        false);
  }

  /** A house with stores of its own, on the time, threads and sockets of another. */
  ImapHouse(ImapHouse neighbour) {
    this(neighbour.time, neighbour.workers, true);
    sockets = neighbour.sockets();
  }

  private ImapHouse(VirtualTime time, Workers workers, boolean shared) {
    this.time = time;
    this.workers = workers;
    this.shared = shared;
    try {
      folder = Files.createTempDirectory("imap-staging");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    staging = new StagingArea(folder, StagingArea.Limits.DEFAULT);
    store = new MemoryMailStore(time);
    accounts = new MemoryAccounts(store);
    ada = accounts.add("ada", Secret.of("pw"));
    throttle = new LoginThrottle(time, 100);
  }

  private static TlsContext tls() {
    CertificateAuthority.Issued issued = AUTHORITY.issue(List.of("localhost", "127.0.0.1"));
    return TlsContexts.server(issued.chain(), issued.key());
  }

  @Override
  public void given(String words) {
    Matcher flagged = FLAGGED.matcher(words);
    if (words.equals("a log-in")) {
      loggedIn = true;
    } else if (words.startsWith("mailbox ")) {
      store.create(ada.id(), MailboxName.of(words.substring(8)), Optional.empty());
    } else if (words.startsWith("subscription ")) {
      store.subscribe(ada.id(), MailboxName.of(words.substring(13)));
    } else if (words.startsWith("quota ")) {
      accounts.setQuota(ada.id(), Long.parseLong(words.substring(6)));
    } else if (words.startsWith("file ")) {
      String[] parts = words.substring(5).split(" in ", 2);
      deliver(parts[1], file(parts[0]));
    } else if (words.matches("\\d+ messages? in .+")) {
      int count = Integer.parseInt(words.substring(0, words.indexOf(' ')));
      String mailbox = words.substring(words.indexOf(" in ") + 4);
      for (int i = 1; i <= count; i++) {
        deliver(mailbox, ("Subject: m" + i + "\r\n\r\nbody " + i + "\r\n").getBytes(UTF_8));
      }
    } else if (words.startsWith("message ")) {
      deliver("INBOX", unescaped(words.substring(8)));
    } else if (flagged.matches()) {
      flag(flagged.group(3), Long.parseLong(flagged.group(2)), flagged.group(1));
    } else if (words.equals("bob, who may not log in")) {
      accounts.setEnabled(accounts.add("bob", Secret.of("hush")).id(), false);
    } else if (words.equals("clients from elsewhere")) {
      far = true;
    } else if (words.equals("no certificate")) {
      certified = false;
    } else if (words.contains("=")) {
      settings.put(words.substring(0, words.indexOf('=')), words.substring(words.indexOf('=') + 1));
    } else {
      throw new IllegalArgumentException("Not understood: given " + words);
    }
  }

  @Override
  public void when(String words) {
    Matcher gone = GONE.matcher(words);
    if (words.endsWith(" seconds pass")) {
      pass(Duration.ofSeconds(Long.parseLong(words.substring(0, words.indexOf(' ')))));
    } else if (words.equals("the server stops")) {
      settle();
      shutDown();
    } else if (words.equals("expunged messages are forgotten")) {
      store.forgetExpunged();
    } else if (words.equals("a guess fails elsewhere")) {
      throttle.failed(InetAddress.getLoopbackAddress(), "ada");
    } else if (gone.matches()) {
      settle();
      long uid = Long.parseLong(gone.group(1));
      store.expunge(mailbox(gone.group(2)), UidSet.of(uid));
    } else if (words.matches("\\d+ messages? arrives? in .+")) {
      settle();
      given(words.replaceFirst(" arrives? in ", " in "));
    } else if (words.endsWith(" is deleted")) {
      settle();
      store.delete(mailbox(words.substring(0, words.indexOf(" is deleted"))));
    } else if (FLAGGED.matcher(words).matches()) {
      settle();
      given(words);
    } else {
      throw new IllegalArgumentException("Not understood: when " + words);
    }
  }

  /** Has the service use the store through this. To be called before anybody connects. */
  void trouble(UnaryOperator<MailStore> maker) {
    trouble = maker;
  }

  /** Lets time pass; what a session does now is done first, so that its timers stand. */
  void pass(Duration duration) {
    settle();
    time.advance(duration);
  }

  /** Waits until the server has nothing more to do at this moment. */
  private void settle() {
    int quiet = 0;
    int seen = -1;
    while (quiet < 5) {
      CompletableFuture<Void> moment = new CompletableFuture<>();
      moment.completeOnTimeout(null, 10, TimeUnit.MILLISECONDS).join();
      int pending = time.pending();
      quiet = pending == seen ? quiet + 1 : 0;
      seen = pending;
    }
  }

  @Override
  public Peer connect(int number) {
    if (listener == null) {
      listener =
          (shared ? sockets : pipes())
              .listen(
                  new ListenerOptions(
                      "imap",
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                      Optional.empty(),
                      100,
                      8192,
                      Duration.ofSeconds(60),
                      "* BYE\r\n"),
                  this::session);
    }
    Peer peer = shared ? SocketPeer.to(listener.address()) : pipes().dial(listener);
    return loggedIn ? logIn(peer) : peer;
  }

  static <P extends Peer> P logIn(P peer) {
    String greeting = peer.readLine();
    peer.send("login LOGIN ada pw\r\n");
    String answer = peer.readLine();
    if (!answer.startsWith("login OK")) {
      throw new AssertionError(greeting + "\n" + answer);
    }
    return peer;
  }

  private PipeWire pipes() {
    if (pipes == null) {
      pipes = PipeWire.open(time, workers);
      opened.add(pipes);
    }
    return pipes;
  }

  private Wire sockets() {
    if (sockets == null) {
      WireOptions options = WireOptions.defaults().withGrace(Duration.ofMillis(100));
      sockets = Wires.open(options.withNativeTransport(false), time, workers);
      opened.add(sockets);
    }
    return sockets;
  }

  private Session session(Connection connection) {
    return service().session(far ? new FarConnection(connection) : connection);
  }

  /** A listener on a port of the loopback. */
  InetSocketAddress listen(boolean implicitTls) {
    return service()
        .listen(
            sockets(),
            implicitTls ? "imaps" : "imap",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            implicitTls ? Optional.of(TLS) : Optional.empty())
        .address();
  }

  synchronized ImapService service() {
    if (service == null) {
      Settings.Builder builder = Settings.builder(ImapParams.ALL);
      settings.forEach(builder::set);
      service =
          new ImapService(
              builder.build(),
              trouble.apply(store),
              accounts,
              throttle,
              staging,
              time,
              time,
              new SecureRandom(),
              () -> certified ? Optional.of(TLS) : Optional.empty());
    }
    return service;
  }

  /** Stops all listeners as the server does when it ends. */
  void shutDown() {
    opened.forEach(Wire::close);
    opened.clear();
  }

  MailboxId mailbox(String name) {
    return store.find(ada.id(), MailboxName.of(name)).orElseThrow().id();
  }

  void deliver(String mailbox, byte[] octets) {
    InternalDate date = InternalDate.of(OffsetDateTime.parse("2024-02-01T09:05:00+01:00"));
    store.append(
        mailbox(mailbox), List.of(new NewMessage(StagedOctets.of(octets), 0, Set.of(), date)));
  }

  private void flag(String mailbox, long uid, String flag) {
    FlagChange change =
        switch (flag) {
          case "\\Seen" -> FlagChange.add(Flags.SEEN);
          case "\\Flagged" -> FlagChange.add(Flags.FLAGGED);
          case "\\Answered" -> FlagChange.add(Flags.ANSWERED);
          case "\\Draft" -> FlagChange.add(Flags.DRAFT);
          case "\\Deleted" -> FlagChange.add(Flags.DELETED);
          default -> new FlagChange(FlagChange.Mode.ADD, 0, Set.of(new Keyword(flag)));
        };
    store.store(mailbox(mailbox), UidSet.of(uid), change, Long.MAX_VALUE);
  }

  /** A message out of the resources, its line ends made CRLF. */
  static byte[] file(String name) {
    try (InputStream in = ImapHouse.class.getResourceAsStream("/messages/" + name)) {
      return new String(in.readAllBytes(), ISO_8859_1).replace("\n", "\r\n").getBytes(ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] unescaped(String text) {
    return text.replace("\\n", "\r\n")
        .replace("\\0", "\0")
        .replace("\\empty", "")
        .getBytes(ISO_8859_1);
  }

  @Override
  public void close() {
    shutDown();
    if (listener != null) {
      listener.close();
    }
    if (!shared) {
      workers.close();
    }
    staging.close();
    try (Stream<Path> left = Files.walk(folder)) {
      for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
