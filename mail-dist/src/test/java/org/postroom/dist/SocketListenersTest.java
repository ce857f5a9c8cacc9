package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.core.part.DryRun;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.report.Fault;
import org.postroom.core.transcript.FilePeer;
import org.postroom.dist.operation.Status;
import org.postroom.storage.Storage;

/** Listeners at sockets in the file system, for programs of this machine. */
final class SocketListenersTest {
  private static final String MAIN =
      """
      myhostname = mail.example.org
      inet_interfaces = loopback-only
      virtual_mailbox_domains = example.org
      mynetworks = 192.0.2.0/24
      """;

  @TempDir private Path folder;
  private MailServer server;

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  private ServerBuilder site(String more) throws IOException {
    Files.writeString(folder.resolve("main.cf"), MAIN + more.replace("FOLDER", folder.toString()));
    return MailServer.builder()
        .configuration(folder.resolve("main.cf"))
        .storage(Storage.inMemory())
        .account("ada@example.org", "correct horse");
  }

  /** What was said behind each line. */
  private static List<String> talk(FilePeer peer, String... lines) {
    peer.readLine();
    return List.of(lines).stream()
        .map(
            line -> {
              peer.send(line + "\r\n");
              String reply = peer.readLine();
              while (reply.length() > 3 && reply.charAt(3) == '-') {
                reply = peer.readLine();
              }
              return reply;
            })
        .toList();
  }

  private String inbox() {
    return Inbox.of(server, "ada@example.org").toString();
  }

  @Test
  void whoMayWriteToTheSocketBringsMailByLmtpWhateverNetworksAreTrusted() throws IOException {
    server = site("listeners = lmtp:unix:FOLDER/lmtp\n").start();

    try (FilePeer peer = FilePeer.to(folder.resolve("lmtp"))) {
      assertThat(
              talk(
                  peer,
                  "LHLO next.example",
                  "MAIL FROM:<eve@elsewhere.example>",
                  "RCPT TO:<ada@example.org>",
                  "RCPT TO:<eve@elsewhere.example>",
                  "DATA",
                  "Subject: one\r\n\r\nOne.\r\n."))
          .satisfiesExactly(
              reply -> assertThat(reply).startsWith("250 "),
              reply -> assertThat(reply).startsWith("250 2.1.0"),
              reply -> assertThat(reply).startsWith("250 2.1.5"),
              reply -> assertThat(reply).startsWith("454 4.7.1 "),
              reply -> assertThat(reply).startsWith("354 "),
              reply -> assertThat(reply).startsWith("250 2.1.5 <ada@example.org> Ok: queued as "));
    }
    assertThat(inbox()).contains("from next.example (localhost [127.0.0.1])", " with LMTP id ");
    assertThat(server.doors()).containsOnlyKeys(Role.LMTP);
    assertThat(new ServerDesk(server).status().listeners())
        .singleElement()
        .satisfies(
            one ->
                assertThat(one)
                    .isEqualTo(
                        new Status.Listening(
                            "lmtp",
                            "lmtp",
                            "unix:" + folder.resolve("lmtp"),
                            0,
                            false,
                            one.since())));
    assertThatThrownBy(() -> server.address(Role.LMTP))
        .isInstanceOf(IllegalArgumentException.class);
    server.close();
    assertThat(folder.resolve("lmtp")).doesNotExist();
  }

  @Test
  void anyDoorMayBeThereAndItsClientsAreThisMachine() throws IOException {
    server =
        site("""
                listeners = smtp:unix:FOLDER/smtp imap:unix:FOLDER/imap lmtp:unix:FOLDER/lmtp
                lmtp_accept_strangers = no
                """)
            .start();

    try (FilePeer smtp = FilePeer.to(folder.resolve("smtp"));
        FilePeer imap = FilePeer.to(folder.resolve("imap"));
        FilePeer lmtp = FilePeer.to(folder.resolve("lmtp"))) {
      assertThat(talk(smtp, "EHLO x", "MAIL FROM:<>", "RCPT TO:<eve@elsewhere.example>"))
          .last()
          .asString()
          .startsWith("454 4.7.1 <eve@elsewhere.example>: Relay access denied");
      assertThat(imap.readLine()).startsWith("* OK");
      imap.send("a LOGIN ada@example.org \"correct horse\"\r\n");
      assertThat(imap.readLine()).as("without TLS").startsWith("a OK");
      assertThat(talk(lmtp, "LHLO x", "MAIL FROM:<>"))
          .last()
          .asString()
          .startsWith("550 5.7.1 <localhost[127.0.0.1]>: Client host rejected");
    }
    server.reload(now -> now.set("mynetworks", "127.0.0.0/8"));
    try (FilePeer smtp = FilePeer.to(folder.resolve("smtp"))) {
      assertThat(talk(smtp, "EHLO x", "MAIL FROM:<>", "RCPT TO:<eve@elsewhere.example>"))
          .last()
          .asString()
          .startsWith("250 2.1.5");
    }
  }

  /** What stands for nothing is not told to programs and filters. */
  @Test
  void theirClientsHaveNoPort() throws IOException {
    server =
        site("""
                listeners = smtp:unix:FOLDER/smtp
                mynetworks = 127.0.0.0/8
                defer_transports = smtp
                """)
            .start();

    try (FilePeer smtp = FilePeer.to(folder.resolve("smtp"))) {
      assertThat(
              talk(
                  smtp,
                  "EHLO x",
                  "MAIL FROM:<>",
                  "RCPT TO:<eve@elsewhere.example>",
                  "DATA",
                  "Subject: one\r\n\r\nOne.\r\n."))
          .last()
          .asString()
          .startsWith("250 ");
    }
    CameFrom origin = server.inside().queue().list(1).get(0).origin().orElseThrow();
    assertThat(origin.address()).isEqualTo("127.0.0.1");
    assertThat(origin.port()).isEmpty();
  }

  @Test
  void aReloadOpensAndClosesThemAndChangesWhoMayConnect() throws IOException {
    server = site("listeners = smtp:0\n").start();
    site("listeners = smtp:0 lmtp:unix:FOLDER/lmtp lmtp:0\nunix_listener_mode = 0660\n");
    server.reload();
    assertThat(mode("lmtp")).isEqualTo("rw-rw----");
    assertThat(server.doors().get(Role.LMTP))
        .hasSizeGreaterThan(1)
        .contains(UnixDomainSocketAddress.of(folder.resolve("lmtp")));
    try (FilePeer before = FilePeer.to(folder.resolve("lmtp"))) {
      site("listeners = smtp:0 lmtp:unix:FOLDER/lmtp\nunix_listener_mode = 666\n");
      server.reload();
      assertThat(mode("lmtp")).isEqualTo("rw-rw-rw-");

      site("listeners = smtp:0\n");
      server.reload();

      assertThat(folder.resolve("lmtp")).doesNotExist();
      assertThat(talk(before, "LHLO x")).allMatch(reply -> reply.startsWith("250 "));
    }
    assertThat(server.doors()).containsOnlyKeys(Role.MX);
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
  }

  @Test
  void whatIsInTheWayIsNamedWithItsLine() throws IOException {
    Files.writeString(folder.resolve("lmtp"), "a file");
    String where = folder.resolve("main.cf") + ", line 5: listeners: ";

    assertThatThrownBy(site("listeners = lmtp:unix:FOLDER/lmtp\n")::start)
        .isInstanceOf(WireFault.class)
        .hasMessage(
            where
                + "cannot listen on unix:"
                + folder.resolve("lmtp")
                + " for lmtp: there is a file that is no socket");
    assertThat(folder.resolve("lmtp")).hasContent("a file");

    server = site("listeners = smtp:0\n").start();
    site("listeners = smtp:0 lmtp:unix:FOLDER/lmtp\n");
    assertThatThrownBy(server::reload).isInstanceOf(WireFault.class).hasMessageContaining(where);
    assertThat(server.generation()).isEqualTo(1);

    Files.delete(folder.resolve("lmtp"));
    server.reload();
    assertThatThrownBy(site("listeners = lmtp:unix:FOLDER/lmtp\n")::start)
        .hasMessageContaining(where)
        .hasMessageContaining("another server listens there");
  }

  @Test
  void whatIsNoListenerIsNamed() throws IOException {
    assertThat(
            faults(
                """
                listeners = lmtp:unix: smtp:unix:FOLDER/a imap:unix:FOLDER/./a
                unix_listener_mode = 0800
                unix_listener_user = nobody-is-called-so
                """))
        .satisfiesExactlyInAnyOrder(
            fault -> assertThat(fault).contains("\"lmtp:unix:\" is no listener"),
            fault -> assertThat(fault).contains("another listener has this socket"),
            fault -> assertThat(fault).contains("unix_listener_mode", "octal digits"),
            fault -> assertThat(fault).contains("unix_listener_user", "nobody is called so"));
  }

  private List<String> faults(String more) throws IOException {
    return site(more).report().faults().stream().map(Fault::toString).toList();
  }

  @Test
  void relativePathsAreInTheQueueDirectoryAndServicesOfMasterCfAreThere() throws IOException {
    Files.createDirectories(folder.resolve("q/private"));
    Files.createDirectories(folder.resolve("q/public"));
    Files.writeString(
        folder.resolve("master.cf"),
        """
        inner unix - - n - - smtpd
          -o smtpd_banner=inner -o unix_listener_mode=0666
        outer unix n - n - 1 smtpd -o smtpd_banner=outer
        lmtp  unix - - n - - lmtp
        """,
        UTF_8);
    server = site("queue_directory = FOLDER/q\nlisteners = lmtp:unix:private/lmtp\n").start();

    try (FilePeer inner = FilePeer.to(folder.resolve("q/private/inner"));
        FilePeer outer = FilePeer.to(folder.resolve("q/public/outer"));
        FilePeer lmtp = FilePeer.to(folder.resolve("q/private/lmtp"))) {
      assertThat(inner.readLine()).isEqualTo("220 inner");
      assertThat(outer.readLine()).isEqualTo("220 outer");
      assertThat(lmtp.readLine()).startsWith("220 mail.example.org LMTP");
    }
    assertThat(mode("q/private/inner")).isEqualTo("rw-rw-rw-");
    assertThat(mode("q/public/outer")).isEqualTo("rw-------");
  }

  @Test
  void aDryRunSaysWhatTheSocketWould() throws IOException {
    server = site("listeners = lmtp:unix:FOLDER/lmtp\n").start();

    DryRun run =
        server
            .inside()
            .explain(
                Role.LMTP,
                new DryRun.Asked(
                    InetAddress.getByName("203.0.113.1"),
                    Optional.of("x"),
                    Optional.empty(),
                    false,
                    0,
                    ReversePath.NULL,
                    List.of(Address.parse("ada@example.org"))))
            .orElseThrow();

    assertThat(run.steps()).allMatch(step -> step.decision().isPermitted());
  }
}
