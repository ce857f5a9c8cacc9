package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.testing.Until;
import org.postroom.dist.applet.AppletRun;
import org.postroom.storage.Storage;

/**
 * A machine with Debian's Postfix and Dovecot becomes one of ours, and is theirs again: twenty
 * users of two domains with their mail and passwords, aliases, what waits in the queue, clients
 * that have synchronised before and download nothing again. {@code -Dpostroom.move.messages} says
 * how many messages there are, {@code -Dpostroom.move.kills} how often the import is killed.
 */
@Tag("process")
@Timeout(3600)
final class MovedMachineTest {
  private static final int MESSAGES = Integer.getInteger("postroom.move.messages", 300);
  private static final int KILLS = Integer.getInteger("postroom.move.kills", 1);
  private static final List<String> USERS =
      Stream.of("example.org", "example.net")
          .flatMap(
              domain -> Stream.iterate(1, n -> n + 1).limit(10).map(n -> "u" + n + "@" + domain))
          .toList();

  /** Whose mail is fetched by POP3, too. */
  private static final List<String> FETCHED = USERS.subList(8, 12);

  private static final List<String> BOXES = List.of("INBOX", "Sent", "Old.&AOQ-");
  private static final List<String> FLAGS =
      List.of("", "\\Seen", "\\Answered \\Seen", "\\Flagged $Work", "later");
  private static final int PIECE = 100;

  @TempDir private Path folder;
  private Path old;
  private int imap;
  private int pop3;
  private int smtp;
  private int smarthost;
  private @Nullable PostfixServer postfix;
  private @Nullable RealDovecot dovecot;

  @BeforeEach
  void needThem() throws IOException {
    PostfixServer.need();
    for (String client : List.of("mbsync", "fetchmail", "swaks")) {
      Programs.need(client);
    }
    assumeTrue(Files.isExecutable(Path.of("/usr/lib/dovecot/lmtp")), "Dovecot's lmtp");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    old = Files.createDirectory(folder.resolve("old"));
    postfix = new PostfixServer(Files.createDirectory(folder.resolve("postfix")));
    imap = FreePorts.take();
    pop3 = FreePorts.take();
    smtp = FreePorts.take();
    smarthost = FreePorts.take();
  }

  @AfterEach
  void stop() throws Exception {
    if (postfix != null) {
      postfix.close();
    }
    stopDovecot();
  }

  private void stopDovecot() throws InterruptedException {
    if (dovecot != null) {
      dovecot.stop();
      dovecot = null;
    }
  }

  private static String password(String user) {
    return "of " + user;
  }

  /** Dovecot as its tutorials have it, with passwords in a file. */
  private void startDovecot(String mails, int lmtp) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String user : USERS) {
      lines.add(user + ":{PLAIN}" + password(user));
    }
    Files.write(old.resolve("users"), lines);
    dovecot =
        RealDovecot.start(
            old,
            List.of("imap", "pop3", "lmtp"),
            """
            mail_location = maildir:~/Maildir
            passdb {
              driver = passwd-file
              args = FOLDER/users
            }
            userdb {
              driver = static
              args = uid=mail gid=mail home=FOLDER/MAILS/%d/%n allow_all_users=yes
            }
            service imap-login {
              inet_listener imap {
                port = IMAP
              }
            }
            service pop3-login {
              inet_listener pop3 {
                port = POP3
              }
            }
            service lmtp {
              inet_listener lmtp {
                address = 127.0.0.1
                port = LMTP
              }
            }
            """
                .replace("MAILS", mails)
                .replace("IMAP", "" + imap)
                .replace("POP3", "" + pop3)
                .replace("LMTP", "" + lmtp));
    Until.so(() -> answers(imap) && answers(pop3) && answers(lmtp));
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.getInputStream().read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Postfix as its tutorials have it, with Dovecot behind and a smarthost that is away. */
  private void startPostfix(int lmtp) throws IOException {
    Path etc = folder.resolve("postfix/etc");
    List<String> boxes = USERS.stream().map(user -> user + " here").toList();
    Files.write(etc.resolve("vmailbox"), boxes);
    Files.writeString(
        etc.resolve("virtual"),
        """
        info@example.org u1@example.org, u2@example.net
        sales@example.net u3@example.org
        @former.example u4@example.org
        """);
    postfix.start(
        """
        myhostname = mail.example.org
        virtual_mailbox_domains = example.org, example.net
        virtual_mailbox_maps = hash:ETC/vmailbox
        virtual_alias_domains = former.example
        virtual_alias_maps = hash:ETC/virtual
        virtual_transport = lmtp:[127.0.0.1]:LMTP
        relayhost = [127.0.0.1]:SMARTHOST
        """
            .replace("ETC", etc.toString())
            .replace("LMTP", "" + lmtp)
            .replace("SMARTHOST", "" + smarthost),
        ("127.0.0.1:" + smtp + " inet n - n - - smtpd\n")
            + "lmtp unix - - n - - lmtp\n"
            + "pickup unix n - n 60 1 pickup\n"
            + "showq unix n - n - - showq\n");
    postfix.index("hash:" + etc + "/vmailbox");
    postfix.index("hash:" + etc + "/virtual");
    Until.so(() -> answers(smtp));
  }

  private void send(int port, String to, String subject) throws Exception {
    byte[] unused =
        Programs.run(
            folder,
            new byte[0],
            "swaks",
            "--silent",
            "2",
            "--server",
            "127.0.0.1:" + port,
            "--from",
            "somebody@far.test",
            "--to",
            to,
            "--header",
            "Subject: " + subject);
  }

  /** What somebody has from years with Dovecot: mailboxes, flags, dates, gaps in the numbers. */
  private void fill(String user, int messages, Random random) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), imap)) {
      StringBuilder said = new StringBuilder();
      said.append("l LOGIN ").append(user).append(" \"").append(password(user)).append("\"\r\n");
      say(socket, said);
      for (String box : BOXES) {
        said.append("c CREATE \"").append(box).append("\"\r\ns SUBSCRIBE \"").append(box);
        said.append("\"\r\n");
      }
      for (int number = 0; number < messages; number++) {
        String text =
            ("From: bob@far.test\r\nSubject: message " + number + " of " + user + "\r\n\r\n")
                + "line of it\r\n".repeat(random.nextInt(60));
        said.append("a APPEND \"").append(BOXES.get(random.nextInt(BOXES.size())));
        said.append("\" (").append(FLAGS.get(random.nextInt(FLAGS.size()))).append(") \"0");
        said.append(1 + random.nextInt(9)).append("-Mar-2021 10:11:12 +0200\" {");
        said.append(text.length()).append("+}\r\n").append(text).append("\r\n");
        if (number % PIECE == PIECE - 1) {
          say(socket, said);
        }
      }
      said.append("s SELECT INBOX\r\ns STORE 2:3 +FLAGS (\\Deleted)\r\ne EXPUNGE\r\n");
      say(socket, said);
    }
  }

  /** Says it, and reads until all of it is answered. */
  private static void say(Socket socket, StringBuilder said) throws IOException {
    said.append("end NOOP\r\n");
    OutputStream out = socket.getOutputStream();
    out.write(said.toString().getBytes(US_ASCII));
    said.setLength(0);
    StringBuilder heard = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (heard.indexOf("end OK") < 0) {
      int next = in.read();
      assertThat(next).as(heard.toString()).isNotNegative();
      heard.append((char) next);
    }
    assertThat(heard.toString()).doesNotContain(" BAD ");
  }

  /** What mbsync has of everybody, by file, when it has synchronised with a server. */
  private Map<String, String> mbsync(int port) throws Exception {
    Map<String, String> files = new TreeMap<>();
    for (String user : USERS) {
      Path near = Files.createDirectories(folder.resolve("near").resolve(user));
      Path conf =
          Files.writeString(
              folder.resolve("mbsyncrc"),
              """
              FSync no

              IMAPStore far
              Host 127.0.0.1
              Port PORT
              User USER
              Pass "PASSWORD"
              SSLType None
              AuthMechs LOGIN

              MaildirStore near
              Path NEAR/
              Inbox NEAR/INBOX
              SubFolders Verbatim

              Channel c
              Far :far:
              Near :near:
              Patterns *
              Create Near
              Sync Pull
              Expunge Near
              SyncState *
              """
                  .replace("PORT", "" + port)
                  .replace("USER", user)
                  .replace("PASSWORD", password(user))
                  .replace("NEAR", near.toString()));
      byte[] unused =
          Programs.run(folder, new byte[0], "mbsync", "-q", "-c", conf.toString(), "-a");
      try (Stream<Path> all = Files.walk(near)) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          String name = near.getParent().relativize(file).toString();
          if (name.contains("/cur/") || name.contains("/new/")) {
            files.put(name, Files.readString(file, ISO_8859_1));
          }
        }
      }
    }
    return files;
  }

  /** How many messages fetchmail has brought so far. */
  private long fetchmail(int port) throws Exception {
    Path fetched = Files.createDirectories(folder.resolve("fetched"));
    StringBuilder conf = new StringBuilder("set no syslog\n");
    for (String user : FETCHED) {
      conf.append("poll 127.0.0.1 service ").append(port).append(" protocol pop3 uidl\n  user \"");
      conf.append(user).append("\" password \"").append(password(user));
      conf.append("\" sslproto \"\" keep no rewrite mda \"sh -c 'exec cat >$(mktemp ");
      conf.append(fetched).append("/XXXXXXXXXX)'\"\n");
    }
    Path file = Files.writeString(folder.resolve("fetchmailrc"), conf);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    byte[] unused =
        Programs.run(
            folder,
            new byte[0],
            "sh",
            "-c",
            // 1: there was nothing new.
            "fetchmail --silent -i ids -f fetchmailrc || test $? = 1");
    try (Stream<Path> all = Files.list(fetched)) {
      return all.count();
    }
  }

  /** Their main.cf, with the lines that a move adds behind it. */
  private Path mainCf() throws IOException {
    Path etc = folder.resolve("postfix/etc");
    return Files.writeString(
        Files.createDirectory(folder.resolve("new")).resolve("main.cf"),
        Files.readString(etc.resolve("main.cf"))
            + """
            virtual_transport = virtual
            maillog_file =
            dovecot_conf = OLD/dovecot.conf
            storage_url = h2:data
            listeners = smtp:0 imap:0 pop3:0
            """
                .replace("OLD", old.toString()));
  }

  private static String done(String... words) {
    AppletRun run = AppletRun.of(words);
    assertThat(run.status()).as("%s: %s", String.join(" ", words), run.said()).isZero();
    return run.said();
  }

  @Test
  void isOursAndTheirsAgain() throws Exception {
    int lmtp = FreePorts.take();
    startDovecot("home", lmtp);
    startPostfix(lmtp);
    Random random = new Random(11);
    for (String user : USERS) {
      fill(user, MESSAGES / USERS.size(), random);
    }
    for (String to : List.of("info@example.org", "any@former.example", "u9@example.net")) {
      send(smtp, to, "before the move");
    }
    for (int mail = 0; mail < 5; mail++) {
      send(smtp, "x@far.test", "waits " + mail);
    }
    // Four came to mailboxes; the smarthost is away.
    Until.so(
        () -> postfix.log().stream().filter(line -> line.contains("status=sent")).count() == 4);
    Map<String, String> synchronised = mbsync(imap);
    long fetched = fetchmail(pop3);
    assertThat(synchronised).hasSizeGreaterThan(MESSAGES - 3 * USERS.size());
    assertThat(fetched).isGreaterThan(FETCHED.size());

    stopDovecot();
    String mainCf = mainCf().toString();
    String[] command = {
      "mail",
      "import",
      "-c",
      mainCf,
      "--all-users",
      "--verify",
      "maildir:" + old + "/home/%d/%n/Maildir"
    };
    for (int kill = 0; kill < KILLS; kill++) {
      ServerProcess killed = ServerProcess.begin(command);
      // A line for each mailbox that is done.
      int mailboxes = 1 + random.nextInt(USERS.size());
      Until.so(() -> killed.said().lines().count() > mailboxes || !killed.isAlive());
      killed.kill();
    }
    String moved = done(command);
    assertThat(moved)
        .contains(" were there already", " are the same on both sides")
        .doesNotContain("imported 0 messages");
    assertThat(done(command)).as(moved).contains("imported 0 messages");

    Map<String, String> grown;
    try (ServerProcess ours = ServerProcess.start(Path.of(mainCf))) {
      assertThat(mbsync(ours.port(Role.IMAP))).isEqualTo(synchronised);
      assertThat(fetchmail(ours.port(Role.POP3))).isEqualTo(fetched);

      postfix.handOver(ours.port(Role.MX));
      assertThat(done("postqueue", "-c", mainCf, "-p")).contains("in 5 Requests.");
      for (String to : List.of("info@example.org", "sales@example.net", "u10@example.org")) {
        send(ours.port(Role.MX), to, "after the move");
      }
      try (MailServer far =
          MailServer.builder()
              .hostname("far.test")
              .domains("far.test")
              .storage(Storage.inMemory())
              .bind(InetAddress.getLoopbackAddress())
              .listen(Role.MX, smarthost)
              .account("x@far.test", "horse")
              .start()) {
        String unused = done("queue", "run", "-c", mainCf, "ALL");
        Until.so(() -> Inbox.of(far, "x@far.test").size() == 5);
        assertThat(Inbox.of(far, "x@far.test"))
            .allSatisfy(mail -> assertThat(mail).contains("Subject: waits "));
      }
      grown = mbsync(ours.port(Role.IMAP));
      assertThat(grown).containsAllEntriesOf(synchronised).hasSize(synchronised.size() + 4);
      assertThat(fetchmail(ours.port(Role.POP3))).isEqualTo(fetched + 2);
    }

    String unused =
        done(
            "mail",
            "export",
            "-c",
            mainCf,
            "--all-users",
            "maildir:" + old + "/back/%d/%n/Maildir");
    byte[] unusedToo = Programs.run(folder, new byte[0], "chown", "-R", "mail:mail", old + "/back");
    startDovecot("back", lmtp);
    assertThat(mbsync(imap)).isEqualTo(grown);
    assertThat(fetchmail(pop3)).isEqualTo(fetched + 2);
  }
}
