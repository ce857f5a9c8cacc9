package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.door.Door;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.TestTls;
import org.postroom.core.wire.CertificateAuthority;

/**
 * The server is told to stop (SIGTERM) while clients of all protocols are in the middle of what
 * they do. Each hears the end of what it has begun, or a goodbye, and nothing else. What was
 * promised is there at the next start, once; what heard a goodbye instead of a promise is not, so
 * that nobody who tries again does so twice. {@code -Dpostroom.stop.rounds=20} for long.
 */
@Tag("process")
@Tag("scaled")
final class StopUnderLoadTest {
  private static final long PATIENCE_SECONDS = 120;
  private static final int PATIENCE_MILLIS = 120_000;
  private static final int SENDERS = 4;
  private static final int CHUNKERS = 2;
  private static final int SUBMITTERS = 2;
  private static final int APPENDERS = 3;
  private static final int COLLECTORS = 3;
  private static final String ADA = "ada@" + Site.DOMAIN;
  private static final String ARCHIVIST = "bea@" + Site.DOMAIN;

  @TempDir private Path folder;

  private final AtomicInteger serial = new AtomicInteger();

  private final Set<Integer> promised = ConcurrentHashMap.newKeySet();
  private final Set<Integer> collected = ConcurrentHashMap.newKeySet();

  private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
  private final Semaphore good = new Semaphore(0);
  private final AtomicInteger goodbyes = new AtomicInteger();
  private volatile boolean stopping;

  /** What clients of a protocol may hear: answers, and the last words of a server that stops. */
  private enum Words {
    SMTP("(220|235|250|354)[ -].*", "421 4\\.3\\.2 .*"),
    IMAP("\\* (?!BYE|NO|BAD).*|\\+ .*|t OK .*", "\\* BYE \\[UNAVAILABLE] .*"),
    POP3("\\+OK.*", "-ERR \\[SYS/TEMP] Server shutting down\\.");

    private final Pattern answer;
    private final Pattern goodbye;

    Words(String answer, String goodbye) {
      this.answer = Pattern.compile(answer);
      this.goodbye = Pattern.compile(goodbye);
    }
  }

  @Test
  @Shows("A2.15")
  void nobodyHearsAnythingButTheEndOfWhatItBeganOrAGoodbye() throws Exception {
    int rounds = Integer.getInteger("postroom.stop.rounds", 2);
    Random random = new Random(4711);
    Site site = new Site(folder);
    site.set("smtpd_client_connection_count_limit", "0");
    ServerProcess server = site.start();
    try {
      site.addAccounts(accounts());
      for (int round = 0; round < rounds; round++) {
        loadAndStop(site, server, 100 + random.nextInt(400));
        server = site.start();
        check(server, round);
      }
    } finally {
      server.close();
    }
    int sessionsThatStay = SENDERS + CHUNKERS + SUBMITTERS + APPENDERS;
    assertThat(goodbyes).hasValueGreaterThanOrEqualTo(rounds * sessionsThatStay);
  }

  private static List<String> accounts() {
    List<String> names = new ArrayList<>(List.of("ada", "bea"));
    for (int i = 0; i < COLLECTORS; i++) {
      names.add("collector" + i);
    }
    return names;
  }

  private static String collector(int number) {
    return "collector" + number + "@" + Site.DOMAIN;
  }

  private void loadAndStop(Site site, ServerProcess server, int answers) throws Exception {
    SSLContext trusting = CertificateAuthority.trusting(Files.readString(site.authority()));
    stopping = false;
    good.drainPermits();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      clients.add(client(() -> plain(server, Role.MX, Words.SMTP), this::send));
    }
    for (int i = 0; i < CHUNKERS; i++) {
      clients.add(client(() -> plain(server, Role.MX, Words.SMTP), this::sendInChunks));
    }
    for (int i = 0; i < SUBMITTERS; i++) {
      clients.add(
          client(
              () ->
                  new Talk(
                      TestTls.startTls(socket(server, Role.SUBMISSIONS), trusting), Words.SMTP),
              this::submit));
    }
    for (int i = 0; i < APPENDERS; i++) {
      clients.add(client(() -> plain(server, Role.IMAP, Words.IMAP), this::append));
    }
    for (int i = 0; i < COLLECTORS; i++) {
      int number = i;
      clients.add(
          new Thread(() -> untilGoodbye(() -> collect(server, collector(number))), "collector"));
    }
    clients.forEach(Thread::start);
    boolean enough = good.tryAcquire(answers, PATIENCE_SECONDS, TimeUnit.SECONDS);

    stopping = true;
    server.stop();

    for (Thread client : clients) {
      client.join();
    }
    assertThat(surprises).as("what clients heard that they should not").isEmpty();
    assertThat(enough).as("%d answers; it said:\n%s", answers, server.said()).isTrue();
  }

  // --- clients

  private interface Opening {
    Talk open() throws IOException;
  }

  private interface Conversation {
    void run(Talk talk) throws IOException, Goodbye;
  }

  /** One that stays, so that it hears a goodbye whatever it does. */
  private Thread client(Opening opening, Conversation conversation) {
    return new Thread(
        () ->
            untilGoodbye(
                () -> {
                  try (Talk talk = opening.open()) {
                    talk.answer();
                    conversation.run(talk);
                  }
                }));
  }

  private interface Life {
    void run() throws IOException, Goodbye;
  }

  private void untilGoodbye(Life life) {
    try {
      life.run();
    } catch (Goodbye e) {
      goodbyes.incrementAndGet();
    } catch (IOException | RuntimeException | AssertionError e) {
      surprises.add(e);
    }
  }

  private void send(Talk talk) throws IOException, Goodbye {
    talk.say("EHLO client.example");
    sendMails(talk, "bob@example.net");
  }

  private void submit(Talk talk) throws IOException, Goodbye {
    String response = "\0" + ADA + "\0" + Site.PASSWORD;
    talk.say("EHLO client.example");
    talk.say("AUTH PLAIN " + Base64.getEncoder().encodeToString(response.getBytes(US_ASCII)));
    sendMails(talk, ADA);
  }

  private void sendMails(Talk talk, String from) throws IOException, Goodbye {
    while (true) {
      int number = begin(talk, from);
      talk.say("DATA");
      talk.put(body(number) + ".\r\n");
      talk.answer();
      keep(number);
    }
  }

  private void sendInChunks(Talk talk) throws IOException, Goodbye {
    talk.say("EHLO client.example");
    while (true) {
      int number = begin(talk, "bob@example.net");
      String body = body(number);
      int half = body.length() / 2;
      talk.say("BDAT " + half + "\r\n" + body.substring(0, half), "");
      talk.say("BDAT " + (body.length() - half) + " LAST\r\n" + body.substring(half), "");
      keep(number);
    }
  }

  /** Says for whom a mail is: some are for somebody who collects them. */
  private int begin(Talk talk, String from) throws IOException, Goodbye {
    int number = serial.incrementAndGet();
    String to = number % 2 == 0 ? ADA : collector(number / 2 % COLLECTORS);
    talk.say("MAIL FROM:<" + from + ">");
    talk.say("RCPT TO:<" + to + ">");
    return number;
  }

  private void append(Talk talk) throws IOException, Goodbye {
    talk.tagged("LOGIN " + ARCHIVIST + " \"" + Site.PASSWORD + "\"");
    while (true) {
      int number = serial.incrementAndGet();
      String body = body(number);
      talk.say("t APPEND INBOX {" + body.length() + "}");
      talk.put(body + "\r\n");
      talk.tagged();
      keep(number);
    }
  }

  /** Comes again and again, takes a mail and leaves; what QUIT is answered well is gone. */
  private void collect(ServerProcess server, String account) throws IOException, Goodbye {
    while (true) {
      try (Talk talk = collector(server)) {
        if (talk == null) {
          return; // came when nobody was there any more
        }
        talk.say("USER " + account);
        talk.say("PASS " + Site.PASSWORD);
        if (talk.say("STAT").startsWith("+OK 0 ")) {
          talk.say("QUIT");
        } else {
          int number = number(talk.lines("TOP 1 0"));
          talk.say("DELE 1");
          talk.say("QUIT");
          assertThat(collected.add(number)).as("mail %d is collected once", number).isTrue();
          good.release();
        }
      }
    }
  }

  /** Somebody who has been greeted; null when the server has stopped before that. */
  private @Nullable Talk collector(ServerProcess server) throws IOException, Goodbye {
    Talk talk = null;
    boolean greeted = false;
    try {
      talk = plain(server, Role.POP3, Words.POP3);
      talk.answer();
      greeted = true;
      return talk;
    } catch (IOException e) {
      if (stopping) {
        return null;
      }
      throw e;
    } finally {
      if (talk != null && !greeted) {
        talk.close();
      }
    }
  }

  private void keep(int number) {
    promised.add(number);
    good.release();
  }

  private static String body(int number) {
    // Most are small, some go to their segment, and take a while to come.
    int size = number % 20 == 0 ? 400_000 : number % 5 == 0 ? 40_000 : 900;
    StringBuilder text = new StringBuilder("Subject: " + number + "\r\n\r\n");
    while (text.length() < size) {
      text.append("this is what a line of mail ").append(number).append(" says\r\n");
    }
    return text.toString();
  }

  private static int number(String message) {
    int start = message.indexOf("Subject: ") + 9;
    return Integer.parseInt(message.substring(start, message.indexOf('\r', start)));
  }

  // --- what is there afterwards

  private void check(ServerProcess server, int round) throws IOException {
    assertThat(promised).as("round %d", round).containsAll(collected);
    Set<Integer> expected = new TreeSet<>(promised);
    expected.removeAll(collected);
    assertThat(found(server)).as("round %d", round).isEqualTo(expected);
  }

  private static Set<Integer> found(ServerProcess server) throws IOException {
    Set<Integer> found = new TreeSet<>();
    for (String account : accounts()) {
      try (ImapDialogue imap =
          ImapDialogue.open(server.port(Role.IMAP), account + "@" + Site.DOMAIN)) {
        imap.ok("SELECT INBOX");
        imap.fetch(
            "1:*",
            message -> {
              String text = new String(message.octets(), US_ASCII);
              int number = number(text);
              assertThat(found.add(number)).as("mail %d is there once", number).isTrue();
              assertThat(text.endsWith(body(number))).as("mail %d is whole", number).isTrue();
            });
      }
    }
    return found;
  }

  // --- what is said and heard

  /** The server has said goodbye, and then nothing. */
  private static final class Goodbye extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static Socket socket(ServerProcess server, Door role) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port(role));
  }

  private static Talk plain(ServerProcess server, Door role, Words words) throws IOException {
    return new Talk(socket(server, role), words);
  }

  /** A client's side of a connection on which nothing but answers and a goodbye is heard. */
  private static final class Talk implements AutoCloseable {
    private final Socket socket;
    private final Words words;
    private final InputStream in;

    Talk(Socket socket, Words words) throws IOException {
      this.socket = socket;
      this.words = words;
      this.in = new BufferedInputStream(socket.getInputStream());
      socket.setSoTimeout(PATIENCE_MILLIS);
    }

    void put(String text) throws IOException {
      try {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
      } catch (SocketException e) {
        // Closed while this was under way: why, is what can still be read.
      }
    }

    String say(String line) throws IOException, Goodbye {
      return say(line, "\r\n");
    }

    String say(String text, String end) throws IOException, Goodbye {
      put(text + end);
      return answer();
    }

    /** The last line of an answer. */
    String answer() throws IOException, Goodbye {
      String line = good();
      while (words == Words.SMTP && line.charAt(3) == '-') {
        line = good();
      }
      return line;
    }

    void tagged(String command) throws IOException, Goodbye {
      put("t " + command + "\r\n");
      tagged();
    }

    void tagged() throws IOException, Goodbye {
      String line = good();
      while (!line.startsWith("t ")) {
        line = good();
      }
    }

    /** What POP3 answers with many lines. */
    String lines(String command) throws IOException, Goodbye {
      StringBuilder lines = new StringBuilder(say(command));
      String line = SmtpDialogue.line(in);
      while (!line.equals(".")) {
        lines.append("\r\n").append(line);
        line = SmtpDialogue.line(in);
      }
      return lines.toString();
    }

    private String good() throws IOException, Goodbye {
      String line = SmtpDialogue.line(in);
      if (words.goodbye.matcher(line).matches()) {
        assertThat(new String(in.readAllBytes(), ISO_8859_1)).as("after %s", line).isEmpty();
        throw new Goodbye();
      }
      assertThat(line).as("heard").matches(words.answer);
      return line;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
