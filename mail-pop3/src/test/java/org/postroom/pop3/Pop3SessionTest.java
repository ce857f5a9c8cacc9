package org.postroom.pop3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.core.testing.ScramClient.base64;
import static org.postroom.core.testing.ScramClient.text;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.Settings;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.HandshakeTries;
import org.postroom.core.testing.ScramClient;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.TestTls;
import org.postroom.core.testing.TroubledStore;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.wire.HeldWorkers;
import org.postroom.pop3.param.Pop3Params;

@Timeout(60)
class Pop3SessionTest {
  private final Pop3House house = Pop3House.ofTranscripts();

  @AfterEach
  void close() {
    house.close();
  }

  private static byte[] mail(String text) {
    return text.replace("\n", "\r\n").getBytes(ISO_8859_1);
  }

  private static String ask(Peer peer, String line) {
    peer.send(line + "\r\n");
    return peer.readLine();
  }

  private static <P extends Peer> P loggedIn(P peer) {
    assertThat(peer.readLine()).startsWith("+OK");
    assertThat(ask(peer, "USER ada")).isEqualTo("+OK");
    assertThat(ask(peer, "PASS secret word")).isEqualTo("+OK Logged in.");
    return peer;
  }

  @Test
  void whoEndsItsSideHearsTheAnswersToWhatItSent() {
    house.deliver(List.of(mail("A: 1\n\n")));
    try (HeldWorkers workers = new HeldWorkers()) {
      house.turnsOn(workers);
      SocketPeer client = house.dial();
      assertThat(client.readLine()).startsWith("+OK");
      workers.hold();
      client.send("USER ada\r\nPASS secret word\r\n");
      client.sendEnd();
      assertThat(house.dial().readLine()).startsWith("+OK"); // by then its end has been seen
      workers.letGo();

      assertThat(client.readLine()).isEqualTo("+OK");
      assertThat(client.readLine()).isEqualTo("+OK Logged in.");
      assertThat(client.read()).isEqualTo(-1);
    }
  }

  @Test
  void asksNoWorkerForAWord() {
    house.deliver(List.of(mail("A: 1\n\n"), mail("A: 2\n\n")));
    Peer client = loggedIn(house.connect(1));
    int before = house.workersAsked();

    for (String line :
        List.of("STAT", "LIST 1", "UIDL 2", "list  1", "DELE 1", "DELE 1", "RSET", "NOOP")) {
      assertThat(ask(client, line)).isNotEmpty();
    }

    assertThat(house.workersAsked()).isEqualTo(before);
  }

  /** Long for a mailbox with many messages, and for a client that does not read. */
  @ParameterizedTest
  @ValueSource(strings = {"LIST", "UIDL", "LIST ", "UIDL    ", "RETR 1", "TOP 1 1"})
  void asksAWorkerForWhatMayBeLong(String line) {
    house.deliver(List.of(mail("A: 1\n\n"), mail("A: 2\n\n")));
    Peer client = loggedIn(house.connect(1));
    int before = house.workersAsked();

    assertThat(ask(client, line)).startsWith("+OK");
    while (!client.readLine().equals(".")) {
      // Up to the end.
    }

    assertThat(house.workersAsked()).isEqualTo(before + 1);
  }

  /** Small messages that come next are read together, and answered at once. */
  @Test
  void asksNoWorkerForMessagesThatAreAtHand() {
    house.deliver(Collections.nCopies(8, mail("A: 1\n\nx\n")));
    Peer client = loggedIn(house.connect(1));
    retrieve(client, 1);
    int before = house.workersAsked();

    for (int number = 2; number <= 8; number++) {
      retrieve(client, number);
    }

    assertThat(house.workersAsked()).isEqualTo(before);
  }

  private static void retrieve(Peer client, int number) {
    assertThat(ask(client, "RETR " + number)).startsWith("+OK");
    String line;
    do {
      line = client.readLine();
    } while (!line.equals("."));
  }

  @Test
  void looksMessagesUpTogetherWhateverIsAskedOfThem() {
    AtomicInteger looked = new AtomicInteger();
    house.trouble(TroubledStore.before("read", looked::incrementAndGet));
    house.deliver(Collections.nCopies(40, mail("A: 1\n\nx\n")));
    Peer client = loggedIn(house.connect(1));
    int before = looked.get();

    StringBuilder commands = new StringBuilder();
    for (int i = 1; i <= 40; i++) {
      commands.append("TOP " + i + " 0\r\nRETR " + i + "\r\nRETR " + i + "\r\n");
    }
    client.send(commands + "QUIT\r\n");
    String answers = client.readAll();

    assertThat(answers.split("\r\nx\r\n", -1)).hasSize(81);
    assertThat(looked.get() - before).isEqualTo(1);
  }

  @Test
  void marksAsSeenWhatWasRetrievedAndNothingElse() {
    house.deliver(List.of(mail("A: 1\n\n"), mail("A: 2\n\n"), mail("A: 3\n\n")));
    Peer client = loggedIn(house.connect(1));

    client.send("RETR 1\r\nTOP 2 9\r\nRETR 3\r\nRSET\r\nRETR 2\r\nTOP 1 0\r\nQUIT\r\n");
    client.readAll();

    assertThat(house.messages().stream().map(row -> row.systemFlags() & Flags.SEEN))
        .containsExactly(0L, Flags.SEEN, 0L);
  }

  @Test
  void leavesFlagsAloneWhenTold() {
    house.given("pop3_no_flag_updates=yes");
    house.deliver(mail("A: 1\n\n"));
    Peer client = loggedIn(house.connect(1));

    client.send("RETR 1\r\nQUIT\r\n");
    client.readAll();

    assertThat(house.messages().get(0).systemFlags() & Flags.SEEN).isZero();
  }

  @Test
  void endsTheConnectionInsteadOfEndingTornMessages() {
    house.trouble(TroubledStore.tornAt(64 * 1024));
    byte[] large = new byte[100_000];
    Arrays.fill(large, (byte) 'x');
    house.deliver(large);
    Peer client = loggedIn(house.connect(1));

    client.send("RETR 1\r\nNOOP\r\n");

    String heard = client.readAll();
    assertThat(heard).startsWith("+OK 100000 octets\r\nxxx").endsWith("xxx");
    assertThat(heard).hasSizeLessThan(70_000);
  }

  @Test
  @Tag("seconds")
  void listsTwoHundredThousandMessages() {
    byte[] octets = mail("A: b\n\n");
    for (int i = 0; i < 200; i++) {
      house.deliver(Collections.nCopies(1000, octets));
    }
    Peer client = loggedIn(house.connect(1));

    client.send("STAT\r\nLIST\r\nUIDL\r\nQUIT\r\n");

    String heard = client.readAll();
    List<String> lines = heard.lines().toList();
    assertThat(lines).hasSize(1 + 200_002 + 200_002 + 1);
    assertThat(lines.get(0)).isEqualTo("+OK 200000 1600000");
    assertThat(lines.get(200_001)).isEqualTo("200000 8");
    assertThat(lines.get(400_003)).startsWith("200000 00030d40");
    assertThat(lines.stream().skip(200_004).limit(200_000).map(l -> l.split(" ")[1]).distinct())
        .hasSize(200_000);
  }

  /** More of them than there are threads. */
  @Test
  void holdsNoThreadForAnAnswerWithoutEnd() {
    List<Peer> stalled = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Peer client = house.connect(1);
      client.readLine();
      assertThat(ask(client, "AUTH PLAIN")).isEqualTo("+ ");
      client.send("=".repeat(3000));
      stalled.add(client);
    }

    assertThat(ask(loggedIn(house.connect(1)), "NOOP")).isEqualTo("+OK");
    for (Peer client : stalled) {
      assertThat(ask(client, "=")).startsWith("-ERR");
      client.close();
    }
  }

  /** More of them than there are workers, by far. */
  @Tag("seconds")
  @ParameterizedTest
  @ValueSource(strings = {"RETR 1", "TOP 1 30000", "LIST", "UIDL"})
  void whoDoesNotReadHoldsNoWorker(String command) throws Exception {
    ExecutorService two = Executors.newFixedThreadPool(2);
    try {
      house.given("pop3_max_userip_connections=1000");
      house.given("pop3_lock_session=off");
      house.turnsOn(two);
      house.deliver(("A: b\r\n\r\n" + "x\r\n".repeat(1_000_000)).getBytes(ISO_8859_1));
      house.deliver(Collections.nCopies(5_000, mail("A: b\n\n")));
      InetSocketAddress server = house.listen(false);
      List<SocketPeer> silent = new ArrayList<>();
      List<Socket> sockets = new ArrayList<>();
      boolean isLong = command.endsWith("1");
      for (int i = 0; i < 40; i++) {
        Socket narrow = new Socket();
        narrow.setReceiveBufferSize(4096);
        narrow.connect(server);
        SocketPeer client = loggedIn(SocketPeer.on(narrow));
        client.send((command + "\r\n").repeat(isLong ? 1 : 40) + "NOOP\r\nQUIT\r\n");
        silent.add(client);
        sockets.add(narrow);
      }

      assertThat(ask(loggedIn(SocketPeer.to(server)), "NOOP")).isEqualTo("+OK");

      sockets.get(0).setReceiveBufferSize(1 << 20);
      String said = silent.get(0).readAll();
      assertThat(said.substring(said.length() - 30)).endsWith(".\r\n+OK\r\n+OK Logging out.\r\n");
      assertThat(said.split("\r\n\\.\r\n", -1)).hasSize(isLong ? 2 : 41);
      silent.forEach(SocketPeer::close);
    } finally {
      two.shutdownNow();
    }
  }

  @Test
  void authenticatesByScram() throws Exception {
    Peer client = house.connect(1);
    client.readLine();
    ScramClient scram = new ScramClient("n,,", "ada", "abc", "secret word");

    String serverFirst =
        text(ask(client, "AUTH SCRAM-SHA-256 " + base64(scram.first())).substring(2));
    String serverLast = text(ask(client, base64(scram.last(serverFirst))).substring(2));

    assertThat(serverFirst).startsWith("r=abc");
    assertThat(serverLast).isEqualTo(scram.verifier());
    assertThat(ask(client, "")).isEqualTo("+OK Logged in.");
    assertThat(ask(client, "STAT")).isEqualTo("+OK 0 0");
  }

  @Test
  void refusesWrongScramProofsLate() throws Exception {
    SocketPeer client = house.dial();
    client.readLine();
    ScramClient scram = new ScramClient("n,,", "ada", "abc", "wrong");

    String serverFirst =
        text(ask(client, "AUTH SCRAM-SHA-256 " + base64(scram.first())).substring(2));
    long before = house.time.nanoTime();
    client.send(base64(scram.last(serverFirst)) + "\r\n");

    assertThat(house.whileTimePasses(client::readLine))
        .isEqualTo("-ERR [AUTH] Authentication failed.");
    assertThat(Duration.ofNanos(house.time.nanoTime() - before))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
  }

  @Test
  @Shows("A6.2")
  void forgetsWhatWasSentBehindStls() throws Exception {
    house.given("clients from elsewhere");
    InetSocketAddress address = house.listen(false);
    Socket plain = new Socket(address.getAddress(), address.getPort());
    SocketPeer client = SocketPeer.on(plain);
    client.readLine();
    ask(client, "USER ada");

    client.send("STLS\r\nUSER ada\r\nPASS secret word\r\nDELE 1\r\n");
    assertThat(client.readLine()).isEqualTo("+OK Begin TLS negotiation now.");
    SocketPeer inside = SocketPeer.on(TestTls.startTls(plain));

    assertThat(ask(inside, "PASS secret word")).isEqualTo("-ERR USER comes first.");
    assertThat(ask(inside, "STLS")).isEqualTo("-ERR TLS is on already.");
    assertThat(ask(inside, "USER ada")).isEqualTo("+OK");
    assertThat(ask(inside, "PASS secret word")).isEqualTo("+OK Logged in.");
  }

  @Test
  void aClientHelloRightBehindTheAnswerIsNeverLost() throws Exception {
    assertThat(
            HandshakeTries.of(house.listen(false), "STLS\r\n", "+OK")
                .failures(HandshakeTries.MANY, 3))
        .isEmpty();
  }

  @Test
  void speaksTlsFromTheStartOnPop3s() throws Exception {
    SocketPeer client = SocketPeer.on(TestTls.connect(house.listen(true)));

    assertThat(client.readLine()).isEqualTo("+OK POP3 server ready.");
    client.send("CAPA\r\nQUIT\r\n");
    assertThat(client.readAll()).doesNotContain("STLS").contains("SASL SCRAM-SHA-256 PLAIN LOGIN");
  }

  @Test
  void saysGoodbyeWhenTheServerStopsAndDeletesNothing() {
    house.deliver(mail("A: 1\n\n"));
    SocketPeer client = loggedIn(house.dial());
    ask(client, "DELE 1");

    house.shutDown();

    assertThat(client.readLine()).isEqualTo("-ERR [SYS/TEMP] Server shutting down.");
    assertThat(client.readLine()).isNull();
    assertThat(house.messages()).hasSize(1);
  }

  @Test
  void answersPipelinedCommandsInOrder() {
    for (int i = 0; i < 500; i++) {
      house.deliver(mail("Subject: " + i + "\n\nBody " + i + "\n"));
    }
    Peer client = loggedIn(house.connect(1));
    StringBuilder commands = new StringBuilder();
    for (int n = 1; n <= 500; n++) {
      commands.append("RETR ").append(n).append("\r\nDELE ").append(n).append("\r\n");
    }

    client.send(commands + "QUIT\r\n");

    List<String> lines = client.readAll().lines().toList();
    assertThat(lines.stream().filter(line -> line.startsWith("Subject: ")))
        .hasSize(500)
        .last()
        .isEqualTo("Subject: 499");
    assertThat(lines).last().isEqualTo("+OK Logging out, messages deleted.");
    assertThat(house.messages()).isEmpty();
  }

  @Test
  void knowsDovecotsWordsForTheLock() {
    assertThat(settings("yes")).isEqualTo("strict");
    assertThat(settings("no")).isEqualTo("off");
    assertThat(settings("takeover")).isEqualTo("takeover");
    assertThatThrownBy(() -> settings("maybe")).isInstanceOf(BadConfiguration.class);
  }

  private static String settings(String lock) {
    return Settings.builder(Pop3Params.ALL)
        .set("pop3_lock_session", lock)
        .build()
        .get(Pop3Params.LOCK_SESSION);
  }
}
