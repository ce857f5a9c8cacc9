package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.postroom.core.auth.Accounts;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.door.Door;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.testing.House;
import org.postroom.core.testing.Sentences;
import org.postroom.core.testing.TestTls;
import org.postroom.core.testing.TestTokens;
import org.postroom.core.testing.Until;
import org.postroom.core.time.Timers;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.transcript.LeftOut;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.transcript.Stage;
import org.postroom.core.transcript.Transcript;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.storage.Storage;

/**
 * The whole server as the house that transcripts play in: assembled as everybody assembles it, on
 * SQL, its clients on sockets, its time virtual. Started when it is first needed; what cannot be so
 * in it is said here, and nowhere else.
 */
final class WholeHouse implements House, Stage, AutoCloseable {
  /** Where TLS comes first for who would come here. */
  private static final Map<Door, Door> UNDER_TLS =
      Map.of(
          Role.SUBMISSION, Role.SUBMISSIONS,
          Role.ALTERNATIVE, Role.SUBMISSIONS,
          Role.POP3, Role.POP3S,
          Role.IMAP, Role.IMAPS);

  private final Protocol protocol;
  private final boolean encrypted;
  private final Storage storage;
  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  private final ObservedTimers timers = new ObservedTimers(time, new AtomicLong());
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final List<String> furniture = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private Door role;
  private InetAddress clientsFrom = InetAddress.getLoopbackAddress();
  private boolean loggedIn;
  private boolean tokens;
  private int guesses;
  private MailServer server;
  private CompletableFuture<Void> stopping = CompletableFuture.completedFuture(null);
  private Duration lastStep = Duration.ZERO;

  /**
   * A house.
   *
   * @param encrypted whether clients come over TLS: at once where the protocol has a port for that,
   *     else by STARTTLS, before the transcript begins
   */
  private WholeHouse(Protocol protocol, boolean encrypted, Storage storage) {
    this.protocol = protocol;
    this.encrypted = encrypted;
    this.storage = storage;
    this.role = protocol.role();
  }

  /** Holds a conversation in a house of its own. */
  static void play(Protocol protocol, Transcript transcript, boolean encrypted, Storage storage) {
    try (WholeHouse house = new WholeHouse(protocol, encrypted, storage)) {
      transcript.run(house);
    }
  }

  // What is said.

  @Override
  public void given(String words) {
    if (server == null && !Sentences.isOfBuilding(words)) {
      furniture.add(words);
    } else {
      Sentences.given(this, words);
    }
  }

  @Override
  public void when(String words) {
    open();
    lastStep = Duration.ZERO;
    Sentences.when(this, words);
  }

  // How it is built.

  @Override
  public void set(String parameter, String value) {
    if (server != null) {
      throw new IllegalStateException("The server runs already: " + parameter);
    }
    settings.put(parameter, value);
  }

  @Override
  public void role(String name) {
    role = org.postroom.smtp.server.Role.valueOf(name).door();
  }

  @Override
  public void inClear() {
    if (encrypted) {
      throw new LeftOut("it is about a connection in clear");
    }
  }

  @Override
  public void fromElsewhere() {
    clientsFrom = addressBesideLoopback();
  }

  @Override
  public void loggedIn() {
    loggedIn = true;
  }

  @Override
  public void tokens() {
    tokens = true;
  }

  @Override
  public void withoutCertificate() {
    throw new LeftOut("a whole server is never without a certificate");
  }

  @Override
  public void failAt(String method, RuntimeException failure) {
    throw new LeftOut("a whole server's store does not fail at one place only");
  }

  private static InetAddress addressBesideLoopback() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
          .findFirst()
          .orElseThrow(() -> new LeftOut("this machine has no address beside the loopback's"));
    } catch (SocketException e) {
      throw new AssertionError("this machine's addresses cannot be read", e);
    }
  }

  private void open() {
    if (server != null) {
      return;
    }
    ServerBuilder builder =
        TestServer.builder()
            .hostname("mail.example.org")
            .storage(storage)
            .bind(InetAddress.getLoopbackAddress())
            .listen(listener(), 0)
            .listen(Role.POP3, 0)
            .resolver(ZoneResolver.of())
            .time(time, timers);
    if (tokens) {
      builder.tokens(new TestTokens());
    }
    settings.forEach(builder::set);
    server = builder.start();
    // A database may have served another house.
    accounts().list().forEach(account -> accounts().delete(account.id()));
    furniture.forEach(words -> Sentences.given(this, words));
  }

  private Door listener() {
    if (!encrypted) {
      return role;
    }
    return UNDER_TLS.getOrDefault(role, role);
  }

  // What is in it.

  @Override
  public MailStore mail() {
    return server.inside().mail();
  }

  @Override
  public Accounts accounts() {
    return server.inside().accounts();
  }

  // What happens to it.

  /** Until it has not asked for the time for a while. One that checks a password only seems so. */
  @Override
  public void settle() {
    long seen = -1;
    while (seen != timers.asked().get()) {
      seen = timers.asked().get();
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Override
  public void pass(Duration step) {
    lastStep = step;
    time.advance(step);
  }

  /**
   * The server may have been late, and begun to wait when the time had passed already: somebody who
   * has said nothing since, and waits for what the time was to bring, lets it pass once more.
   */
  private void passAgain() {
    time.advance(lastStep);
  }

  /** Whoever is still connected then hears the last words. */
  @Override
  public void stop() {
    stopping = CompletableFuture.runAsync(server::close);
  }

  /** By waiting until it does so of itself, which must not be too long for the clients. */
  @Override
  public void forgetExpunged() {
    Until.so(
        () -> {
          if (!remembersExpunged()) {
            return true;
          }
          // Time goes on beside work that takes long, and in a database there may be much that
          // servers before this one have left to be cleared away.
          time.advance(Duration.ofMinutes(9));
          clients.forEach(protocol::keepAlive);
          settle();
          return false;
        });
  }

  private boolean remembersExpunged() {
    MailboxId inbox = Sentences.mailbox(this, "INBOX");
    List<Long> all = new ArrayList<>();
    mail().read(inbox, UidSet.range(1, 0xFFFF_FFFFL), Set.of(), row -> all.add(row.uid()));
    return all.size() > mail().snapshot(inbox).uids().size();
  }

  /** By POP3; the answer comes late, so time passes. */
  @Override
  public void guess() {
    try (Client guesser = new Client(server.address(Role.POP3))) {
      guesser.send("USER ada\r\nPASS guess " + ++guesses + "\r\n");
      lastStep = Duration.ofSeconds(1);
      String heard = guesser.readLine() + "\n" + guesser.readLine() + "\n" + guesser.readLine();
      lastStep = Duration.ZERO;
      if (!heard.contains("\n-ERR [AUTH]")) {
        throw new AssertionError("a guess cannot be made:\n" + heard);
      }
    }
  }

  // Who comes.

  @Override
  public Peer connect(int number) {
    open();
    Client client = new Client(server.address(listener()));
    clients.add(client);
    if (encrypted) {
      client.encrypt(listener().implicitTls());
    }
    if (loggedIn) {
      protocol.logIn(client);
    }
    return client;
  }

  /** A client, which may be in TLS when the transcript begins, as if it had been from the start. */
  private final class Client implements Peer {
    private final Socket socket;
    private SocketPeer peer;
    private ByteArrayInputStream greeting = new ByteArrayInputStream(new byte[0]);

    Client(InetSocketAddress address) {
      try {
        socket = new Socket(address.getAddress(), address.getPort(), clientsFrom, 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      peer = SocketPeer.on(socket, WholeHouse.this::passAgain);
    }

    /** The server's greeting comes but once: what it said in clear is heard inside. */
    void encrypt(boolean atOnce) {
      if (!atOnce) {
        String said = readLine() + "\r\n";
        protocol.startTls(this);
        greeting = new ByteArrayInputStream(said.getBytes(UTF_8));
      }
      try {
        SSLContext trusting = CertificateAuthority.trusting(server.authority().orElseThrow());
        peer = SocketPeer.on(TestTls.startTls(socket, trusting), WholeHouse.this::passAgain);
      } catch (IOException e) {
        throw new AssertionError("TLS cannot be had", e);
      }
    }

    @Override
    public void send(byte[] octets) {
      lastStep = Duration.ZERO;
      peer.send(octets);
    }

    @Override
    public int read() {
      int octet = greeting.read();
      return octet >= 0 ? octet : peer.read();
    }

    @Override
    public void close() {
      peer.close();
    }
  }

  /** Timers of a virtual time, which count how often they were asked. */
  private record ObservedTimers(VirtualTime time, AtomicLong asked) implements Timers {
    @Override
    public Timer after(Duration delay, Runnable task) {
      asked.incrementAndGet();
      return time.after(delay, task);
    }

    @Override
    public long nanoTime() {
      asked.incrementAndGet();
      return time.nanoTime();
    }
  }

  @Override
  public void close() {
    clients.forEach(Client::close);
    if (server != null) {
      server.close();
    }
    stopping.join();
  }
}
