package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.secret.Secret;
import org.postroom.dist.applet.AppletRun;
import org.postroom.dist.applet.move.Contents;
import org.postroom.storage.Storage;

/**
 * Mail moves from a real Dovecot to us and back: clients that have synchronised with the one
 * download nothing again from the other. {@code -Dpostroom.move.messages} says how many there are.
 */
@Tag("process")
@Timeout(300)
final class DovecotMoveTest {
  private static final Path IMAP = Path.of("/usr/lib/dovecot/imap");
  private static final Path POP3 = Path.of("/usr/lib/dovecot/pop3");
  private static final String ADA = "ada@example.org";
  private static final int MESSAGES = Integer.getInteger("postroom.move.messages", 60);

  @TempDir private Path folder;

  @BeforeEach
  void needDovecot() {
    assumeTrue(Files.isExecutable(IMAP) && Files.isExecutable(POP3), "dovecot");
    Programs.need("mbsync");
  }

  /**
   * How one of Dovecot's servers is started for one session, which is logged in already. It serves
   * nobody's mail as root, and takes its input from a pipe alone.
   */
  private String command(Path program, Path maildir) throws Exception {
    boolean root = Files.getOwner(folder).getName().equals("root");
    String group = Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
    Path script = folder.resolve(maildir.getFileName() + "-" + program.getFileName());
    Files.createDirectories(maildir);
    Files.write(
        Path.of(script + ".conf"),
        List.of(
            "base_dir = " + folder + "/run",
            "ssl = no",
            "mail_fsync = never",
            "mail_location = maildir:" + maildir,
            "mail_home = " + maildir,
            "mail_uid = " + (root ? "mail" : Files.getOwner(folder).getName()),
            "mail_gid = " + (root ? "mail" : group),
            "first_valid_uid = 0",
            "first_valid_gid = 0"));
    Files.write(
        script,
        List.of(
            "cd " + maildir,
            "export USER=ada",
            "exec 3<&0",
            "rm -f " + script + ".in",
            "mkfifo " + script + ".in",
            "cat <&3 >" + script + ".in & copier=$!",
            program + " -c " + script + ".conf 3<&- <" + script + ".in | cat",
            "kill $copier 2>/dev/null",
            "exit 0"));
    if (root) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      byte[] unused =
          Programs.run(folder, new byte[0], "chown", "-R", "mail:mail", maildir.toString());
    }
    return "sh " + script;
  }

  private byte[] dovecot(Path program, Path maildir, byte[] said) throws Exception {
    return Programs.run(folder, said, "sh", "-c", command(program, maildir));
  }

  private byte[] conversation() {
    Random random = new Random(7);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    List<String> names = List.of("INBOX", "Sent", "Old.&AOQ-", "Empty");
    StringBuilder all = new StringBuilder();
    for (String name : names) {
      all.append("c CREATE \"").append(name).append("\"\r\n");
    }
    for (int i = 0; i < MESSAGES; i++) {
      String text =
          "From: bob@far.test\r\nSubject: message "
              + i
              + "\r\nMessage-ID: <"
              + i
              + "@far.test>\r\n\r\n"
              + "line of it\r\n".repeat(random.nextInt(40));
      List<String> flags = List.of("", "\\Seen", "\\Answered \\Seen", "\\Flagged $Work", "later");
      all.append("a APPEND \"")
          .append(names.get(random.nextInt(3)))
          .append("\" (")
          .append(flags.get(random.nextInt(flags.size())))
          .append(") \"0")
          .append(1 + random.nextInt(9))
          .append("-Mar-2021 10:11:12 +0200\" {")
          .append(text.length())
          .append("+}\r\n")
          .append(text)
          .append("\r\n");
    }
    all.append("s SELECT INBOX\r\ns STORE 2:4 +FLAGS (\\Deleted)\r\ne EXPUNGE\r\n");
    all.append("u SUBSCRIBE Sent\r\nu SUBSCRIBE \"Old.&AOQ-\"\r\nq LOGOUT\r\n");
    said.writeBytes(all.toString().getBytes(US_ASCII));
    return said.toByteArray();
  }

  /** Has mbsync fetch what is new; gives all files that it has by then. */
  private Map<String, String> mbsync(String server) throws Exception {
    Path near = Files.createDirectories(folder.resolve("near"));
    Path conf = folder.resolve("mbsyncrc");
    Files.writeString(
        conf,
        "FSync no\n\nIMAPStore far\n"
            + server
            + "\n\nMaildirStore near\nPath "
            + near
            + "/\nInbox "
            + near
            + "/INBOX\nSubFolders Verbatim\n\n"
            + "Channel c\nFar :far:\nNear :near:\nPatterns *\nCreate Near\nSync Pull\nExpunge Near\n"
            + "SyncState *\n");
    byte[] unused = Programs.run(folder, new byte[0], "mbsync", "-c", conf.toString(), "-a");
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(near)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = near.relativize(file).toString();
        if (name.contains("/cur/") || name.contains("/new/")) {
          files.put(name, Files.readString(file, ISO_8859_1));
        }
      }
    }
    return files;
  }

  private static List<String> uidls(byte[] said) {
    return new String(said, ISO_8859_1).lines().filter(line -> line.matches("\\d+ \\S+")).toList();
  }

  private ServerBuilder server() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.h2(folder.resolve("data")));
  }

  private static AppletRun run(String... words) {
    return AppletRun.of(words);
  }

  @Test
  void clientsGoOnWhereTheyWere() throws Exception {
    Path maildir = folder.resolve("Maildir");
    String data = folder.resolve("data").toString();
    byte[] said = dovecot(IMAP, maildir, conversation());
    assertThat(new String(said, ISO_8859_1)).contains("q OK").doesNotContain(" BAD ");
    byte[] uidl = "UIDL\r\nQUIT\r\n".getBytes(US_ASCII);
    List<String> uidls = uidls(dovecot(POP3, maildir, uidl));
    Map<String, String> fetched = mbsync("Tunnel \"" + command(IMAP, maildir) + "\"");
    assertThat(fetched).hasSizeGreaterThan(MESSAGES / 2);

    assertThat(run("user", "add", "-d", data, ADA).status()).isZero();
    AppletRun moved =
        run("mail", "import", "-d", data, "-u", ADA, "--verify", "maildir:" + maildir);
    assertThat(moved.status()).as(moved.said()).isZero();

    try (MailServer ours =
        server()
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.IMAP, 0)
            .listen(Role.POP3, 0)
            .start()) {
      ours.users().changePassword(ADA, Secret.of("correct horse"));
      assertThat(
              mbsync(
                  "Host 127.0.0.1\nPort "
                      + ours.address(Role.IMAP).getPort()
                      + "\nUser "
                      + ADA
                      + "\nPass \"correct horse\"\nSSLType None\nAuthMechs LOGIN"))
          .isEqualTo(fetched);
      assertThat(uidlsOf(ours)).isEqualTo(uidls);
    }
    Path back = folder.resolve("back");
    AppletRun out = run("mail", "export", "-d", data, "-u", ADA, "maildir:" + back);
    assertThat(out.status()).as(out.said()).isZero();

    assertThat(mbsync("Tunnel \"" + command(IMAP, back) + "\"")).isEqualTo(fetched);
    assertThat(uidls(dovecot(POP3, back, uidl))).isEqualTo(uidls);
    Map<String, List<String>> before = Contents.of(server(), ADA);
    AppletRun again = run("mail", "import", "-d", data, "-u", ADA, "--verify", "maildir:" + back);
    assertThat(again.said()).contains("imported 0 messages");
    assertThat(again.status()).as(again.said()).isZero();
    assertThat(Contents.of(server(), ADA)).isEqualTo(before);
  }

  private List<String> uidlsOf(MailServer server) {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), server.address(Role.POP3).getPort())) {
      socket
          .getOutputStream()
          .write(("USER " + ADA + "\r\nPASS correct horse\r\nUIDL\r\nQUIT\r\n").getBytes(US_ASCII));
      return uidls(socket.getInputStream().readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
