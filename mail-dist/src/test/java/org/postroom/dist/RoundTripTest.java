package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.door.Door;
import org.postroom.core.wire.CertificateAuthority;

/**
 * A thousand mails go in by five programs over three kinds of ports, and come out by nine: every
 * body must be what was sent. Clients may add header fields and store lines with a bare LF (mbsync,
 * fetchmail, mutt do); nothing else is forgiven.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("process")
@Tag("scaled")
final class RoundTripTest {
  private static final String ADA = "ada@" + Site.DOMAIN;
  private static final int CLEAR = 0;
  private static final int STARTTLS = 1;
  private static final int TLS = 2;

  private Path folder;
  private Site site;
  private ServerProcess server;
  private ProofMails mails;
  private String ca;

  @BeforeAll
  void send(@TempDir Path temporary) throws Exception {
    folder = temporary;
    site = new Site(folder).set("message_size_limit", "40000000");
    server = site.start();
    site.addAccounts(List.of("ada"));
    ca = site.authority().toString();
    mails = new ProofMails(folder.resolve("mails"));
    for (ProofMails.Sender sender : ProofMails.Sender.values()) {
      for (int port : new int[] {CLEAR, STARTTLS, TLS}) {
        send(sender, port, ProofMails.of(sender, port));
      }
    }
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void curlReadsThemByImap() throws Exception {
    Programs.need("curl");
    Path out = folder("curl-imap");

    curl(
        "imaps://localhost:" + port(Role.IMAPS) + "/INBOX;UID=[1-" + ProofMails.COUNT + "]",
        out + "/#1");

    assertAsSent(bodies(out, false));
  }

  @Test
  void curlReadsThemByPop3() throws Exception {
    Programs.need("curl");
    Path out = folder("curl-pop3");

    curl("pop3s://localhost:" + port(Role.POP3S) + "/[1-" + ProofMails.COUNT + "]", out + "/#1");

    assertAsSent(bodies(out, false));
  }

  @Test
  void mbsyncPullsThem() throws Exception {
    Programs.need("mbsync");
    Path out = folder("mbsync");
    Path config =
        write(
            "mbsyncrc",
            """
            FSync no
            IMAPAccount site
            Host localhost
            Port %s
            User %s
            Pass "%s"
            SSLType IMAPS
            CertificateFile %s

            IMAPStore far
            Account site

            MaildirStore near
            Path %s/
            Inbox %s/INBOX
            SubFolders Verbatim

            Channel all
            Far :far:
            Near :near:
            Create Near
            Sync Pull
            """
                .formatted(port(Role.IMAPS), ADA, Site.PASSWORD, ca, out, out));

    Programs.run(folder, new byte[0], "mbsync", "-q", "-c", config.toString(), "all");

    assertAsSent(maildir(out.resolve("INBOX")));
  }

  @Test
  void fetchmailFetchesThem() throws Exception {
    Programs.need("fetchmail");
    Path out = folder("fetchmail");
    Path deliver = write("deliver", "exec cat > \"$(mktemp " + out + "/XXXXXXXXXX)\"\n");
    Path config =
        write(
            "fetchmailrc",
            """
            poll localhost service %s protocol pop3 auth password
              user "%s" password "%s" ssl sslcertck sslcertfile "%s"
              keep fetchall no rewrite pass8bits mda "sh %s"
            """
                .formatted(port(Role.POP3S), ADA, Site.PASSWORD, ca, deliver));

    Programs.run(
        folder, new byte[0], "fetchmail", "--silent", "--nosyslog", "-f", config.toString());

    assertAsSent(bodies(out, true));
  }

  @Test
  void muttCopiesThem() throws Exception {
    Programs.need("mutt");
    Programs.need("script");
    Path out = folder.resolve("mutt");
    Path config =
        write(
            "muttrc",
            """
            set ssl_ca_certificates_file="%s"
            set ssl_force_tls=yes ssl_starttls=no
            set imap_user="%s" imap_pass="%s"
            set spoolfile="imaps://localhost:%s/INBOX" folder="imaps://localhost:%s/"
            set mbox_type=Maildir confirmappend=no confirmcreate=no move=no quit=yes
            set copy=no wait_key=no delete=no header_cache="" message_cachedir=""
            push "<tag-pattern>~A<enter><tag-prefix><copy-message>%s<enter><exit>"
            """
                .formatted(ca, ADA, Site.PASSWORD, port(Role.IMAPS), port(Role.IMAPS), out));

    Programs.runOnTerminal(folder, "mutt -n -F " + config);

    assertAsSent(maildir(out));
  }

  @Test
  void angusMailReadsThemByImap() throws Exception {
    assertAsSent(angus("imaps", port(Role.IMAPS)));
  }

  @Test
  void angusMailReadsThemByPop3() throws Exception {
    assertAsSent(angus("pop3s", port(Role.POP3S)));
  }

  /** Also: sizes are what comes, and neither numbers nor names change when the server restarts. */
  @Test
  void pythonFindsTheSameMailsUnderTheSameNumbersAfterARestart() throws Exception {
    Programs.need("python3");
    String before = python(READ, ca, port(Role.IMAPS), port(Role.POP3S), ADA, Site.PASSWORD);

    server.stop();
    server = site.start();

    assertThat(python(READ, ca, port(Role.IMAPS), port(Role.POP3S), ADA, Site.PASSWORD))
        .isEqualTo(before);
    Map<Integer, String> imap = new TreeMap<>();
    Map<Integer, String> pop3 = new TreeMap<>();
    for (String line : before.strip().split("\n")) {
      String[] words = line.split(" ");
      if (words[0].equals("UIDVALIDITY")) {
        continue;
      }
      assertThat(words[4]).as("announced size of %s", line).isEqualTo(words[5]);
      (words[0].equals("imap") ? imap : pop3).put(Integer.valueOf(words[2]), words[3]);
    }
    assertAsSent(imap);
    assertAsSent(pop3);
    assertThat(before).containsOnlyOnce("UIDVALIDITY ");
  }

  /** Prints: which protocol, UID or UIDL, number, digest of the body, size announced, size read. */
  private static final String READ =
      """
      import hashlib, imaplib, poplib, re, ssl, sys
      ca, imap, pop, user, password = sys.argv[1:]
      context = ssl.create_default_context(cafile=ca)

      def say(how, name, size, message):
          header, _, body = message.partition(b"\\r\\n\\r\\n")
          number = re.search(rb"X-Proof: (\\d+)", header).group(1).decode()
          print(how, name, number, hashlib.sha256(body).hexdigest(), size, len(message))

      with imaplib.IMAP4_SSL("localhost", int(imap), ssl_context=context) as c:
          c.login(user, password)
          c.select("INBOX", readonly=True)
          print("UIDVALIDITY", c.response("UIDVALIDITY")[1][0].decode())
          for uid in c.uid("search", None, "ALL")[1][0].split():
              part = c.uid("fetch", uid, "(RFC822.SIZE BODY.PEEK[])")[1][0]
              size = re.search(rb"RFC822.SIZE (\\d+)", part[0]).group(1).decode()
              say("imap", uid.decode(), size, part[1])

      p = poplib.POP3_SSL("localhost", int(pop), context=context)
      p.user(user)
      p.pass_(password)
      sizes = dict(line.split() for line in p.list()[1])
      for line in p.uidl()[1]:
          number, name = line.split()
          message = b"".join(one + b"\\r\\n" for one in p.retr(int(number))[1])
          say("pop3", name.decode(), sizes[number].decode(), message)
      p.quit()
      """;

  private static final String SEND =
      """
      import smtplib, ssl, sys
      ca, kind, port, user, password = sys.argv[1:6]
      context = ssl.create_default_context(cafile=ca)
      if kind == "2":
          s = smtplib.SMTP_SSL("localhost", int(port), context=context)
      else:
          s = smtplib.SMTP("localhost", int(port))
      if kind == "1":
          s.starttls(context=context)
      if kind != "0":
          s.login(user, password)
      for name in sys.argv[6:]:
          with open(name, "rb") as f:
              s.sendmail(user, [user], f.read())
      s.quit()
      """;

  private void send(ProofMails.Sender sender, int port, List<Integer> numbers) throws Exception {
    switch (sender) {
      case SMTPLIB -> sendBySmtplib(port, numbers);
      case CURL -> sendByCurl(port, numbers);
      case MSMTP -> sendByMsmtp(port, numbers);
      case S_NAIL -> sendBySnail(port, numbers);
      case SWAKS -> sendBySwaks(port, numbers);
    }
  }

  private void sendBySmtplib(int port, List<Integer> numbers) throws Exception {
    if (!there("python3", numbers)) {
      return;
    }
    List<String> arguments =
        new ArrayList<>(List.of(ca, Integer.toString(port), smtpPort(port), ADA, Site.PASSWORD));
    numbers.forEach(number -> arguments.add(mails.file(number).toString()));
    python(SEND, arguments.toArray(String[]::new));
  }

  private void sendByCurl(int port, List<Integer> numbers) throws Exception {
    if (!there("curl", numbers)) {
      return;
    }
    StringBuilder config = new StringBuilder();
    for (int number : numbers) {
      config.append(config.isEmpty() ? "" : "next\n");
      config.append(port == TLS ? "url = \"smtps://localhost:" : "url = \"smtp://localhost:");
      config.append(smtpPort(port)).append("\"\nsilent\nshow-error\nfail\n");
      config.append("mail-from = \"").append(ADA).append("\"\nmail-rcpt = \"").append(ADA);
      config.append("\"\nupload-file = \"").append(mails.file(number)).append("\"\n");
      if (port != CLEAR) {
        config.append("ssl-reqd\ncacert = \"").append(ca).append("\"\nuser = \"").append(ADA);
        config.append(":").append(Site.PASSWORD).append("\"\n");
      }
    }
    Path file = write("curl-" + port, config.toString());
    Programs.run(folder, new byte[0], "curl", "-K", file.toString());
  }

  private void sendByMsmtp(int port, List<Integer> numbers) throws Exception {
    if (!there("msmtp", numbers)) {
      return;
    }
    String config = "account default\nhost localhost\nport " + smtpPort(port) + "\nfrom " + ADA;
    if (port != CLEAR) {
      config += "\ntls on\ntls_trust_file " + ca + "\nauth plain\nuser " + ADA;
      config += "\npassword \"" + Site.PASSWORD + "\"\ntls_starttls ";
      config += port == TLS ? "off" : "on";
    }
    Path file = write("msmtp-" + port, config + "\n");
    forEach(numbers, "msmtp -C " + file + " " + ADA + " < $number.eml");
  }

  private void sendBySnail(int port, List<Integer> numbers) throws Exception {
    if (!there("s-nail", numbers)) {
      return;
    }
    for (int number : numbers) {
      Path body = mails.file(number).resolveSibling(number + ".body");
      String mail = Files.readString(mails.file(number), ISO_8859_1);
      Files.writeString(
          body, mail.substring(mail.indexOf("\r\n\r\n") + 4).replace("\r\n", "\n"), ISO_8859_1);
    }
    String login = port == CLEAR ? "" : "ada%40example.org:correct%20horse@";
    String options =
        (port == TLS ? "-Smta=smtps://" : "-Smta=smtp://")
            + login
            + "localhost:"
            + smtpPort(port)
            + (port == STARTTLS ? " -Ssmtp-use-starttls" : "")
            + (port == CLEAR ? " -Ssmtp-auth=none" : " -Ssmtp-auth=plain");
    forEach(
        numbers,
        "s-nail -:/ -Sv15-compat -Stls-ca-file="
            + ca
            + " "
            + options
            + " -Sfrom="
            + ADA
            + " -Sttycharset=utf-8 -Ssendcharsets=utf-8 -Smime-encoding=8b"
            + " -C \"X-Proof: $number\" -s proof "
            + ADA
            + " < $number.body");
  }

  private void sendBySwaks(int wanted, List<Integer> numbers) throws Exception {
    if (!there("swaks", numbers)) {
      return;
    }
    for (int number : numbers) {
      // It adds the last line's end itself.
      byte[] mail = Files.readAllBytes(mails.file(number));
      Path open = mails.file(number).resolveSibling(number + ".open");
      Files.write(open, Arrays.copyOf(mail, mail.length - 2));
    }
    // Its TLS is a package of its own.
    String tls = "perl -MNet::SSLeay -e 1 2>/dev/null && printf yes";
    byte[] answer = Programs.run(folder, new byte[0], "sh", "-c", tls + " || true");
    int port = answer.length > 0 ? wanted : CLEAR;
    String options =
        port == CLEAR
            ? ""
            : (port == TLS ? " --tls-on-connect" : " --tls")
                + " --auth PLAIN --auth-user "
                + ADA
                + " --auth-password '"
                + Site.PASSWORD
                + "'";
    forEach(
        numbers,
        "swaks --silent 2 --server localhost --port "
            + smtpPort(port)
            + options
            + " --from "
            + ADA
            + " --to "
            + ADA
            + " --data @$number.open");
  }

  /** Whether a program can send; where it cannot, the mails go in by hand. */
  private boolean there(String program, List<Integer> numbers) throws IOException {
    if (Programs.isInstalled(program)) {
      return true;
    }
    assertThat(System.getProperty("postroom.clients")).as(program).isNotEqualTo("required");
    try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
      for (int number : numbers) {
        assertThat(smtp.send(ADA, ADA, Files.readAllBytes(mails.file(number)))).startsWith("250");
      }
    }
    return false;
  }

  /** Runs a command line for each number, in the folder of the mails. */
  private void forEach(List<Integer> numbers, String command) throws Exception {
    List<String> shell = new ArrayList<>(List.of("sh", "-c"));
    shell.add("cd mails; for number in \"$@\"; do " + command + " || exit; done");
    shell.add("sh");
    numbers.forEach(number -> shell.add(number.toString()));
    Programs.run(folder, new byte[0], shell.toArray(String[]::new));
  }

  private void curl(String url, String output) throws Exception {
    Programs.run(
        folder,
        new byte[0],
        "curl",
        "-sSf",
        "--cacert",
        ca,
        "--user",
        ADA + ":" + Site.PASSWORD,
        url,
        "-o",
        output);
  }

  private Map<Integer, String> angus(String protocol, String port) throws Exception {
    Properties properties = new Properties();
    String authority = Files.readString(site.authority());
    properties.put(
        "mail." + protocol + ".ssl.socketFactory",
        CertificateAuthority.trusting(authority).getSocketFactory());
    properties.put("mail.imaps.fetchsize", "262144");
    Map<Integer, String> bodies = new TreeMap<>();
    try (Store store = Session.getInstance(properties).getStore(protocol)) {
      store.connect("localhost", Integer.parseInt(port), ADA, Site.PASSWORD);
      try (Folder inbox = store.getFolder("INBOX")) {
        inbox.open(Folder.READ_ONLY);
        for (Message message : inbox.getMessages()) {
          ByteArrayOutputStream octets = new ByteArrayOutputStream();
          message.writeTo(octets);
          put(bodies, octets.toByteArray());
        }
      }
    }
    return bodies;
  }

  /**
   * Each mail is there once, with the body that was sent; says which are not, and who sent them.
   */
  private void assertAsSent(Map<Integer, String> found) {
    List<String> wrong = new ArrayList<>();
    mails
        .digests()
        .forEach(
            (number, digest) -> {
              if (!digest.equals(found.get(number))) {
                wrong.add(
                    (found.containsKey(number) ? "other body: " : "missing: ")
                        + number
                        + " by "
                        + ProofMails.Sender.of(number));
              }
            });
    assertThat(wrong).isEmpty();
    assertThat(found).hasSize(ProofMails.COUNT);
  }

  /** The same for a Maildir: what was read before lies in another folder than what is new. */
  private static Map<Integer, String> maildir(Path folder) throws IOException {
    Map<Integer, String> bodies = bodies(folder.resolve("new"), true);
    bodies(folder.resolve("cur"), true)
        .forEach((number, digest) -> assertThat(bodies.put(number, digest)).isNull());
    return bodies;
  }

  /** The digest of each body in a folder of messages. */
  private static Map<Integer, String> bodies(Path folder, boolean bareLf) throws IOException {
    Map<Integer, String> bodies = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        byte[] message = Files.readAllBytes(file);
        put(bodies, bareLf ? withCrLf(message) : message);
      }
    }
    return bodies;
  }

  private static void put(Map<Integer, String> bodies, byte[] message) {
    Map.Entry<Integer, String> read = ProofMails.read(message);
    assertThat(bodies.put(read.getKey(), read.getValue())).as("mail %d", read.getKey()).isNull();
  }

  private static byte[] withCrLf(byte[] text) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream(text.length + text.length / 20);
    for (byte octet : text) {
      if (octet == '\n') {
        lines.write('\r');
      }
      lines.write(octet);
    }
    return lines.toByteArray();
  }

  private String python(String script, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("python3", "-c", script));
    command.addAll(List.of(arguments));
    return new String(Programs.run(folder, new byte[0], command.toArray(String[]::new)), UTF_8);
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  private Path write(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private String port(Door role) {
    return Integer.toString(server.port(role));
  }

  private String smtpPort(int kind) {
    return port(kind == CLEAR ? Role.MX : kind == STARTTLS ? Role.SUBMISSION : Role.SUBMISSIONS);
  }
}
