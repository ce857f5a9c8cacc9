package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.postroom.core.door.Door;

/**
 * Those who mean harm, strangers and the owner of one account, each kind in its own way, without a
 * break. A turn of theirs costs little, so that what they use up is the server's and not the
 * machine's: they hold what a server has few of, or have it do what is dear. What they hear does
 * not matter.
 */
final class HostileMixture implements AutoCloseable {
  /** Account of the one who has logged in. */
  static final String ACCOUNT = "eve";

  private static final String EVE = ACCOUNT + "@" + Site.DOMAIN;
  private static final String LOGIN = "a LOGIN " + EVE + " \"" + Site.PASSWORD + "\"";
  private static final String LARGE = "Subject: large\r\n\r\n" + "y".repeat(3_000_000) + "\r\n";
  private static final String ENDLESS = "Subject: " + "x".repeat(1_000_000);
  private static final int NETWORKS = 200;
  private static final int PARTS = 500;
  private static final int TURN_MILLIS = 500;
  private static final int PATIENCE_SECONDS = 120;

  private final ServerProcess server;
  private final List<Kind> kinds = new ArrayList<>();
  private final ScheduledExecutorService turns;

  private HostileMixture(ServerProcess server) throws GeneralSecurityException {
    this.server = server;
    SSLContext tls = SSLContext.getDefault();
    add("half-sent literals", 100, this::halfLiteral);
    add("answers left unread", 20, this::unreadAnswer);
    add("slow content", 40, this::slowContent);
    add("headers without end", 20, this::endlessHeader);
    add("log-ins of nobody", 0, this::nobody);
    add("guesses", 20, this::guess);
    add("idle strangers", 500, this::idle);
    add("half lines", 200, this::halfLine);
    add("hellos of TLS", 40, kind -> hello(kind, tls));
    add("structures", 0, this::structure);
    add("resets", 0, this::reset);
    turns = Executors.newScheduledThreadPool(kinds.size());
  }

  /** Puts in what they ask for later; the account must be there. Once for a site. */
  static void provide(ServerProcess server) throws IOException {
    try (ImapDialogue eve = ImapDialogue.open(server.port(Role.IMAP), EVE)) {
      eve.ok("CREATE Large");
      eve.append("Large", LARGE.getBytes(US_ASCII));
    }
  }

  /** Begins; what they ask for must be there. */
  static HostileMixture begin(ServerProcess server) throws GeneralSecurityException {
    HostileMixture mixture = new HostileMixture(server);
    for (Kind kind : mixture.kinds) {
      var unused =
          mixture.turns.scheduleWithFixedDelay(kind, 0, TURN_MILLIS, TimeUnit.MILLISECONDS);
    }
    return mixture;
  }

  private void add(String name, int most, Attack attack) {
    kinds.add(new Kind(name, kinds.size(), most, attack));
  }

  private interface Attack {
    void turn(Kind kind) throws IOException, GeneralSecurityException;
  }

  /** One way to do harm, and the connections that it holds. */
  private static final class Kind implements Runnable {
    private final String name;
    private final int number;
    private final int most;
    private final Attack attack;
    private final Deque<Stranger> held = new ArrayDeque<>();
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger cut = new AtomicInteger();
    private final AtomicInteger holds = new AtomicInteger();
    private volatile @Nullable Throwable fault;

    Kind(String name, int number, int most, Attack attack) {
      this.name = name;
      this.number = number;
      this.most = most;
      this.attack = attack;
    }

    @Override
    public void run() {
      try {
        attack.turn(this);
      } catch (IOException e) {
        cut.incrementAndGet(); // sent away
      } catch (GeneralSecurityException | RuntimeException | Error e) {
        fault = e; // it has no other turn
        throw new IllegalStateException(e);
      }
      turns.incrementAndGet();
    }

    /** Each kind has networks of its own, a turn the next. */
    String address() {
      return "127." + (60 + number) + "." + turns.get() % NETWORKS + ".1";
    }

    /** Held open from now on, in the place of the one that has been for longest. */
    Stranger hold(Stranger stranger) throws IOException {
      held.add(stranger);
      if (held.size() > most) {
        held.remove().close();
      }
      holds.set(held.size());
      return stranger;
    }

    void release() throws IOException {
      for (Stranger stranger : held) {
        stranger.close();
      }
    }
  }

  // --- what they do

  private Stranger eve(Kind kind) throws IOException {
    Stranger eve = kind.hold(Stranger.narrow(kind.address(), server.port(Role.IMAP)));
    eve.ask(LOGIN, "a OK");
    return eve;
  }

  private void halfLiteral(Kind kind) throws IOException {
    Stranger eve = eve(kind);
    if (kind.turns.get() % 2 == 0) {
      eve.say("b CREATE {100}\r\n");
    } else {
      eve.say("b APPEND INBOX {1000000+}\r\nSubject: half\r\n");
    }
  }

  private void unreadAnswer(Kind kind) throws IOException {
    Stranger eve = eve(kind);
    eve.ask("b SELECT Large", "b OK");
    eve.say("c FETCH 1 BODY.PEEK[]\r\n");
  }

  private Stranger content(Kind kind) throws IOException {
    Stranger sender = kind.hold(Stranger.from(kind.address(), server.port(Role.MX)));
    sender.ask("HELO client.example", "250");
    sender.ask("MAIL FROM:<s@example.net>", "250");
    sender.ask("RCPT TO:<" + EVE + ">", "250");
    sender.ask("DATA", "354");
    return sender;
  }

  private void slowContent(Kind kind) throws IOException {
    content(kind).say("Subject: slow\r\n\r\n");
    for (Stranger sender : kind.held) {
      sender.say("z");
    }
  }

  private void endlessHeader(Kind kind) throws IOException {
    content(kind).say(ENDLESS);
  }

  /** A log-in that its client does not wait for. */
  private void nobody(Kind kind) throws IOException {
    try (Stranger stranger = Stranger.from(kind.address(), server.port(Role.IMAP))) {
      stranger.say("a LOGIN nobody" + kind.turns + "@" + Site.DOMAIN + " w\r\n");
    }
  }

  /** All of one network. */
  private void guess(Kind kind) throws IOException {
    String network = "127." + (60 + kind.number) + ".0." + (1 + kind.turns.get() % NETWORKS);
    Stranger stranger = kind.hold(Stranger.from(network, server.port(Role.POP3)));
    stranger.say("USER post0@" + Site.DOMAIN + "\r\nPASS guess" + kind.turns + "\r\n");
  }

  private void idle(Kind kind) throws IOException {
    for (Door role : List.of(Role.MX, Role.POP3, Role.IMAP)) {
      for (int i = 0; i < 2; i++) {
        kind.hold(Stranger.from(kind.address(), server.port(role)));
      }
    }
  }

  private void halfLine(Kind kind) throws IOException {
    String half = "A".repeat(79_000);
    kind.hold(Stranger.from(kind.address(), server.port(Role.IMAP)))
        .say("a AUTHENTICATE PLAIN " + half);
    kind.hold(Stranger.from(kind.address(), server.port(Role.POP3))).say("AUTH PLAIN " + half);
  }

  /** A hello in the same breath, which is not waited for; or half of one. */
  private void hello(Kind kind, SSLContext tls) throws IOException {
    SSLEngine engine = tls.createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer octets = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), octets);
    byte[] hello = Arrays.copyOf(octets.array(), octets.position());
    Stranger whole = kind.hold(Stranger.from(kind.address(), server.port(Role.IMAP)));
    whole.ask("a STARTTLS", "a OK");
    whole.say(hello);
    Stranger half = kind.hold(Stranger.from(kind.address(), server.port(Role.POP3)));
    half.ask("STLS", "+OK ");
    half.say(Arrays.copyOf(hello, hello.length / 2));
  }

  /** A message of many parts, asked for by its structure and removed. */
  private void structure(Kind kind) throws IOException {
    String part = "--x\r\nContent-Type: text/plain; name=\"" + "n".repeat(900) + "\"\r\n\r\n\r\n";
    String message =
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
            + part.repeat(PARTS);
    try (Stranger eve = Stranger.from(kind.address(), server.port(Role.IMAP))) {
      eve.ask(LOGIN, "a OK");
      eve.ask("b APPEND INBOX {" + message.length() + "+}\r\n" + message, "b OK");
      eve.ask("c SELECT INBOX", "c OK");
      eve.ask("d FETCH * (ENVELOPE BODYSTRUCTURE)", "d OK");
      eve.ask("e STORE * +FLAGS.SILENT (\\Deleted)", "e OK");
      eve.ask("f EXPUNGE", "f OK");
    }
  }

  private void reset(Kind kind) throws IOException {
    for (Door role : List.of(Role.MX, Role.POP3, Role.IMAP)) {
      Stranger stranger = Stranger.from(kind.address(), server.port(role));
      stranger.say("NOOP");
      stranger.cut();
    }
  }

  // --- afterwards

  /** How often each kind has had its turn, by its name. */
  Map<String, Integer> turns() {
    for (Kind kind : kinds) {
      Throwable fault = kind.fault;
      if (fault != null) {
        throw new AssertionError("a fault of the mixture's own, by " + kind.name, fault);
      }
    }
    Map<String, Integer> found = new TreeMap<>();
    kinds.forEach(kind -> found.put(kind.name, kind.turns.get()));
    return found;
  }

  /** How many connections they hold open. */
  int connections() {
    return kinds.stream().mapToInt(kind -> kind.holds.get()).sum();
  }

  /** How often each kind was sent away, by its name; for a report. */
  Map<String, Integer> cut() {
    Map<String, Integer> found = new TreeMap<>();
    kinds.forEach(kind -> found.put(kind.name, kind.cut.get()));
    return found;
  }

  /** All of them leave. */
  @Override
  public void close() throws IOException {
    turns.shutdown();
    try {
      if (!turns.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a turn does not end");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    for (Kind kind : kinds) {
      kind.release();
    }
  }
}
