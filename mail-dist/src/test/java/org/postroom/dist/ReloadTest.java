package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.Transport;
import org.postroom.core.door.Door;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.storage.Storage;

/** What a running server makes of another configuration. */
@Timeout(60)
@Tag("seconds")
final class ReloadTest {
  private static final byte[] MAIL = "Subject: one\r\n\r\nOne.\r\n".getBytes(US_ASCII);

  @TempDir private Path folder;

  private final Map<String, String> settings =
      new LinkedHashMap<>(
          Map.of(
              "myhostname", "mail.example.org",
              "virtual_mailbox_domains", "example.org",
              "mynetworks", "192.0.2.0/24",
              "inet_interfaces", "loopback-only",
              "listeners", "smtp:0"));
  private MailServer server;

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  private Path write() throws IOException {
    List<String> lines = new ArrayList<>();
    settings.forEach((name, value) -> lines.add(name + " = " + value));
    return Files.write(folder.resolve("main.cf"), lines);
  }

  private ServerBuilder described() throws IOException {
    return MailServer.builder()
        .configuration(write())
        .storage(Storage.inMemory())
        .account("ada@example.org", "correct horse")
        .account("ada@example.com", "correct horse");
  }

  private SmtpDialogue dial() throws IOException {
    return SmtpDialogue.open(server.address(Role.MX).getPort());
  }

  @Test
  void whoComesAfterwardsGoesByItAndWhoIsThereByTheOldOne() throws IOException {
    server = described().start();
    try (SmtpDialogue before = dial()) {
      settings.put("virtual_mailbox_domains", "example.com");
      write();

      assertThat(server.reload().generation()).isEqualTo(2);

      assertThat(before.send("eve@far.test", "ada@example.org", MAIL)).startsWith("250 ");
      assertThat(before.send("eve@far.test", "ada@example.com", MAIL)).startsWith("454 4.7.1");
      try (SmtpDialogue after = dial()) {
        assertThat(after.send("eve@far.test", "ada@example.org", MAIL)).startsWith("454 4.7.1");
        assertThat(after.send("eve@far.test", "ada@example.com", MAIL)).startsWith("250 ");
      }
      assertThat(server.inside().decisions())
          .extracting(one -> one.generation())
          .containsExactly(1L, 1L, 2L, 2L);
    }
  }

  @Test
  void whoIsThereStillAsksTheDatabasesOfTheOldOne() throws Exception {
    Files.writeString(
        folder.resolve("senders.cf"),
        """
        jdbc_url = jdbc:h2:mem:senders;DB_CLOSE_DELAY=-1
        query = SELECT said FROM senders WHERE name = '%s'
        """);
    try (Connection database =
            DriverManager.getConnection("jdbc:h2:mem:senders;DB_CLOSE_DELAY=-1");
        Statement statement = database.createStatement()) {
      statement.execute("CREATE TABLE senders (name VARCHAR(100), said VARCHAR(100))");
      statement.execute("INSERT INTO senders VALUES ('eve@far.test', 'REJECT not you')");
    }
    settings.put("smtpd_sender_restrictions", "check_sender_access pgsql:senders.cf");
    server = described().start();
    try (SmtpDialogue before = dial()) {
      settings.remove("smtpd_sender_restrictions");
      write();
      server.reload();

      assertThat(before.send("eve@far.test", "ada@example.org", MAIL))
          .startsWith("554 5.7.1 <eve@far.test>: Sender address rejected: not you");
      assertThat(before.send("bob@far.test", "ada@example.org", MAIL)).startsWith("250 ");
    }
  }

  @Test
  void aBadConfigurationChangesNothingAndSaysWhere() throws IOException {
    server = described().start();
    settings.put("virtual_mailbox_domains", "example.com");
    settings.put("smtpd_timeout", "soon");
    Path file = write();

    assertThatThrownBy(server::reload)
        .isInstanceOfSatisfying(
            BadConfiguration.class,
            bad ->
                assertThat(bad.faults())
                    .singleElement()
                    .asString()
                    .startsWith(file + ", line 6: smtpd_timeout: expected"));

    assertThat(server.generation()).isEqualTo(1);
    try (SmtpDialogue after = dial()) {
      assertThat(after.send("eve@far.test", "ada@example.org", MAIL)).startsWith("250 ");
    }
  }

  /** An address is the same listener whatever it is called; all addresses give way to one. */
  @Test
  void aListenerIsCalledAnotherNameAndAllAddressesBecomeOne() throws IOException {
    int port = FreePorts.take();
    Path masterCf = folder.resolve("master.cf");
    settings.put("inet_interfaces", "all");
    settings.put("inet_protocols", "ipv4");
    settings.remove("listeners");
    Files.writeString(masterCf, port + " inet n - n - - smtpd\n");
    server = described().start();
    String before = server.address(Role.MX).toString();

    Files.writeString(masterCf, "0.0.0.0:" + port + " inet n - n - - smtpd -o smtpd_banner=two\n");
    server.reload();
    assertThat(server.address(Role.MX)).hasToString(before);
    assertThat(greeting(port)).isEqualTo("220 two");

    Files.writeString(
        masterCf, "127.0.0.1:" + port + " inet n - n - - smtpd -o smtpd_banner=three\n");
    server.reload();
    assertThat(server.address(Role.MX).getAddress().isLoopbackAddress()).isTrue();
    assertThat(greeting(port)).isEqualTo("220 three");

    Files.writeString(masterCf, port + " inet n - n - - smtpd -o smtpd_banner=four\n");
    server.reload();
    assertThat(greeting(port)).isEqualTo("220 four");
  }

  /** What gave way is there again when the change cannot be made. */
  @Test
  void whatGaveWayIsOpenedAgainWhereAnotherPortCannotBeHad() throws IOException {
    int port = FreePorts.take();
    Path masterCf = folder.resolve("master.cf");
    settings.put("inet_interfaces", "all");
    settings.put("inet_protocols", "ipv4");
    settings.remove("listeners");
    Files.writeString(masterCf, port + " inet n - n - - smtpd -o smtpd_banner=one\n");
    server = described().start();
    Files.writeString(
        masterCf,
        "127.0.0.1:" + port + " inet n - n - - smtpd\n" + oneOfTheseOnly(FreePorts.take()));

    assertThatThrownBy(server::reload).isInstanceOf(WireFault.class);

    assertThat(greeting(port)).isEqualTo("220 one");
    assertThat(server.generation()).isEqualTo(1);
  }

  /** Each can be had, which is what a reload looks at first, but not both. */
  private static String oneOfTheseOnly(int port) {
    return ("0.0.0.0:" + port + " inet n - n - - smtpd\n")
        + ("127.0.0.1:" + port + " inet n - n - - smtpd\n");
  }

  private static String greeting(int port) throws IOException {
    try (SocketPeer client =
        SocketPeer.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      return client.readLine().strip();
    }
  }

  @Test
  @Shows("A5.1")
  void listenersOpenAndCloseAndSessionsGoOn() throws IOException {
    settings.put("listeners", "smtp:0 imap:0");
    server = described().start();
    InetSocketAddress smtp = server.address(Role.MX);
    InetSocketAddress imap = server.address(Role.IMAP);
    try (SocketPeer client = SocketPeer.to(imap)) {
      assertThat(client.readLine()).startsWith("* OK");
      settings.put("listeners", "smtp:0 pop3:0");
      write();

      server.reload();

      assertThat(server.doors()).containsOnlyKeys(Role.MX, Role.POP3);
      assertThat(server.address(Role.MX)).as("the same socket").isEqualTo(smtp);
      try (SocketPeer pop3 = SocketPeer.to(server.address(Role.POP3))) {
        assertThat(pop3.readLine()).startsWith("+OK");
      }
      assertThatThrownBy(() -> SocketPeer.to(imap).close())
          .hasRootCauseInstanceOf(ConnectException.class);
      client.send("a NOOP\r\n");
      assertThat(client.readLine()).startsWith("a OK");
    }
  }

  @Test
  void whatIsCountedAndLockedIsSoForAllGenerations() throws IOException {
    settings.put("listeners", "pop3:0 imap:0");
    settings.put("pop3_lock_session", "yes");
    settings.put("pop3_lock_wait", "0s");
    settings.put("mail_max_userip_connections", "1");
    server = described().start();
    try (SocketPeer imap = SocketPeer.to(server.address(Role.IMAP));
        SocketPeer pop3 = SocketPeer.to(server.address(Role.POP3))) {
      assertThat(logInByImap(imap)).startsWith("a OK");
      assertThat(logInByPop3(pop3)).startsWith("+OK");

      settings.put("mail_max_userip_connections", "2");
      write();
      server.reload();

      try (SocketPeer next = SocketPeer.to(server.address(Role.IMAP))) {
        assertThat(logInByImap(next)).startsWith("a OK");
        try (SocketPeer third = SocketPeer.to(server.address(Role.IMAP))) {
          assertThat(logInByImap(third)).startsWith("a NO");
        }
      }
      try (SocketPeer next = SocketPeer.to(server.address(Role.POP3))) {
        assertThat(logInByPop3(next)).startsWith("-ERR [IN-USE]");
      }
    }
  }

  private static String logInByImap(SocketPeer peer) {
    peer.readLine();
    peer.send("a LOGIN ada@example.org \"correct horse\"\r\n");
    return peer.readLine();
  }

  private static String logInByPop3(SocketPeer peer) {
    peer.readLine();
    peer.send("USER ada@example.org\r\n");
    peer.readLine();
    peer.send("PASS correct horse\r\n");
    return peer.readLine();
  }

  @Test
  void anAddressThatCannotBeHadChangesNothing() throws IOException {
    server = described().start();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings.put("listeners", "pop3:0 imap:" + taken.getLocalPort());
      write();

      assertThatThrownBy(server::reload)
          .isInstanceOf(WireFault.class)
          .hasMessageContaining("main.cf, line ")
          .hasMessageContaining("port " + taken.getLocalPort() + " for imap");
    }
    assertThat(server.generation()).isEqualTo(1);
    assertThat(server.doors()).containsOnlyKeys(Role.MX);
    dial().close();
  }

  @Test
  void saysWhatTakesEffectAfterARestartAndKeepsIt() throws IOException {
    server = described().start();
    settings.put("inet_protocols", "ipv4");
    Path file = write();

    for (int i = 0; i < 2; i++) {
      assertThat(server.reload().warnings())
          .anyMatch(
              line ->
                  line.startsWith(file.toString())
                      && line.endsWith("inet_protocols: takes effect after a restart"));
    }
    dial().close();
    settings.remove("inet_protocols");
    write();
    assertThat(server.reload().warnings()).isEmpty();
  }

  @Test
  @Shows("A4.15")
  void otherInterfacesAreListenedAtAndSessionsGoOn() throws IOException {
    int port = FreePorts.take();
    settings.put("listeners", "smtp:" + port);
    settings.put("inet_protocols", "ipv4");
    settings.put("inet_interfaces", "127.0.0.1");
    server = described().start();
    try (SmtpDialogue before = dial()) {
      assertThat(open("127.0.0.1", port)).isTrue();
      assertThat(open("127.0.0.2", port)).isFalse();

      for (String one : List.of("127.0.0.1, 127.0.0.2", "127.0.0.2", "all", "127.0.0.1")) {
        settings.put("inet_interfaces", one);
        write();
        assertThat(server.reload().warnings()).isEmpty();

        boolean all = one.equals("all");
        becomes(all || one.contains("0.0.1"), "127.0.0.1", port);
        becomes(all || one.contains("0.0.2"), "127.0.0.2", port);
        assertThat(before.say("NOOP")).startsWith("250 ");
      }
      settings.put("inet_interfaces", "192.0.2.77");
      write();
      assertThatThrownBy(server::reload)
          .isInstanceOf(BadConfiguration.class)
          .hasMessageContaining("this machine does not have the address 192.0.2.77");
      assertThat(open("127.0.0.1", port)).isTrue();
    }
  }

  /** Soon: who starts a program meanwhile, as another test does, has a copy of all that is open. */
  private static void becomes(boolean open, String address, int port) {
    Until.so(() -> open(address, port) == open);
  }

  private static boolean open(String address, int port) {
    try (Socket socket = new Socket(address, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void certificatesAreReadAgain() throws Exception {
    Path chain = folder.resolve("chain.pem");
    Path key = folder.resolve("key.pem");
    SSLContext first = certify(chain, key);
    settings.put("listeners", "smtp:0 imaps:0");
    settings.put("smtpd_tls_cert_file", chain.toString());
    settings.put("smtpd_tls_key_file", key.toString());
    server = described().start();
    Certificate before = certificate(first);
    SSLContext second = certify(chain, key);

    server.reload();

    assertThat(certificate(second)).isNotEqualTo(before);
    Files.writeString(chain, "torn");
    assertThatThrownBy(server::reload)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("smtpd_tls_cert_file: " + chain);
    certificate(second);
  }

  /** A new certificate of a new authority; gives who trusts that one. */
  private static SSLContext certify(Path chain, Path key) throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.create(
            "Test", List.of("localhost"), Clock.systemUTC(), new SecureRandom());
    CertificateAuthority.Issued issued = authority.issue(List.of("localhost"));
    Files.writeString(chain, issued.chain());
    Files.writeString(key, issued.key());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    return CertificateAuthority.trusting(authority.certificate());
  }

  private Certificate certificate(SSLContext trusting) throws IOException {
    int port = server.address(Role.IMAPS).getPort();
    try (SSLSocket socket =
        (SSLSocket) trusting.getSocketFactory().createSocket("localhost", port)) {
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  /**
   * Clients that trust the server's own authority are not lost by a change that comes to nothing.
   */
  @Test
  void ownKeysAreForAnotherNameOnceThatIsInEffect() throws Exception {
    settings.put("listeners", "imaps:0");
    server =
        MailServer.builder()
            .configuration(write())
            .storage(Storage.h2(folder.resolve("data")))
            .start();
    String before = server.authority().orElseThrow();
    settings.put("myhostname", "mx.example.net");
    write();
    int port = FreePorts.take();
    Files.writeString(folder.resolve("master.cf"), oneOfTheseOnly(port));
    assertThatThrownBy(server::reload).isInstanceOf(WireFault.class);
    assertThat(server.authority()).contains(before);
    assertThat(folder.resolve("data/tls/ca.pem")).hasContent(before);
    certificate(CertificateAuthority.trusting(before));

    Files.delete(folder.resolve("master.cf"));
    server.reload();

    String after = server.authority().orElseThrow();
    assertThat(after).isNotEqualTo(before);
    assertThat(certificate(CertificateAuthority.trusting(after)))
        .asString()
        .contains("mx.example.net");
  }

  /** What waits follows the configuration of today. */
  @Test
  void theQueueGoesByTheCurrentOne() throws Exception {
    BlockingQueue<String> hops = new LinkedBlockingQueue<>();
    Transport notNow =
        (mail, hop) -> {
          hops.add(hop);
          return CompletableFuture.completedFuture(
              Transport.Report.all(mail, new DeliveryResult.Deferred("none", "4.3.0", "not now")));
        };
    settings.put("mynetworks", "127.0.0.0/8");
    settings.put("minimal_backoff_time", "1s");
    settings.put("relayhost", "[first.test]");
    server = described().transport("smtp", notNow).start();
    try (SmtpDialogue client = dial()) {
      assertThat(client.send("ada@example.org", "eve@far.test", MAIL)).startsWith("250 ");
      assertThat(hops.poll(30, TimeUnit.SECONDS)).isEqualTo("[first.test]");
      settings.put("relayhost", "[second.test]");
      write();

      server.reload();

      String next;
      do {
        next = hops.poll(30, TimeUnit.SECONDS);
      } while ("[first.test]".equals(next));
      assertThat(next).isEqualTo("[second.test]");
    }
  }

  @Test
  void aProgramChangesParametersAndListeners() throws IOException {
    server =
        described()
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .set(FlowParams.MESSAGE_SIZE.name(), "1000")
            .start();

    server.reload(now -> now.set(FlowParams.MESSAGE_SIZE.name(), "2000").listen(Role.IMAP, 0));

    assertThat(server.inside().settings().get(FlowParams.MESSAGE_SIZE)).isEqualTo(2000L);
    assertThat(server.doors()).containsOnlyKeys(Role.MX, Role.IMAP);
    assertThatThrownBy(() -> server.reload(now -> now.set("smtpd_timeout", "soon")))
        .isInstanceOf(BadConfiguration.class);
    assertThat(server.reload().generation()).as("what was refused is forgotten").isEqualTo(3);
  }

  @Test
  void aClosedServerDoesNotReload() throws IOException {
    server = described().start();
    Door door = server.doors().keySet().iterator().next();
    server.close();

    assertThatThrownBy(server::reload).isInstanceOf(IllegalStateException.class);
    assertThat(door).isEqualTo(Role.MX);
  }
}
