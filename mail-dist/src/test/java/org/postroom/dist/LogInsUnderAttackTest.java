package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.door.Door;
import org.postroom.storage.Storage;

/**
 * Who logs in while others guess and flood, at the cost that hashes really have. Clients come from
 * several networks, which the loopback of Linux has without being asked.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
@Tag("seconds")
class LogInsUnderAttackTest {
  private static final String ATTACKER = "127.0.0.1";
  private static final String OWNER = "127.9.9.9";
  private static final int WARM_UPS = 8;

  @TempDir private Path folder;
  private final List<Socket> sockets = new ArrayList<>();
  private MailServer server;

  @BeforeEach
  void start() {
    ServerBuilder builder =
        MailServer.builder()
            .hostname("mx.example.org")
            .domains("example.org")
            .storage(Storage.h2(folder.resolve("data")))
            .account("ada@example.org", "secret")
            .account("bob@example.org", "secret")
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.IMAP, 0)
            .listen(Role.POP3, 0)
            .resolver(ZoneResolver.of());
    for (int i = 0; i < WARM_UPS; i++) {
      builder.account("warm" + i + "@example.org", "secret");
    }
    server = builder.start();
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    server.close();
  }

  @Test
  void guessesAreNotHeardAndTheOwnerLogsInFromElsewhereAtOnce() throws Exception {
    List<Socket> guessers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      guessers.add(imap(ATTACKER, "a LOGIN ada@example.org guess" + i));
      guessers.add(pop3(ATTACKER, "USER ada@example.org\r\nPASS guessed" + i));
    }
    assertThat(answer(guessers.get(39), "-ERR")).isNotEmpty();

    assertThat(answer(imap(ATTACKER, "a LOGIN ada@example.org secret"), "a "))
        .startsWith("a NO [UNAVAILABLE]");
    assertThat(answer(imap(OWNER, "a LOGIN ada@example.org secret"), "a OK")).isNotEmpty();
  }

  /** 300 hashes on two threads are 150 times one; how long one takes is the machine's business. */
  @Test
  void aCrowdOfUnknownNamesThatLeavesKeepsNobodyWaiting() throws Exception {
    Duration alone = Duration.ZERO;
    for (int i = 0; i < WARM_UPS; i++) {
      String login = "a LOGIN warm" + i + "@example.org secret";
      alone = alone.plus(timed(() -> answer(imap("127.8.8.8", login), "a OK")));
    }
    List<Socket> crowd = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String from = i % 2 == 0 ? ATTACKER : "127.1." + i % 250 + ".1";
      crowd.add(imap(from, "a LOGIN x" + i + "@example.org w"));
    }
    for (Socket socket : crowd) {
      socket.close();
    }

    Duration took = timed(() -> answer(imap(OWNER, "a LOGIN bob@example.org secret"), "a OK"));

    assertThat(took).isLessThan(alone.multipliedBy(50).dividedBy(WARM_UPS).plusSeconds(1));
  }

  private interface Dialogue {
    String go() throws IOException;
  }

  private static Duration timed(Dialogue dialogue) throws IOException {
    long before = System.nanoTime();
    assertThat(dialogue.go()).isNotEmpty();
    return Duration.ofNanos(System.nanoTime() - before);
  }

  private Socket imap(String from, String line) throws IOException {
    return dial(from, Role.IMAP, line);
  }

  private Socket pop3(String from, String lines) throws IOException {
    return dial(from, Role.POP3, lines);
  }

  private Socket dial(String from, Door role, String lines) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(server.address(role));
    socket.setSoTimeout(60_000);
    socket.getOutputStream().write((lines + "\r\n").getBytes(US_ASCII));
    return socket;
  }

  /** The first line that begins so; nothing when the connection ends before. */
  private static String answer(Socket socket, String beginning) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(beginning)) {
        return line;
      }
    }
    return "";
  }
}
