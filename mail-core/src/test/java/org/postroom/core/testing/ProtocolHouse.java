package org.postroom.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.auth.PasswordQueue;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.secret.Secret;
import org.postroom.core.session.LogIns;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.transcript.FarConnection;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.transcript.Stage;
import org.postroom.core.wire.ConnectOptions;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.PipeWire;
import org.postroom.core.wire.Questions;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;

/**
 * What the service of one protocol lives in, in tests: mailboxes and accounts in memory, virtual
 * time, pipes and sockets, a certificate. The protocol adds its service.
 */
public abstract class ProtocolHouse implements House, Stage, AutoCloseable {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static final Duration FAILURE_DELAY = Duration.ofSeconds(2);

  public final VirtualTime time;
  public final MemoryMailStore store;
  public final MemoryAccounts accounts;
  protected LogIns logIns;
  private final SecureRandom random = new SecureRandom();
  private final LoginThrottle throttle;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Turns workers;
  private final boolean shared;
  private final List<Wire> opened = new ArrayList<>();
  private UnaryOperator<MailStore> trouble = UnaryOperator.identity();
  private Path folder;
  private StagingArea staging;
  private PipeWire pipes;
  private Wire sockets;
  private Listener listener;
  private boolean far;
  private boolean certified = true;

  /** A house of its own. */
  protected ProtocolHouse() {
    this(VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z")), new Turns(), false);
  }

  /** A house with stores of its own, on the time, threads and sockets of another. */
  protected ProtocolHouse(ProtocolHouse neighbour) {
    this(neighbour.time, neighbour.workers, true);
    sockets = neighbour.sockets();
  }

  private ProtocolHouse(VirtualTime time, Turns workers, boolean shared) {
    this.time = time;
    this.workers = workers;
    this.shared = shared;
    store = new MemoryMailStore(time);
    accounts = new MemoryAccounts(store);
    throttle = new LoginThrottle(time, random);
    logIns = logIns(Mechanisms.withoutTokens(accounts, random));
  }

  private LogIns logIns(Mechanisms mechanisms) {
    PasswordQueue queue = new PasswordQueue(workers, 2);
    return LogIns.of(accounts, mechanisms, throttle, queue, time, FAILURE_DELAY);
  }

  /** Has the protocol's service, the same one each time, listen. */
  protected abstract Listener listen(
      Wire wire, InetSocketAddress address, Optional<TlsContext> implicitTls);

  /** What was said about parameters. */
  protected final Settings settings(ParamSet... parameters) {
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

  /** The threads that sessions run on. */
  protected final Executor workers() {
    return workers;
  }

  /** Has content put into {@code other} while it comes. To be called before anybody connects. */
  protected final void stageIn(Path other) {
    staging = new StagingArea(other, StagingArea.Limits.DEFAULT);
  }

  /** Where content is put while it comes. */
  protected final StagingArea staging() {
    if (staging == null) {
      try {
        folder = Files.createTempDirectory("staging");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      staging = new StagingArea(folder, StagingArea.Limits.DEFAULT);
    }
    return staging;
  }

  @Override
  public final void given(String words) {
    Sentences.given(this, words);
  }

  @Override
  public final void when(String words) {
    Sentences.when(this, words);
  }

  @Override
  public final void set(String parameter, String value) {
    settings.put(parameter, value);
  }

  @Override
  public void role(String name) {
    throw new IllegalArgumentException("This protocol has no role " + name);
  }

  /** They always are. */
  @Override
  public final void inClear() {}

  @Override
  public final void fromElsewhere() {
    far = true;
  }

  @Override
  public void loggedIn() {
    throw new IllegalArgumentException("A log-in is a part of this protocol's transcripts");
  }

  @Override
  public final void tokens() {
    logIns = logIns(TestTokens.mechanisms(accounts, random));
  }

  @Override
  public final void withoutCertificate() {
    certified = false;
  }

  @Override
  public final void failAt(String method, RuntimeException failure) {
    trouble(
        TroubledStore.before(
            method,
            () -> {
              throw failure;
            }));
  }

  @Override
  public final MailStore mail() {
    return store;
  }

  @Override
  public final Accounts accounts() {
    return accounts;
  }

  @Override
  public final void pass(Duration step) {
    time.advance(step);
  }

  @Override
  public final void stop() {
    shutDown();
  }

  @Override
  public final void forgetExpunged() {
    store.forgetExpunged();
  }

  @Override
  public final void guess() {
    Guess guess = new Guess();
    if (throttle.admit(InetAddress.getLoopbackAddress(), "ada", guess)
        instanceof LoginThrottle.Admission.Now now) {
      guess.turn(now.turn());
    }
    while (!guess.made) {
      time.advance(Duration.ofSeconds(1));
    }
    time.advance(FAILURE_DELAY);
  }

  private final class Guess implements LoginThrottle.Waiting {
    private boolean made;

    @Override
    public boolean mayHaveLeft() {
      return false;
    }

    @Override
    public boolean hasLeft() {
      return false;
    }

    @Override
    public void turn(LoginThrottle.Turn turn) {
      turn.wrong(Optional.of(Secret.of("guess " + time.nanoTime())));
      made = true;
    }

    @Override
    public void refused() {
      throw new AssertionError("a guess cannot be made");
    }
  }

  /** A turn may wait for its client; one that checks a password only seems to. */
  @Override
  public final void settle() {
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

  /** Has sessions run on these threads. To be called before anybody connects. */
  public final void turnsOn(Executor other) {
    workers.threads = other;
  }

  /** How often a worker was asked for a session's turns, once none has one. */
  public final int workersAsked() {
    while (workers.running.get() > 0) {
      Thread.onSpinWait();
    }
    return workers.asked.get();
  }

  /** The threads of the house, which know how many of them are at work. */
  private static final class Turns implements Executor, AutoCloseable {
    private final Workers own = Workers.named("house", 16);
    private volatile Executor threads = own;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public void execute(Runnable turn) {
      asked.incrementAndGet();
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
      own.close();
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
    public List<Listener> listen(List<Listener.Terms> all) {
      return near.listen(all.stream().map(FarWire::far).toList());
    }

    private static Listener.Terms far(Listener.Terms terms) {
      return new Listener.Terms(
          terms.options(), connection -> terms.sessions().apply(new FarConnection(connection)));
    }

    @Override
    public CompletionStage<Connection> connect(
        SocketAddress peer, ConnectOptions options, Function<Connection, Session> session) {
      return near.connect(peer, options, session);
    }

    @Override
    public Questions questions() {
      return near.questions();
    }

    @Override
    public CompletionStage<Void> pulse() {
      return near.pulse();
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
    return Sentences.mailbox(this, name);
  }

  /** Puts messages into a mailbox of ada's, in one go. */
  public final void deliver(String mailbox, List<byte[]> messages) {
    Sentences.deliver(this, mailbox, messages);
  }

  /** Puts a message into a mailbox of ada's. */
  public final void deliver(String mailbox, byte[] octets) {
    deliver(mailbox, List.of(octets));
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
    if (staging != null) {
      int left = shared ? 0 : staging.staged();
      staging.close();
      deleteFolder();
      if (left > 0) {
        throw new AssertionError(left + " contents were staged and not given back");
      }
    }
  }

  private void deleteFolder() {
    if (folder == null) {
      return; // it is the test's
    }
    try (Stream<Path> left = Files.walk(folder)) {
      for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
