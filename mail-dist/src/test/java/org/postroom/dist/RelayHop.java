package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The next server on a mail's way, which answers as a test tells it: well, unless a rule for the
 * line says otherwise. Rules go by how a line begins; the greeting goes by {@code CONNECT}, the
 * final dot by {@code .}. Who greets by LHLO has LMTP.
 */
final class RelayHop implements AutoCloseable {
  /** Instead of a reply: ends the connection. */
  static final String DROP = "drop";

  /** Instead of a reply: says nothing, and goes on listening. */
  static final String SILENCE = "silence";

  private final ServerSocket listener;
  private final Clock clock;
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final List<Visit> visits = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final BlockingQueue<Mail> mails = new LinkedBlockingQueue<>();
  private volatile List<String> offers = List.of("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN");
  private volatile SSLContext tls;
  private volatile boolean wantsCertificates;

  private RelayHop(ServerSocket listener, Clock clock) {
    this.listener = listener;
    this.clock = clock;
    Thread acceptor = new Thread(this::accept, "hop " + listener.getLocalSocketAddress());
    acceptor.setDaemon(true);
    acceptor.start();
  }

  /** A mail that was taken: the octets between DATA and the dot, dots undone. */
  record Mail(String from, List<String> to, String latin1, Instant at) {
    byte[] content() {
      return latin1.getBytes(ISO_8859_1);
    }

    String text() {
      return new String(content(), UTF_8);
    }
  }

  /** One connection: when it came, the lines that were heard, and in how many reads. */
  static final class Visit {
    final Instant at;

    /** The address that it came from. */
    final String from;

    final List<String> lines = new CopyOnWriteArrayList<>();

    /** What each read from the socket brought. */
    final List<String> reads = new CopyOnWriteArrayList<>();

    volatile boolean protectedByTls;

    /** The version of TLS. */
    volatile @Nullable String version;

    /** The certificate that the client has shown. */
    volatile @Nullable Certificate shown;

    Visit(Instant at, String from) {
      this.at = at;
      this.from = from;
    }
  }

  private static final class Rule {
    private final String prefix;
    private final String reply;
    private final CountDownLatch until;
    private int left;

    Rule(String prefix, String reply, int left) {
      this(prefix, reply, left, new CountDownLatch(0));
    }

    Rule(String prefix, String reply, int left, CountDownLatch until) {
      this.prefix = prefix;
      this.reply = reply;
      this.left = left;
      this.until = until;
    }

    String reply() {
      try {
        until.await();
        return reply;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    synchronized boolean takes(String line) {
      return left != 0 && line.toUpperCase(Locale.ROOT).startsWith(prefix) && left-- != 0;
    }
  }

  /** Listens on a free port of 127.0.0.1. */
  static RelayHop open(Clock clock) {
    return open(clock, "127.0.0.1", 0);
  }

  /** Listens there; 0 is a free port. */
  static RelayHop open(Clock clock, String address, int port) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getByName(address), port), 2000);
      return new RelayHop(listener, clock);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /** As relayhost names it. */
  String name() {
    return "[" + listener.getInetAddress().getHostAddress() + "]:" + port();
  }

  /** What EHLO is answered with, beside the name. */
  RelayHop offers(String... keywords) {
    offers = List.of(keywords);
    return this;
  }

  /** Shakes hands after STARTTLS. */
  RelayHop tls(SSLContext context) {
    tls = context;
    return this;
  }

  /** Asks clients for a certificate. */
  RelayHop wantsCertificates() {
    wantsCertificates = true;
    return this;
  }

  /** Answers lines that begin so with this, from now on. Later rules go before earlier ones. */
  RelayHop always(String prefix, String reply) {
    rules.add(0, new Rule(prefix.toUpperCase(Locale.ROOT), reply, -1));
    return this;
  }

  /** The same, for the next such line only. */
  RelayHop once(String prefix, String reply) {
    rules.add(0, new Rule(prefix.toUpperCase(Locale.ROOT), reply, 1));
    return this;
  }

  /** The same from now on, but not before something has happened. */
  RelayHop late(String prefix, String reply, CountDownLatch until) {
    rules.add(0, new Rule(prefix.toUpperCase(Locale.ROOT), reply, -1, until));
    return this;
  }

  /** Answers well again. */
  RelayHop well() {
    rules.clear();
    return this;
  }

  /** The next mail, which is waited for. */
  Mail await() {
    return await(Duration.ofSeconds(20));
  }

  /** The same with other patience. */
  Mail await(Duration patience) {
    try {
      Mail mail = mails.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (mail == null) {
        throw new AssertionError("No mail came within " + patience + "; visits: " + heard());
      }
      return mail;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** How many mails came that nobody has awaited. */
  int unread() {
    return mails.size();
  }

  List<Visit> visits() {
    return visits;
  }

  /** All lines of all connections. */
  List<String> heard() {
    return visits.stream().flatMap(visit -> visit.lines.stream()).toList();
  }

  /** Ends every open connection. */
  void hangUp() {
    for (Socket socket : List.copyOf(open)) {
      open.remove(socket);
      close(socket);
    }
  }

  /** Whether nobody is connected: all that clients had sent is dealt with. */
  boolean isIdle() {
    return open.isEmpty();
  }

  /** The most connections that were open at the same time, when a mail began. */
  int mostAtOnce() {
    return mostAtOnce.get();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    hangUp();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Visit visit = new Visit(clock.instant(), socket.getInetAddress().getHostAddress());
        visits.add(visit);
        Thread thread = new Thread(() -> serve(socket, visit), "hop visit " + visits.size());
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket, Visit visit) {
    try (socket) {
      new Conversation(socket, visit).run();
    } catch (IOException e) {
      // The client went; what was heard is kept.
    } finally {
      open.remove(socket);
    }
  }

  private String reply(String line, String otherwise) {
    return rules.stream()
        .filter(rule -> rule.takes(line))
        .map(Rule::reply)
        .findFirst()
        .orElse(otherwise);
  }

  private final class Conversation {
    private final Visit visit;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private @Nullable String from;
    private boolean eachIsAnswered;
    private final List<String> to = new ArrayList<>();

    Conversation(Socket socket, Visit visit) throws IOException {
      this.visit = visit;
      use(socket);
    }

    private void use(Socket other) throws IOException {
      socket = other;
      in = new Heard(other.getInputStream(), visit);
      out = other.getOutputStream();
    }

    void run() throws IOException {
      if (!say(reply("CONNECT", "220 hop.example ESMTP"))) {
        return;
      }
      while (true) {
        String line = SmtpDialogue.line(in);
        visit.lines.add(line);
        if (!handle(line)) {
          return;
        }
      }
    }

    private boolean handle(String line) throws IOException {
      String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
      switch (verb) {
        case "LHLO":
          eachIsAnswered = true; // RFC 2033, 4.2
          return say(reply(line, "250-hop.example" + keywords()));
        case "EHLO":
          return say(reply(line, "250-hop.example" + keywords()));
        case "STARTTLS":
          return startTls(line);
        case "MAIL":
          // Not at the beginning of a connection, when the end of another may be still unread.
          mostAtOnce.accumulateAndGet(open.size(), Math::max);
          String answer = reply(line, "250 2.1.0 Ok");
          if (answer.startsWith("250")) {
            from = path(line);
          }
          return say(answer);
        case "RCPT":
          String taken = from == null ? "503 5.5.1 MAIL first" : reply(line, "250 2.1.5 Ok");
          if (taken.startsWith("250")) {
            to.add(path(line));
          }
          return say(taken);
        case "DATA":
          String go = reply(line, to.isEmpty() ? "554 5.5.1 No recipients" : "354 Go");
          return say(go) && (!go.startsWith("354") || content());
        case "BDAT":
          return chunk(line);
        case "QUIT":
          say(reply(line, "221 2.0.0 Bye"));
          return false;
        default:
          return say(reply(line, "250 2.0.0 Ok"));
      }
    }

    private String keywords() {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < offers.size(); i++) {
        lines.append("\r\n250").append(i + 1 < offers.size() ? '-' : ' ').append(offers.get(i));
      }
      return offers.isEmpty() ? "\r\n250 HELP" : lines.toString();
    }

    private boolean startTls(String line) throws IOException {
      String answer = reply(line, tls == null ? "502 5.5.1 No" : "220 2.0.0 Go");
      if (!say(answer) || !answer.startsWith("220") || tls == null) {
        return !answer.equals(DROP);
      }
      SSLSocket secured =
          (SSLSocket)
              tls.getSocketFactory()
                  .createSocket(socket, socket.getInetAddress().getHostAddress(), 0, true);
      secured.setUseClientMode(false);
      secured.setWantClientAuth(wantsCertificates);
      secured.startHandshake();
      visit.version = secured.getSession().getProtocol();
      visit.shown = shown(secured.getSession());
      visit.protectedByTls = true;
      use(secured);
      return true;
    }

    /** One that is the last. */
    private boolean chunk(String line) throws IOException {
      String[] words = line.split(" ", -1);
      byte[] octets = in.readNBytes(Integer.parseInt(words[1]));
      String answer = reply(line, to.isEmpty() ? "503 5.5.1 No recipients" : "250 2.0.0 Ok: taken");
      String text = new String(octets, ISO_8859_1);
      if (answer.startsWith("250") && words.length == 3 && words[2].equals("LAST")) {
        mails.add(new Mail(String.valueOf(from), List.copyOf(to), text, clock.instant()));
        from = null;
        to.clear();
      }
      return say(answer);
    }

    private static @Nullable Certificate shown(SSLSession session) {
      try {
        return session.getPeerCertificates()[0];
      } catch (SSLPeerUnverifiedException e) {
        return null;
      }
    }

    private boolean content() throws IOException {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      for (String line = SmtpDialogue.line(in); !line.equals("."); line = SmtpDialogue.line(in)) {
        content.write((line.startsWith(".") ? line.substring(1) : line).getBytes(ISO_8859_1));
        content.write('\r');
        content.write('\n');
      }
      visit.lines.add(".");
      if (eachIsAnswered) {
        return answerEach(content.toString(ISO_8859_1));
      }
      String answer = reply(".", "250 2.0.0 Ok: taken");
      if (answer.startsWith("250")) {
        mails.add(
            new Mail(
                String.valueOf(from),
                List.copyOf(to),
                content.toString(ISO_8859_1),
                clock.instant()));
      }
      from = null;
      to.clear();
      return say(answer);
    }

    /** Rules go by {@code .address}. */
    private boolean answerEach(String content) throws IOException {
      boolean goesOn = true;
      List<String> taken = new ArrayList<>();
      for (String recipient : to) {
        String answer = goesOn ? reply("." + recipient, "250 2.0.0 Ok: taken") : DROP;
        goesOn = goesOn && say(answer);
        if (answer.startsWith("250")) {
          taken.add(recipient);
        }
      }
      mails.add(new Mail(String.valueOf(from), taken, content, clock.instant()));
      from = null;
      to.clear();
      return goesOn;
    }

    private boolean say(String reply) throws IOException {
      if (reply.equals(DROP)) {
        return false;
      }
      if (!reply.equals(SILENCE)) {
        out.write((reply + "\r\n").getBytes(UTF_8));
        out.flush();
      }
      return !reply.startsWith("421");
    }

    private static String path(String line) {
      return line.substring(line.indexOf('<') + 1, line.indexOf('>'));
    }
  }

  /** Reads ahead as a socket gives it, and notes what each read brought. */
  private static final class Heard extends InputStream {
    private final InputStream from;
    private final Visit visit;
    private final byte[] buffer = new byte[64 * 1024];
    private int position;
    private int end;

    Heard(InputStream from, Visit visit) {
      this.from = from;
      this.visit = visit;
    }

    @Override
    public int read() throws IOException {
      if (position == end) {
        end = Math.max(0, from.read(buffer));
        position = 0;
        if (end == 0) {
          return -1;
        }
        visit.reads.add(new String(buffer, 0, end, ISO_8859_1));
      }
      return buffer[position++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int first = read();
      if (first < 0) {
        return -1;
      }
      target[offset] = (byte) first;
      int more = Math.min(length - 1, end - position);
      System.arraycopy(buffer, position, target, offset + 1, more);
      position += more;
      return 1 + more;
    }
  }
}
