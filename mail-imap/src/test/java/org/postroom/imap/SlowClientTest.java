package org.postroom.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.testing.imap.LoggedIn;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.wire.HeldWorkers;

/**
 * Clients that stop in the middle of what they say, or of reading what they are told: many more
 * than there are workers, {@code -Dpostroom.slow.clients=300} by far.
 */
@Timeout(120)
@Tag("seconds")
class SlowClientTest {
  private static final int CLIENTS = Integer.getInteger("postroom.slow.clients", 20);
  private static final int LARGE = 3_000_000;
  private static final String UNREAD = "A: b\r\n\r\n" + "x".repeat(LARGE);

  private final ImapHouse house = ImapHouse.ofTranscripts();
  private final ExecutorService two = Executors.newFixedThreadPool(2);
  private final Map<SocketPeer, Socket> sockets = new HashMap<>();

  @AfterEach
  void stop() {
    house.close();
    two.shutdownNow();
  }

  @Test
  void whoEndsItsSideHearsTheAnswersToWhatItSent() {
    try (HeldWorkers workers = new HeldWorkers()) {
      house.turnsOn(workers);
      SocketPeer client = house.dial();
      assertThat(client.readLine()).startsWith("* OK ");
      workers.hold();
      client.send("a NOOP\r\nb LOGIN ada pw\r\n");
      client.sendEnd();
      assertThat(house.dial().readLine()).startsWith("* OK "); // by then its end has been seen
      workers.letGo();

      assertThat(client.readLine()).startsWith("a OK ");
      assertThat(client.readLine()).startsWith("b OK ");
      assertThat(client.read()).isEqualTo(-1);
    }
  }

  private InetSocketAddress server() {
    house.given("mail_max_userip_connections=1000");
    house.given("imap_max_user_connections=1000");
    house.turnsOn(two);
    return house.listen(false);
  }

  /** Whose socket holds little, so that what it does not read stays with the server. */
  private SocketPeer narrow(InetSocketAddress server) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(server);
    SocketPeer client = LoggedIn.ada(SocketPeer.on(socket));
    sockets.put(client, socket);
    return client;
  }

  /** All that is said, read quickly. */
  private String readAll(SocketPeer client) throws IOException {
    sockets.get(client).setReceiveBufferSize(1 << 20);
    return client.readAll();
  }

  private void isServed(InetSocketAddress server) {
    try (SocketPeer other = LoggedIn.ada(SocketPeer.to(server))) {
      other.send("a CREATE {5+}\r\nOther\r\nb APPEND Other {4+}\r\nA:\r\n\r\nc DELETE Other\r\n");
      assertThat(other.readLine()).startsWith("a OK");
      assertThat(other.readLine()).startsWith("b OK");
      assertThat(other.readLine()).startsWith("c OK");
    }
  }

  /** More of them than there are workers, by far; each says where it stops, and how it goes on. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "b SELECT {5}\r\n|inbox\r\n",
        "b SELECT {5+}\r\nin|box\r\n",
        "b SELECT {5+}\r\ninbox|\r\n",
        "b SEARCH TEXT {100000+}\r\nx|LONG",
        "b SEARCH CHARSET {5+}\r\nutf-8 TEXT {3}\r\n|abc\r\n",
        "b APPEND {5+}\r\ninbox {10}\r\n|A: 1\r\n\r\n23\r\n",
        "b APPEND INBOX {1000+}\r\nA: 1|LONG",
        "b APPEND INBOX {5+}\r\nA: b\n {5+}\r\nA:| c\n\r\n",
        "b APPEND INBOX {5+}\r\nA: b\n|\r\n",
        "b APPEND Nowhere {1000+}\r\nA: 1|LONG",
        "b XYZZY {1000+}\r\n|LONG",
        "b CREATE {200000+}\r\n1|LONG",
      })
  void whoStopsInTheMiddleOfACommandHoldsNoWorker(String talk) throws Exception {
    house.given("1 messages in INBOX");
    int middle = talk.indexOf('|');
    String begin = talk.substring(0, middle);
    String end = talk.substring(middle + 1);
    InetSocketAddress server = server();
    List<SocketPeer> begun = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      SocketPeer client = narrow(server);
      client.send("s SELECT INBOX\r\n");
      upTo(client, "s OK");
      client.send(begin);
      begun.add(client);
    }

    isServed(server);

    String expected =
        begin.contains("XYZZY") || begin.contains("CREATE")
            ? "b BAD"
            : begin.contains("Nowhere") ? "b NO [TRYCREATE]" : "b OK";
    for (SocketPeer client : begun.subList(0, 5)) {
      int missing = announced(begin) - (begin.length() - begin.lastIndexOf("}\r\n") - 3);
      client.send(end.equals("LONG") ? "y".repeat(missing) + "\r\n" : end);
      assertThat(upTo(client, "b ")).startsWith(expected);
      client.send("c NOOP\r\n");
      assertThat(upTo(client, "c ")).startsWith("c OK");
    }
    begun.forEach(SocketPeer::close);
  }

  private static int announced(String command) {
    int brace = command.lastIndexOf('{');
    return Integer.parseInt(
        command.substring(brace + 1, command.lastIndexOf('}')).replace("+", ""));
  }

  /** The first line that begins so. */
  private static String upTo(Peer client, String begin) {
    String line = client.readLine();
    while (line != null && !line.startsWith(begin)) {
      line = client.readLine();
    }
    return String.valueOf(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FETCH 1 BODY.PEEK[]",
        "UID FETCH 1 (UID BODY[TEXT] BODY.PEEK[]<1.2000000>)",
        "LIST \"\" *",
        "UID SEARCH RETURN (ALL COUNT) UID 1,3,5,7",
      })
  void whoDoesNotReadHoldsNoWorker(String command) throws Exception {
    house.deliver("INBOX", UNREAD.getBytes(ISO_8859_1));
    house.given("8 messages in INBOX");
    InetSocketAddress server = server();
    List<SocketPeer> silent = new ArrayList<>();
    String commands = ("b " + command + "\r\n").repeat(command.contains("FETCH") ? 2 : 8000);
    for (int i = 0; i < CLIENTS; i++) {
      SocketPeer client = narrow(server);
      client.send("s EXAMINE INBOX\r\n");
      upTo(client, "s OK");
      client.send(commands + "c LOGOUT\r\n");
      silent.add(client);
    }

    isServed(server);

    String said = readAll(silent.get(0));
    assertThat(said.substring(said.length() - 100)).endsWith("c OK LOGOUT completed.\r\n");
    assertThat(said.split("b OK ", -1)).hasSize(commands.split("\r\n").length + 1);
    if (command.startsWith("FETCH")) {
      String answer = "* 1 FETCH (BODY[] {3000008}\r\n" + UNREAD + ")\r\nb OK FETCH completed.\r\n";
      assertThat(said.startsWith(answer + answer)).isTrue();
    }
    silent.forEach(SocketPeer::close);
  }

  @Test
  void saysALongAnswerWholeHoweverItIsRead() throws Exception {
    house.given("mailbox Many");
    byte[] small = "A: b\r\n\r\nc\r\n".getBytes(ISO_8859_1);
    for (int i = 0; i < 20; i++) {
      house.deliver("Many", Collections.nCopies(1000, small));
    }
    InetSocketAddress server = server();
    SocketPeer client = narrow(server);
    client.send("s SELECT Many\r\n");
    upTo(client, "s OK");

    client.send("a FETCH 1:* (UID FLAGS BODY.PEEK[])\r\nb SEARCH ALL\r\n");
    client.send("c STORE 1:* +FLAGS (\\Deleted)\r\nd EXPUNGE\r\ne NOOP\r\nf LOGOUT\r\n");

    StringBuilder expected = new StringBuilder();
    for (int n = 1; n <= 20_000; n++) {
      expected.append("* " + n + " FETCH (UID " + n + " FLAGS (\\Recent) BODY[] {11}\r\n");
      expected.append("A: b\r\n\r\nc\r\n)\r\n");
    }
    expected.append("a OK FETCH completed.\r\n* SEARCH");
    for (int n = 1; n <= 20_000; n++) {
      expected.append(' ').append(n);
    }
    expected.append("\r\nb OK SEARCH completed.\r\n");
    for (int n = 1; n <= 20_000; n++) {
      expected.append("* " + n + " FETCH (FLAGS (\\Deleted \\Recent))\r\n");
    }
    expected.append("c OK STORE completed.\r\n");
    for (int n = 20_000; n > 0; n--) {
      expected.append("* " + n + " EXPUNGE\r\n");
    }
    expected.append("d OK EXPUNGE completed.\r\ne OK Completed.\r\n");
    String said = readAll(client);
    assertThat(said).hasSizeGreaterThan(expected.length());
    assertThat(said.startsWith(expected.toString())).isTrue();
  }

  /** A NOOP tells of twenty thousand changes; nobody waits for its client meanwhile. */
  @Test
  void tellsAllThatOthersHaveDoneHoweverItIsRead() throws Exception {
    house.given("mailbox Many");
    byte[] small = "A: b\r\n\r\n".getBytes(ISO_8859_1);
    for (int i = 0; i < 20; i++) {
      house.deliver("Many", Collections.nCopies(1000, small));
    }
    InetSocketAddress server = server();
    SocketPeer client = narrow(server);
    client.send("s SELECT Many\r\n");
    upTo(client, "s OK");
    client.send("i IDLE\r\n");
    upTo(client, "+ idling");
    try (SocketPeer other = LoggedIn.ada(SocketPeer.to(server))) {
      other.send("s SELECT Many\r\n");
      upTo(other, "s OK");
      other.send("a STORE 1:* +FLAGS.SILENT (\\Deleted)\r\n");
      upTo(other, "a OK");
      isServed(server);
      other.send("b EXPUNGE\r\nc LOGOUT\r\n");
      other.readAll();
    }
    client.send("DONE\r\nn NOOP\r\no LOGOUT\r\n");

    List<String> said = readAll(client).lines().toList();

    assertThat(said.stream().filter(line -> line.endsWith("EXPUNGE"))).hasSize(20_000);
    assertThat(said).contains("i OK Idle completed.", "n OK Completed.");
    assertThat(said).last().asString().startsWith("o OK");
  }

  @Test
  void showsWhatIsLeftWhenOthersExpungeWhileItsClientDoesNotRead() throws Exception {
    house.deliver("INBOX", UNREAD.getBytes(ISO_8859_1));
    house.given("2 messages in INBOX");
    InetSocketAddress server = server();
    SocketPeer client = narrow(server);
    client.send("s SELECT INBOX\r\n");
    upTo(client, "s OK");
    client.send("a FETCH 1:3 BODY.PEEK[TEXT]\r\n");
    assertThat(client.readLine()).isEqualTo("* 1 FETCH (BODY[TEXT] {3000000}");

    house.store.expunge(house.mailbox("INBOX"), UidSet.range(2, 3));
    house.store.forgetExpunged();
    client.send("b NOOP\r\nc LOGOUT\r\n");

    String said = readAll(client);
    assertThat(said.substring(LARGE))
        .startsWith(
            String.join(
                "\r\n",
                ")",
                "* 2 FETCH (BODY[TEXT] NIL)",
                "* 3 FETCH (BODY[TEXT] NIL)",
                "a OK [EXPUNGEISSUED] Some messages were already expunged.",
                "* 3 EXPUNGE",
                "* 2 EXPUNGE",
                "b OK Completed.",
                ""));
  }

  @Test
  void endsInTheMiddleOfAnAnswerThatNobodyReadsWhenTheServerStops() throws Exception {
    house.deliver("INBOX", UNREAD.getBytes(ISO_8859_1));
    SocketPeer client = narrow(server());
    client.send("s SELECT INBOX\r\n");
    upTo(client, "s OK");
    client.send("a FETCH 1 BODY.PEEK[]\r\n");
    assertThat(client.readLine()).startsWith("* 1 FETCH");

    house.shutDown();

    assertThat(readAll(client)).hasSizeLessThan(LARGE).doesNotContain("BYE");
  }

  /** Whatever had come is given back. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a APPEND INBOX {5+}\r\nA: b\n {500000+}\r\n",
        "a APPEND INBOX {5+}\r\nA: b\n {5",
        "a APPEND INBOX {500000+}\r\n",
        "a SEARCH TEXT {100000+}\r\n",
        "a SEARCH TEXT {100000+}\r\nLONG TEXT {100000+}\r\n",
      })
  void keepsNothingOfAClientThatGoesAwayInTheMiddle(String begun) throws Exception {
    SocketPeer client = narrow(server());
    client.send("s SELECT INBOX\r\n");
    upTo(client, "s OK");
    client.send(begun.replace("LONG", "x".repeat(100_000)) + "A: b\r\n\r\n");
    client.send("x".repeat(50_000));

    client.close(); // the house says what is left
  }

  @Test
  void refusesACommandThatComesInSoManyPiecesThatItWouldBeReadEverSoOften() {
    house.given("imap_max_line_length=64k");
    Peer client = LoggedIn.ada(house.connect(1));
    client.send("s SELECT INBOX\r\n");
    upTo(client, "s OK");

    client.send("a FETCH 1 BODY[HEADER.FIELDS ({1}\r\n");
    String line = client.readLine();
    while (line.equals("+ OK")) {
      client.send("x {1}\r\n");
      line = client.readLine();
    }

    assertThat(line).isEqualTo("a BAD Too many literals");
    assertThat(client.readAll()).startsWith("* BYE");
  }

  @Test
  void readsALongLiteralThatComesOctetByOctet() {
    Peer client = LoggedIn.ada(house.connect(1));
    byte[] name = new byte[10_000];
    Arrays.fill(name, (byte) 'x');

    client.send("a LIST {10000+}\r\n");
    for (byte octet : name) {
      client.send(new byte[] {octet});
    }
    client.send(" *\r\nb NOOP\r\n");

    assertThat(upTo(client, "a ")).startsWith("a OK");
    assertThat(client.readLine()).startsWith("b OK");
  }
}
