package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
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
import org.postroom.core.time.VirtualTime;
import org.postroom.core.transcript.FarConnection;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.transcript.Stage;
import org.postroom.core.wire.ConnectOptions;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.ListenerOptions;
import org.postroom.core.wire.PipeWire;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;

/**
 * What a server that gives access to mailboxes lives in, in tests: mailboxes in memory with {@code
 * ada}'s among them, virtual time, pipes and sockets, a certificate. The protocol adds its service,
 * and the sentences that only its transcripts use.
 */
public abstract class ProtocolHouse implements Stage, AutoCloseable {
  private static final Pattern FLAGGED = Pattern.compile("(\\S+) on (\\d+) in (.+)");
  private static final Pattern GONE = Pattern.compile("(\\d+) in (.+) is expunged");
  private static final Pattern FAILS = Pattern.compile("a store that (fails|is full) at (\\w+)");
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  public final VirtualTime time;
  public final MemoryMailStore store;
  public final MemoryAccounts accounts;
  public final Account ada;
  protected final LoginThrottle throttle;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Turns workers;
  private final boolean shared;
  private final List<Wire> opened = new ArrayList<>();
  private UnaryOperator<MailStore> trouble = UnaryOperator.identity();
  private PipeWire pipes;
  private Wire sockets;
  private Listener listener;
  private boolean far;
  private boolean certified = true;

  /** A house of its own. */
  protected ProtocolHouse(String password) {
    this(
        VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z")),
        new Turns(),
        false,
        password);
  }

  /** A house with stores of its own, on the time, threads and sockets of another. */
  protected ProtocolHouse(ProtocolHouse neighbour, String password) {
    this(neighbour.time, neighbour.workers, true, password);
    sockets = neighbour.sockets();
  }

  private ProtocolHouse(VirtualTime time, Turns workers, boolean shared, String password) {
    this.time = time;
    this.workers = workers;
    this.shared = shared;
    store = new MemoryMailStore(time);
    accounts = new MemoryAccounts(store);
    ada = accounts.add("ada", Secret.of(password));
    throttle = new LoginThrottle(time, 100);
  }

  /** Has the protocol's service, the same one each time, listen. */
  protected abstract Listener listen(
      Wire wire, InetSocketAddress address, Optional<TlsContext> implicitTls);

  /** What was said about parameters. */
  protected final Settings settings(ParamSet parameters) {
    Settings.Builder builder = Settings.builder(parameters);
    settings.forEach(builder::set);
    return builder.build();
  }

  /** The store as the service is to use it. */
  protected final MailStore usedStore() {
    return trouble.apply(store);
  }

  /** The certificate for who asks for TLS. */
  protected final Optional<TlsContext> certificate() {
    return certified ? Optional.of(TestTls.SERVER) : Optional.empty();
  }

  @Override
  public void given(String words) {
    Matcher flagged = FLAGGED.matcher(words);
    Matcher fails = FAILS.matcher(words);
    if (words.startsWith("message ")) {
      deliver("INBOX", unescaped(words.substring(8)));
    } else if (flagged.matches()) {
      flag(flagged.group(3), Long.parseLong(flagged.group(2)), flagged.group(1));
    } else if (fails.matches()) {
      RuntimeException failure =
          fails.group(1).equals("fails")
              ? new StorageUnavailable("the test's store fails")
              : new StorageFull("the test's store is full");
      trouble(
          TroubledStore.before(
              fails.group(2),
              () -> {
                throw failure;
              }));
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
    // What a session does now is done first, so that its timers stand.
    settle();
    if (words.endsWith(" seconds pass")) {
      time.advance(Duration.ofSeconds(Long.parseLong(words.substring(0, words.indexOf(' ')))));
    } else if (words.equals("the server stops")) {
      shutDown();
    } else if (words.equals("expunged messages are forgotten")) {
      store.forgetExpunged();
    } else if (gone.matches()) {
      store.expunge(mailbox(gone.group(2)), UidSet.of(Long.parseLong(gone.group(1))));
    } else if (words.startsWith("message ") || FLAGGED.matcher(words).matches()) {
      given(words);
    } else {
      throw new IllegalArgumentException("Not understood: when " + words);
    }
  }

  /**
   * Waits until the server has nothing more to do at this moment. A turn may wait for its client;
   * one that checks a password only seems to.
   */
  protected final void settle() {
    int quiet = 0;
    int seen = -1;
    while (quiet < (workers.running.get() > 0 ? 50 : 5)) {
      CompletableFuture<Void> moment = new CompletableFuture<>();
      moment.completeOnTimeout(null, 10, TimeUnit.MILLISECONDS).join();
      int pending = time.pending();
      quiet = pending == seen ? quiet + 1 : 0;
      seen = pending;
    }
  }

  /** The threads of the house, which know how many of them are at work. */
  private static final class Turns implements Executor, AutoCloseable {
    private final Workers threads = Workers.named("house", 16);
    private final AtomicInteger running = new AtomicInteger();

    @Override
    public void execute(Runnable turn) {
      running.incrementAndGet();
      threads.execute(
          () -> {
            try {
              turn.run();
            } finally {
              running.decrementAndGet();
            }
          });
    }

    @Override
    public void close() {
      threads.close();
    }
  }

  /** Has the service use the store through this. To be called before anybody connects. */
  public final void trouble(UnaryOperator<MailStore> maker) {
    trouble = maker;
  }

  /** What {@code answer} gives, while time goes on. */
  public final <T> T whileTimePasses(Supplier<T> answer) throws Exception {
    return PassingTime.until(time, workers, answer);
  }

  @Override
  public Peer connect(int number) {
    if (listener == null) {
      listener = listen(seen(shared ? sockets : pipes()), ANY_PORT, Optional.empty());
    }
    return shared ? SocketPeer.to(listener.address()) : pipes().dial(listener);
  }

  /** A listener on a port of the loopback. */
  public final InetSocketAddress listen(boolean implicitTls) {
    Optional<TlsContext> tls = implicitTls ? Optional.of(TestTls.SERVER) : Optional.empty();
    return listen(seen(sockets()), ANY_PORT, tls).address();
  }

  /** A client of a new listener. */
  public final SocketPeer dial() {
    return SocketPeer.to(listen(false));
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

  private Wire seen(Wire wire) {
    return far ? new FarWire(wire) : wire;
  }

  /** A wire whose clients seem to come from another machine. */
  private record FarWire(Wire near) implements Wire {
    @Override
    public Listener listen(ListenerOptions options, Function<Connection, Session> sessions) {
      return near.listen(options, connection -> sessions.apply(new FarConnection(connection)));
    }

    @Override
    public CompletionStage<Connection> connect(
        InetSocketAddress peer, ConnectOptions options, Function<Connection, Session> session) {
      return near.connect(peer, options, session);
    }

    @Override
    public void close() {
      near.close();
    }
  }

  /** Stops all listeners as the server does when it ends. */
  public final void shutDown() {
    opened.forEach(Wire::close);
    opened.clear();
  }

  /** A mailbox of ada's, which must be there. */
  public final MailboxId mailbox(String name) {
    return store.find(ada.id(), MailboxName.of(name)).orElseThrow().id();
  }

  /** Puts messages into a mailbox of ada's, in one go. */
  public final void deliver(String mailbox, List<byte[]> messages) {
    InternalDate date = InternalDate.of(OffsetDateTime.parse("2024-02-01T09:05:00+01:00"));
    List<NewMessage> all = new ArrayList<>();
    for (byte[] octets : messages) {
      all.add(new NewMessage(StagedOctets.of(octets), 0, Set.of(), date));
    }
    store.append(mailbox(mailbox), all);
  }

  /** Puts a message into a mailbox of ada's. */
  public final void deliver(String mailbox, byte[] octets) {
    deliver(mailbox, List.of(octets));
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
  }
}
