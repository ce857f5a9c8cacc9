package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.door.Door;
import org.postroom.core.testing.Shows;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.storage.Storage;

/**
 * Mail goes in by one client and comes out by another, over TLS where they can, from a real store.
 */
@Tag("process")
final class RealClientsTest {
  private static final String PASSWORD = "correct horse";

  @TempDir private Path folder;
  private MailServer server;
  private Path authority;

  @BeforeEach
  void start() throws Exception {
    server = open();
    authority = folder.resolve("ca.pem");
    Files.writeString(authority, server.authority().orElseThrow());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void curlSendsAndReadsBackByImapsAndPop3s() throws Exception {
    Programs.need("curl");

    send(message("by curl", "Grüße.\r\n.leading dot\r\n..two\r\n"));

    byte[] imap = curl("imaps://localhost:" + port(Role.IMAPS) + "/INBOX;MAILINDEX=1");
    byte[] pop3 = curl("pop3s://localhost:" + port(Role.POP3S) + "/1");
    assertThat(body(imap)).isEqualTo("Grüße.\r\n.leading dot\r\n..two\r\n");
    assertThat(pop3).isEqualTo(imap);
  }

  @Test
  void pythonFindsTheSameMessagesUnderTheSameNumbersAfterARestart() throws Exception {
    Programs.need("python3");
    send(message("first", "1\r\n"));
    send(message("second", "2\r\n"));
    List<String> before = uids();

    server.close();
    server = open();

    assertThat(uids()).isEqualTo(before).hasSize(4);
  }

  @Test
  void pythonSubmitsByLogIn() throws Exception {
    Programs.need("python3");
    String script =
        """
        import smtplib, ssl, sys
        ca, port, password = sys.argv[1:]
        with smtplib.SMTP("localhost", int(port)) as s:
            s.starttls(context=ssl.create_default_context(cafile=ca))
            s.login("ada@example.org", password)
            s.sendmail("ada@example.org", ["ada@example.org"], b"Subject: x\\r\\n\\r\\n" + b"a" * 100000)
        """;

    python(script, authority.toString(), port(Role.SUBMISSION), PASSWORD);

    assertThat(
            new String(curl("imaps://localhost:" + port(Role.IMAPS) + "/INBOX;MAILINDEX=1"), UTF_8))
        .contains("ESMTPSA")
        .endsWith("a".repeat(1000) + "\r\n");
  }

  @Test
  void pythonDeliversByLmtpAndHearsOfEachRecipient() throws Exception {
    Programs.need("python3");
    String script =
        """
        import smtplib, sys
        port = int(sys.argv[1])
        with smtplib.LMTP("localhost", port) as c:
            refused = c.sendmail(
                "eve@elsewhere.example",
                ["nobody@example.org", "eve@elsewhere.example", "ada@example.org"],
                b"Subject: for one\\r\\n\\r\\n.dot\\r\\n")
            print({who: why[0] for who, why in refused.items()})
        with smtplib.LMTP("localhost", port) as c:
            c.lhlo = c.ehlo
            c.lhlo("client.example")
            c.mail("eve@elsewhere.example")
            for who in ("ada", "bob"):
                c.rcpt(who + "@example.org")
            print(c.docmd("data")[0])
            c.send(b"Subject: for two\\r\\n\\r\\n.\\r\\n")
            print([c.getreply()[1].split()[1].decode() for who in range(2)])
            print(c.docmd("quit")[0])
        """;

    String heard = python(script, port(Role.LMTP));

    assertThat(heard.lines())
        .containsExactly(
            "{'nobody@example.org': 550, 'eve@elsewhere.example': 550}",
            "354",
            "['<ada@example.org>', '<bob@example.org>']",
            "221");
    assertThat(
            new String(curl("imaps://localhost:" + port(Role.IMAPS) + "/INBOX;MAILINDEX=1"), UTF_8))
        .startsWith("Return-Path: <eve@elsewhere.example>\r\nDelivered-To: ada@example.org\r\n")
        .contains(" with LMTP id ")
        .endsWith("\r\n\r\n.dot\r\n");
  }

  @Test
  void swaksDeliversByLmtp() throws Exception {
    Programs.need("swaks");

    String heard =
        new String(
            Programs.run(
                folder,
                new byte[0],
                "swaks",
                "--protocol",
                "LMTP",
                "--server",
                "127.0.0.1:" + port(Role.LMTP),
                "--helo",
                "client.example",
                "--from",
                "eve@elsewhere.example",
                "--to",
                "ada@example.org,bob@example.org"),
            UTF_8);

    assertThat(heard)
        .contains("<-  250 2.1.5 <ada@example.org> Ok: queued as ")
        .contains("<-  250 2.1.5 <bob@example.org> Ok: queued as ")
        .contains("<-  221 2.0.0 Bye");
  }

  @Test
  void programsOfThisMachineDeliverByLmtpAtASocketInTheFileSystem() throws Exception {
    Programs.need("python3");
    Programs.need("curl");
    String socket = folder.resolve("lmtp").toString();
    String script =
        """
        import smtplib, sys
        with smtplib.LMTP(sys.argv[1]) as c:
            refused = c.sendmail(
                "eve@elsewhere.example",
                ["nobody@example.org", "ada@example.org"],
                b"Subject: by the socket\\r\\n\\r\\n.dot\\r\\n")
            print({who: why[0] for who, why in refused.items()})
        """;

    String heard = python(script, socket);

    assertThat(heard).isEqualTo("{'nobody@example.org': 550}\n");
    assertThat(
            new String(
                Programs.run(
                    folder,
                    new byte[0],
                    "curl",
                    "-sS",
                    "--unix-socket",
                    folder.resolve("imap").toString(),
                    "--user",
                    "ada@example.org:" + PASSWORD,
                    "imap://localhost/INBOX;MAILINDEX=1"),
                UTF_8))
        .contains("(localhost [127.0.0.1])", " with LMTP id ")
        .endsWith("\r\n\r\n.dot\r\n");
  }

  @Test
  void swaksDeliversByLmtpAtASocketInTheFileSystem() throws Exception {
    Programs.need("swaks");

    String heard =
        new String(
            Programs.run(
                folder,
                new byte[0],
                "swaks",
                "--protocol",
                "LMTP",
                "--socket",
                folder.resolve("lmtp").toString(),
                "--helo",
                "client.example",
                "--from",
                "eve@elsewhere.example",
                "--to",
                "ada@example.org,bob@example.org"),
            UTF_8);

    assertThat(heard).contains("<-  250 2.1.5 <bob@example.org> Ok: queued as ");
  }

  @Test
  @Shows("A1.6")
  void mailxSubmitsByLogInWhereTlsComesFirst() throws Exception {
    Programs.need("s-nail");

    byte[] unused =
        Programs.run(
            folder,
            "from mailx\n".getBytes(UTF_8),
            "s-nail",
            "-n",
            "-S",
            "v15-compat",
            "-S",
            "mta=smtps://ada%40example.org:correct%20horse@localhost:" + port(Role.SUBMISSIONS),
            "-S",
            "smtp-config=-all,ehlo,login",
            "-S",
            "tls-ca-file=" + authority,
            "-S",
            "tls-ca-no-defaults",
            "-S",
            "sendwait",
            "-r",
            "ada@example.org",
            "-s",
            "by TLS",
            "bob@example.org");

    assertThat(Inbox.of(server, "bob@example.org"))
        .singleElement()
        .satisfies(
            mail -> assertThat(mail).contains(" with ESMTPSA id ", "\r\nSubject: by TLS\r\n"));
    try (SocketPeer tls =
        SocketPeer.on(
            CertificateAuthority.trusting(server.authority().orElseThrow())
                .getSocketFactory()
                .createSocket("localhost", server.address(Role.SUBMISSIONS).getPort()))) {
      assertThat(reply(tls)).startsWith("220 ");
      tls.send("EHLO there\r\n");
      assertThat(reply(tls)).contains("AUTH SCRAM-SHA-256 PLAIN LOGIN").doesNotContain("STARTTLS");
      tls.send("STARTTLS\r\n");
      assertThat(reply(tls)).startsWith("503 5.5.1 ");
    }
    try (SocketPeer clear = SocketPeer.to(server.address(Role.SUBMISSION))) {
      assertThat(reply(clear)).startsWith("220 ");
      clear.send("EHLO there\r\n");
      assertThat(reply(clear)).contains("STARTTLS").doesNotContain("PLAIN", "LOGIN");
      clear.send("AUTH LOGIN\r\n");
      assertThat(reply(clear)).startsWith("538 5.7.11 ");
    }
  }

  private static String reply(SocketPeer peer) {
    StringBuilder reply = new StringBuilder();
    String line;
    do {
      line = peer.readLine();
      reply.append(line).append('\n');
    } while (line.length() > 3 && line.charAt(3) == '-');
    return reply.toString();
  }

  private MailServer open() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.h2(folder.resolve("data")))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .listen(Role.SUBMISSION, 0)
        .listen(Role.SUBMISSIONS, 0)
        .listen(Role.LMTP, 0)
        .listen(Role.LMTP, folder.resolve("lmtp"))
        .listen(Role.IMAP, folder.resolve("imap"))
        .listen(Role.IMAPS, 0)
        .listen(Role.POP3S, 0)
        .account("ada@example.org", PASSWORD)
        .account("bob@example.org", PASSWORD)
        .start();
  }

  private void send(String message) throws Exception {
    Programs.run(
        folder,
        message.getBytes(UTF_8),
        "curl",
        "-sS",
        "--url",
        "smtp://localhost:" + port(Role.MX),
        "--mail-from",
        "bob@example.net",
        "--mail-rcpt",
        "ada@example.org",
        "--upload-file",
        "-");
  }

  private byte[] curl(String url) throws Exception {
    return Programs.run(
        folder,
        new byte[0],
        "curl",
        "-sS",
        "--cacert",
        authority.toString(),
        "--user",
        "ada@example.org:" + PASSWORD,
        url);
  }

  private List<String> uids() throws Exception {
    String script =
        """
        import imaplib, poplib, ssl, sys
        ca, imap, pop, password = sys.argv[1:]
        context = ssl.create_default_context(cafile=ca)
        with imaplib.IMAP4_SSL("localhost", int(imap), ssl_context=context) as c:
            c.login("ada@example.org", password)
            c.select("INBOX")
            for line in c.fetch("1:*", "(UID RFC822.SIZE)")[1]:
                print(line.decode())
        p = poplib.POP3_SSL("localhost", int(pop), context=context)
        p.user("ada@example.org")
        p.pass_(password)
        for line in p.uidl()[1]:
            print(line.decode())
        p.quit()
        """;
    String said =
        python(script, authority.toString(), port(Role.IMAPS), port(Role.POP3S), PASSWORD);
    return List.of(said.strip().split("\n"));
  }

  private String python(String script, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("python3", "-c", script));
    command.addAll(List.of(arguments));
    return new String(Programs.run(folder, new byte[0], command.toArray(String[]::new)), UTF_8);
  }

  private String port(Door role) {
    return Integer.toString(server.address(role).getPort());
  }

  private static String message(String subject, String body) {
    return "From: bob@example.net\r\nSubject: " + subject + "\r\n\r\n" + body;
  }

  private static String body(byte[] message) {
    String text = new String(message, UTF_8);
    return text.substring(text.indexOf("\r\n\r\n") + 4);
  }
}
