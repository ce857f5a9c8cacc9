package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import org.postroom.core.door.Door;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.dist.Role;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.Status;
import org.postroom.dist.operation.StatusOperation;
import org.postroom.testkit.Mails;
import org.postroom.testkit.TestMail;

/**
 * A server in a folder of its own that is its own first client, with every protocol: what the JVM
 * has loaded and counted meanwhile the launcher keeps for servers that start later. A fixture is
 * the next server, to which mail is relayed.
 */
public final class Rehearsal {
  /** What the launcher waits for. */
  private static final String OVER = "rehearsed";

  private static final String DOMAIN = "localhost.localdomain";
  private static final String ADA = "ada@" + DOMAIN;
  private static final String ELSEWHERE = "bob@elsewhere.example";
  private static final String PASSWORD = "secret";
  private static final int SEVERAL = 3;
  private static final int PIPE = 64 * 1024;

  /** As long as what people write, with the header that their programs make. */
  private static final String MESSAGE =
      """
      From: Ada <ada@localhost.localdomain>
      To: Bob <bob@elsewhere.example>
      Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=
      Date: Mon, 30 Nov 2026 12:00:00 +0000
      Message-ID: <rehearsal@localhost.localdomain>
      MIME-Version: 1.0
      Content-Type: multipart/mixed; boundary="part"

      --part
      Content-Type: text/plain; charset=UTF-8
      Content-Transfer-Encoding: quoted-printable

      %s
      --part
      Content-Type: application/octet-stream; name="a.bin"
      Content-Disposition: attachment; filename="a.bin"
      Content-Transfer-Encoding: base64

      AAECAwQFBgcICQ==
      --part--
      """
          .replace("%s", "What is said in a mail of some length.\n".repeat(80))
          .replace("\n", "\r\n");

  private final Path mainCf;
  private final int rounds;

  private Rehearsal(Path mainCf, int rounds) {
    this.mainCf = mainCf;
    this.rounds = rounds;
  }

  /**
   * Rehearses, says so, and goes on serving until the process is told to stop.
   *
   * @param args an empty folder; how many mails there are
   */
  public static void main(String[] args) {
    try {
      rehearse(Path.of(args[0]).resolve("main.cf"), Integer.parseInt(args[1]));
    } catch (IOException | RuntimeException | AssertionError e) {
      // The server's threads would keep the process alive.
      System.err.println("not rehearsed: " + e);
      System.exit(1);
    }
    System.out.println(OVER);
  }

  private static void rehearse(Path mainCf, int rounds) throws IOException {
    try (TestMail next = TestMail.start()) {
      Files.writeString(
          mainCf,
          String.format(
              Locale.ROOT,
              """
              myhostname = %s
              mydestination =
              virtual_mailbox_domains = $myhostname
              inet_interfaces = loopback-only
              relayhost = [%s]:%d
              storage_url = h2:data
              listeners = smtp:0 submission:0 submissions:0 lmtp:0 pop3s:0 imap:0 imaps:0
              """,
              DOMAIN,
              next.smtp().host(),
              next.smtp().port()));
      new Rehearsal(mainCf, rounds).run(next);
    }
  }

  private void run(TestMail next) throws IOException {
    serve();
    command(PASSWORD + "\n", "user", "add", "-c", mainCf.toString(), "--password-stdin", ADA);
    List<Status.Listening> listeners = listeners();
    Path authority = mainCf.resolveSibling("data").resolve("tls").resolve("ca.pem");
    SSLContext trust = CertificateAuthority.trusting(Files.readString(authority));
    try (RehearsalTalk mx = connect(listeners, Role.MX, trust)) {
      receive(mx);
    }
    try (RehearsalTalk submission = connect(listeners, Role.SUBMISSION, trust)) {
      submission.hear("220 ");
      submission.ask("EHLO client.example", "250 ");
      submission.ask("STARTTLS", "220 ");
      submission.startTls(trust);
      submit(submission, SEVERAL);
    }
    try (RehearsalTalk submissions = connect(listeners, Role.SUBMISSIONS, trust)) {
      submissions.hear("220 ");
      submit(submissions, 1);
    }
    try (RehearsalTalk lmtp = connect(listeners, Role.LMTP, trust)) {
      lmtp.hear("220 ");
      lmtp.ask("LHLO client.example", "250 ");
      mail(lmtp, ELSEWHERE, ADA);
      lmtp.ask("QUIT", "221 ");
    }
    next.await(1 + SEVERAL + 1, Mails.to(ELSEWHERE));
    try (RehearsalTalk imap = connect(listeners, Role.IMAP, trust);
        RehearsalTalk mx = connect(listeners, Role.MX, trust)) {
      read(imap, mx);
    }
    try (RehearsalTalk imaps = connect(listeners, Role.IMAPS, trust)) {
      imaps.hear("* OK ");
      imaps.ask("a1 AUTHENTICATE PLAIN " + plain(), "a1 OK");
      imaps.ask("a2 LOGOUT", "a2 OK");
    }
    try (RehearsalTalk pop3s = connect(listeners, Role.POP3S, trust)) {
      fetch(pop3s);
    }
  }

  // --- the server

  /** Starts it, on a thread of its own; returns when it listens. */
  private void serve() throws IOException {
    PipedReader said = new PipedReader(PIPE);
    PrintWriter out = new PrintWriter(new PipedWriter(said), true);
    Thread server =
        new Thread(
            () -> {
              try (out) {
                command(out, InputStream.nullInputStream(), "serve", "-c", mainCf.toString());
              }
            },
            "rehearsal-server");
    server.start();
    if (new BufferedReader(said).readLine() == null) {
      throw new IOException("the server does not start");
    }
  }

  private static void command(String input, String... words) throws IOException {
    PrintWriter out = new PrintWriter(System.out, true, UTF_8);
    int status = command(out, new ByteArrayInputStream(input.getBytes(UTF_8)), words);
    if (status != 0) {
      throw new IOException(List.of(words) + " ends with " + status);
    }
  }

  private static int command(PrintWriter out, InputStream in, String... words) {
    return Postroom.run(in, out, new PrintWriter(System.err, true, UTF_8), words);
  }

  private List<Status.Listening> listeners() {
    Place place = new Place();
    place.configuration = mainCf;
    return place.described().ask(StatusOperation.STATUS, new Nothing()).listeners();
  }

  private static RehearsalTalk connect(
      List<Status.Listening> listeners, Door door, SSLContext trust) throws IOException {
    Status.Listening place =
        listeners.stream()
            .filter(one -> one.service().equals(door.name()))
            .findFirst()
            .orElseThrow(() -> new IOException("nothing listens for " + door));
    RehearsalTalk talk =
        RehearsalTalk.with(
            new InetSocketAddress(InetAddress.getByName(place.address()), place.port()));
    if (place.implicitTls()) {
      talk.startTls(trust);
    }
    return talk;
  }

  // --- its clients

  private void receive(RehearsalTalk smtp) throws IOException {
    smtp.hear("220 ");
    smtp.ask("EHLO client.example", "250 ");
    for (int i = 0; i < rounds; i++) {
      mail(smtp, ELSEWHERE, ADA);
    }
    smtp.ask("MAIL FROM:<" + ELSEWHERE + "> SIZE=1000 BODY=8BITMIME", "250 ");
    smtp.ask("RCPT TO:<nobody@" + DOMAIN + ">", "550 ");
    smtp.ask("RSET", "250 ");
    mail(smtp, ADA, ELSEWHERE);
    smtp.ask("QUIT", "221 ");
  }

  private static void submit(RehearsalTalk smtp, int times) throws IOException {
    smtp.ask("EHLO client.example", "250 ");
    smtp.ask("AUTH PLAIN " + plain(), "235 ");
    for (int i = 0; i < times; i++) {
      mail(smtp, ADA, ELSEWHERE);
    }
    mail(smtp, ADA, ADA);
    smtp.ask("QUIT", "221 ");
  }

  private static void mail(RehearsalTalk smtp, String from, String to) throws IOException {
    smtp.ask("MAIL FROM:<" + from + ">", "250 ");
    smtp.ask("RCPT TO:<" + to + ">", "250 ");
    smtp.ask("DATA", "354 ");
    smtp.ask(MESSAGE + ".", "250 ");
  }

  private static void read(RehearsalTalk imap, RehearsalTalk smtp) throws IOException {
    imap.hear("* OK ");
    imap.ask("a1 CAPABILITY", "a1 OK");
    imap.ask("a2 LOGIN " + ADA + " " + PASSWORD, "a2 OK");
    imap.ask("a3 NAMESPACE", "a3 OK");
    imap.ask("a4 LIST \"\" \"*\"", "a4 OK");
    imap.ask("a5 CREATE Projects", "a5 OK");
    imap.ask("a6 STATUS Projects (MESSAGES UIDNEXT UNSEEN)", "a6 OK");
    imap.ask("a7 SELECT INBOX", "a7 OK");
    imap.ask(
        "a8 FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE"
            + " BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)])",
        "a8 OK");
    imap.ask("a9 UID FETCH 1:* (BODY.PEEK[])", "a9 OK");
    imap.ask("b1 FETCH 1 (BODY[1] BODY.PEEK[TEXT]<0.100>)", "b1 OK");
    imap.ask("b2 UID SEARCH UNSEEN SUBJECT Gruss SINCE 1-Jan-2020", "b2 OK");
    imap.ask("b3 SEARCH TEXT length", "b3 OK");
    for (int i = 0; i < SEVERAL; i++) {
      imap.ask("c1 APPEND Projects (\\Seen) {" + MESSAGE.length() + "}", "+ ");
      imap.ask(MESSAGE, "c1 OK");
    }
    imap.ask("c2 COPY 1 Projects", "c2 OK");
    imap.ask("c3 STORE 1 +FLAGS (\\Deleted $Label)", "c3 OK");
    imap.ask("c4 EXPUNGE", "c4 OK");
    imap.ask("c5 UID MOVE 1:* Projects", "c5 OK");
    imap.ask("c6 IDLE", "+ ");
    smtp.hear("220 ");
    smtp.ask("EHLO client.example", "250 ");
    mail(smtp, ELSEWHERE, ADA);
    imap.hear("* 1 EXISTS");
    imap.ask("DONE", "c6 OK");
    imap.ask("c7 CLOSE", "c7 OK");
    imap.ask("c8 LOGOUT", "c8 OK");
    smtp.ask("QUIT", "221 ");
  }

  private static void fetch(RehearsalTalk pop3) throws IOException {
    pop3.hear("+OK");
    pop3.ask("CAPA", ".");
    pop3.ask("USER " + ADA, "+OK");
    pop3.ask("PASS " + PASSWORD, "+OK");
    pop3.ask("STAT", "+OK");
    pop3.ask("LIST", ".");
    pop3.ask("UIDL", ".");
    pop3.ask("TOP 1 5", ".");
    pop3.ask("RETR 1", ".");
    pop3.ask("DELE 1", "+OK");
    pop3.ask("QUIT", "+OK");
  }

  private static String plain() {
    return Base64.getEncoder().encodeToString(("\0" + ADA + "\0" + PASSWORD).getBytes(US_ASCII));
  }
}
