package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.transcript.FilePeer;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.transcript.Stage;
import org.postroom.core.transcript.Transcript;
import org.postroom.storage.Storage;

/** Log-ins for other servers, by Dovecot's authentication protocol. */
@Timeout(60)
final class AuthServerTest {
  private static final Path TRANSCRIPTS = Path.of("src/test/resources/org/postroom/dist/auth");

  @TempDir private Path folder;

  /** A conversation, in which {@code \\t} is a tab. */
  static List<Transcript> transcripts() throws IOException {
    List<Transcript> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(TRANSCRIPTS)) {
      for (Path file : files.sorted().toList()) {
        String text = Files.readString(file).replace("\\t", "\t");
        all.add(Transcript.of(file.getFileName().toString(), text));
      }
    }
    return all;
  }

  private ServerBuilder described() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.inMemory())
        .account("ada@example.org", "correct horse")
        .account("bob@example.org", "correct horse")
        .account("eve@example.org", "correct horse")
        .set("auth_failure_delay", "0s")
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.AUTH, 0);
  }

  /** A server that is started when the first connection is made. */
  private final class House implements Stage, AutoCloseable {
    private final ServerBuilder builder = described();
    private final boolean inFiles;
    private final List<String> disabled = new ArrayList<>();
    private MailServer server;

    House(boolean inFiles) {
      this.inFiles = inFiles;
      if (inFiles) {
        builder.listen(Role.AUTH, folder.resolve("auth"));
      }
    }

    @Override
    public void given(String words) {
      String[] setting = words.split(" = ", 2);
      if (setting.length == 2) {
        builder.set(setting[0], setting[1]);
      } else {
        disabled.add(words.replaceFirst("account (\\S+) is disabled", "$1"));
      }
    }

    @Override
    public Peer connect(int number) {
      if (server == null) {
        server = builder.start();
        disabled.forEach(login -> server.users().mayLogIn(login, false));
      }
      return inFiles
          ? FilePeer.to(folder.resolve("auth"))
          : SocketPeer.to(server.address(Role.AUTH));
    }

    @Override
    public void close() {
      if (server != null) {
        server.close();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void conversationsAtAPort(Transcript transcript) {
    try (House house = new House(false)) {
      transcript.run(house);
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void conversationsAtASocketInTheFileSystem(Transcript transcript) {
    try (House house = new House(true)) {
      transcript.run(house);
    }
  }

  private static String fromNetwork(int id, String password, String rest) {
    byte[] plain = ("\0ada@example.org\0" + password).getBytes(UTF_8);
    return "AUTH\t%d\tPLAIN\tservice=smtp\trip=192.0.2.%d\tsecured%s\tresp=%s\n"
        .formatted(id, id, rest, Base64.getEncoder().encodeToString(plain));
  }

  private static Peer greeted(MailServer server) {
    Peer peer = SocketPeer.to(server.address(Role.AUTH));
    peer.send("VERSION\t1\t1\nCPID\t1\n");
    String line = peer.readLine();
    while (!line.equals("DONE")) {
      line = peer.readLine();
    }
    return peer;
  }

  /** How many of so many answers say that nobody has looked. */
  private static long notLookedAt(Peer peer, int answers) {
    long busy = 0;
    for (int i = 0; i < answers; i++) {
      String answer = peer.readLine();
      assertThat(answer).startsWith("FAIL\t").contains("\tuser=ada@example.org");
      busy += answer.contains("\ttemp\tcode=temp_fail\treason=Too many attempts") ? 1 : 0;
    }
    return busy;
  }

  /** Of a network that has failed four wait at most, by whatever server they come. */
  @Test
  void guessesAreCountedByTheNetworkOfTheClientUnlessTheServerCountsThemItself() {
    try (MailServer server = described().start();
        Peer one = greeted(server);
        Peer other = greeted(server)) {
      one.send(fromNetwork(1, "a", ""));
      assertThat(one.readLine()).isEqualTo("FAIL\t1\tuser=ada@example.org");
      for (int id = 2; id < 10; id++) {
        other.send(fromNetwork(id, "x" + id, ""));
        one.send(fromNetwork(id, "x" + id, "\tno-penalty"));
      }

      assertThat(notLookedAt(one, 8)).as("counted elsewhere").isZero();
      assertThat(notLookedAt(other, 8)).as("counted").isPositive();
      one.send(fromNetwork(10, "correct horse", "\tno-penalty"));
      assertThat(one.readLine()).isEqualTo("OK\t10\tuser=ada@example.org");
    }
  }

  /** What is looked at when it is cancelled ends nobody else's, and nothing is said of it. */
  @Test
  void whatIsCancelledHasNoAnswer() {
    try (MailServer server = described().set("auth_failure_delay", "2s").start();
        Peer peer = greeted(server)) {
      for (int id = 1; id < 40; id++) {
        peer.send(fromNetwork(id, "wrong", "\tno-penalty") + "CANCEL\t" + id + "\n");
      }
      peer.send(fromNetwork(50, "correct horse", "\tno-penalty"));

      assertThat(peer.readLine()).isEqualTo("OK\t50\tuser=ada@example.org");
      peer.send(fromNetwork(60, "wrong", "\tno-penalty"));
      assertThat(peer.readLine()).isEqualTo("FAIL\t60\tuser=ada@example.org");
    }
  }

  @Test
  void aLineThatIsTooLongEndsTheConnection() {
    try (MailServer server = described().start();
        Peer peer = greeted(server)) {
      peer.send("AUTH\t1\tPLAIN\tservice=smtp\tresp=" + "A".repeat(20_000) + "\n");

      assertThat(peer.readLine()).isNull();
    }
  }

  @Test
  void aReloadSaysFromWhereServersMayCome() {
    try (MailServer server = described().start()) {
      server.reload(now -> now.set("auth_server_networks", "192.0.2.0/24"));

      try (Peer peer = SocketPeer.to(server.address(Role.AUTH))) {
        assertThat(peer.readLine()).isNull();
      }
    }
  }
}
