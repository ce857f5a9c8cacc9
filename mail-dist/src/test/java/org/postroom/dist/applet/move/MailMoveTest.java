package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.secret.Secret;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.applet.AppletRun;
import org.postroom.dist.applet.FolderCopy;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.assembly.StartedServer;
import org.postroom.storage.Storage;

/** Mail comes from Maildirs and goes to them, by the commands, in this process. */
@Timeout(120)
@Tag("seconds")
final class MailMoveTest {
  private static final String ADA = "ada@example.org";

  /**
   * Data folders as they are when ada has just come, by name: no two have the same UIDVALIDITYs.
   */
  @TempDir private static Path fresh;

  @TempDir private Path folder;

  private static AppletRun run(String... words) {
    return AppletRun.of(words);
  }

  @BeforeAll
  static void makeDataFolders() {
    for (String name : List.of("data", "other")) {
      String made = fresh.resolve(name).toString();
      assertThat(run("user", "add", "-d", made, ADA).status()).isZero();
    }
  }

  private Path data(String name) throws IOException {
    Path data = folder.resolve(name);
    if (!Files.exists(data)) {
      FolderCopy.of(fresh.resolve(name), data);
    }
    return data;
  }

  private AppletRun bring(Path data, Tree tree, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("mail", "import", "-d", data.toString(), "-u", ADA, "maildir:" + tree.root()));
    words.addAll(List.of(more));
    return run(words.toArray(String[]::new));
  }

  private AppletRun export(Path data, Tree tree) {
    return run("mail", "export", "-d", data.toString(), "-u", ADA, "maildir:" + tree.root());
  }

  private Tree tree(String name) {
    return new Tree(folder.resolve(name));
  }

  private static Map<String, List<String>> contents(Path data) {
    return Contents.of(MailServer.builder().storage(Storage.h2(data)), ADA);
  }

  private static String subject(String line) {
    return line.substring(0, line.lastIndexOf(' '));
  }

  private static List<String> shown(Path data, String mailbox) {
    return contents(data).get(mailbox).stream()
        .map(line -> line.contains("[") ? subject(line) : line)
        .toList();
  }

  private static byte[] gzipped(String text) throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(octets)) {
      out.write(text.getBytes(ISO_8859_1));
    }
    return octets.toByteArray();
  }

  /** One of Dovecot's, with everything that there can be in it. */
  private Tree dovecots() throws IOException {
    Tree tree = tree("Maildir");
    tree.file(
        "",
        "dovecot-uidlist",
        "3 V1234567890 N12 G0123456789abcdef0123456789abcdef",
        "2 :1.M1P1.host,S=20,W=22",
        "5 W30 :2.M1P1.host",
        "7 :gone",
        "8 :3.M1P1.host,S=9,W=9",
        "5 :2.M1P1.host");
    tree.file("", "dovecot-keywords", "0 Work", "1 $Junk", "25 late");
    tree.message("", "cur/1.M1P1.host,S=20,W=22:2,S", "Subject: one\n\nbody\n", 1000);
    tree.message("", "cur/2.M1P1.host:2,DFPRSTabz", "Subject: two\r\n\r\nno end", 2000);
    tree.message("", "cur/3.M1P1.host,S=9,W=9;2,F", gzipped("Subject: three\n\n"), 3000);
    tree.message("", "new/20.M2P1.host", "Subject: later\n\n", 4000);
    tree.message("", "new/20.M1P1.host", "Subject: new\n\nbare\rcr\n", 4000);
    tree.message("", "tmp/99.M1P1.host", "Subject: unfinished\n\n", 5000);
    tree.file(".Sent", "dovecot-uidlist", "1 42 9", "3 1.a", "8 2.a");
    tree.message(".Sent", "cur/1.a:2,S", "Subject: sent\n\n", 1);
    tree.message(".Sent", "cur/2.a:2,", "Subject: sent too\n\n", 2);
    tree.file(".Old.&AOQ-.b c", "courierimapuiddb", "1 77 3", "2 9.x");
    tree.message(".Old.&AOQ-.b c", "cur/9.x:2,", "Subject: deep\n\n", 3);
    tree.message(".Nobody", "cur/5.y:2,S", "Subject: unnumbered\n\n", 4);
    tree.file("", "subscriptions", "V\t2", "", "Sent", "Old\t&AOQ-\tb c");
    tree.file("", "courierimapsubscribed", "INBOX", "INBOX.Gone.Away");
    return tree;
  }

  @Test
  void takesAMaildirWithAllThatClientsKnow() throws IOException {
    Tree tree = dovecots();
    Map<String, String> before = tree.files();
    Path data = data("data");

    AppletRun run = bring(data, tree, "--verify");

    assertThat(run.said()).contains("9 are the same on both sides").contains("INBOX: 5 messages");
    assertThat(run.status()).isZero();
    assertThat(tree.files()).isEqualTo(before);
    assertThat(shown(data, "INBOX"))
        .containsExactly(
            "1234567890 14",
            "2 [\\Seen] 1000000 22",
            "5 [$Forwarded, $Junk, Work, \\Answered, \\Deleted, \\Draft, \\Flagged, \\Seen, late]"
                + " 2000000 22",
            "8 [\\Flagged] 3000000 18",
            "12 [] 4000000 25",
            "13 [] 4000000 18");
    assertThat(shown(data, "Sent")).containsExactly("42 9", "3 [\\Seen] 1000 17", "8 [] 2000 21");
    assertThat(shown(data, "Old/ä/b c")).containsExactly("77 3", "2 [] 3000 17");
    assertThat(shown(data, "Nobody").subList(1, 2)).containsExactly("1 [\\Seen] 4000 23");
    assertThat(contents(data).get("subscribed"))
        .contains("INBOX", "Sent", "Old/ä/b c", "Gone/Away");
  }

  @Test
  void aSecondRunBringsWhatIsNewAndFlags() throws IOException {
    Tree tree = dovecots();
    Path data = data("data");
    bring(data, tree);
    Map<String, List<String>> first = contents(data);

    AppletRun again = bring(data, tree);
    Map<String, List<String>> second = contents(data);
    Files.move(
        tree.root().resolve("cur/1.M1P1.host,S=20,W=22:2,S"),
        tree.root().resolve("cur/1.M1P1.host,S=20,W=22:2,RSa"));
    Files.delete(tree.root().resolve("cur/2.M1P1.host:2,DFPRSTabz"));
    tree.message("", "new/30.M1P1.host", "Subject: newest\n\n", 6000);
    tree.message(".Nobody", "cur/6.y:2,", "Subject: one more\n\n", 7);
    AppletRun third = bring(data, tree, "--verify");

    assertThat(again.said()).contains("imported 0 messages", "9 were there already");
    assertThat(second).isEqualTo(first);
    assertThat(third.said()).contains("imported 2 messages", "1 have other flags now");
    assertThat(third.status()).isZero();
    assertThat(shown(data, "INBOX"))
        .contains("2 [Work, \\Answered, \\Seen] 1000000 22", "14 [] 6000000 19")
        .hasSize(7);
    assertThat(shown(data, "Nobody")).hasSize(3);
  }

  @Test
  void whatWasRemovedHereDoesNotComeAgain() throws IOException {
    Tree tree = dovecots();
    Path data = data("data");
    bring(data, tree);
    try (MailServer server = server(data).start()) {
      server.mailboxes(ADA).folder("Sent").expunge(List.of(3L));
    }

    AppletRun again = bring(data, tree);

    assertThat(again.status()).isZero();
    assertThat(again.said()).contains("1 have been removed here");
    assertThat(shown(data, "Sent")).containsExactly("42 9", "8 [] 2000 21");
  }

  @Test
  void saysWhatCannotBeTaken() throws IOException {
    Tree tree = dovecots();
    byte[] zstd = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0, 0};
    tree.message("", "cur/50.z:2,S", zstd, 9000);
    Files.createSymbolicLink(tree.root().resolve("cur/51.l:2,S"), Path.of("/etc/hostname"));
    tree.file(".Broken", "dovecot-uidlist", "3 V9 N9", "x :y");
    Path data = data("data");
    try (MailServer server = server(data).start()) {
      server.mailboxes(ADA).folder("Sent").append("Subject: x\r\n\r\n".getBytes(UTF_8));
    }

    AppletRun run = bring(data, tree);

    assertThat(run.status()).isEqualTo(65);
    assertThat(run.said())
        .contains("50.z:2,S: it is compressed with zstd, which is not read; gzip is")
        .contains("51.l:2,S: no file, but a link or a folder")
        .contains("dovecot-uidlist: line 2: expected a UID and a file, found: x :y")
        .contains("ada@example.org Sent: Mailbox Sent has had messages under UIDVALIDITY")
        .contains("4 could not be taken");
    assertThat(shown(data, "INBOX")).hasSize(6);
    assertThat(shown(data, "Sent")).hasSize(2);
  }

  private ServerBuilder server(Path data) throws IOException {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.h2(data))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.IMAP, 0);
  }

  @Test
  void worksBesideARunningServer() throws IOException {
    Tree tree = dovecots();
    byte[] long1 = new byte[5_000_000];
    new Random(1).nextBytes(long1);
    tree.message(".Long", "cur/1.l:2,S", long1, 1);
    Path data = data("data");
    Tree out = tree("out");
    try (MailServer server = server(data).start()) {
      assertThat(bring(data, tree, "--verify").status()).isZero();
      assertThat(export(data, out).status()).isZero();
      assertThat(server.mailboxes(ADA).folder("Old/ä/b c").size()).isEqualTo(1);
    }
    Path other = data("other");

    assertThat(bring(other, out, "--verify").status()).isZero();

    // What has no UIDVALIDITY of its own gets one here, and keeps it.
    assertThat(contents(other)).isEqualTo(contents(data));
  }

  @Test
  void anExportIsReadByItsOwnerAloneAndDoneAgainChangesNothing() throws IOException {
    Path data = data("data");
    bring(data, dovecots());
    Tree out = tree("out");

    AppletRun first = export(data, out);
    Map<String, String> files = out.files();
    AppletRun second = export(data, out);

    assertThat(first.status()).isZero();
    assertThat(first.said()).contains("exported 9 messages");
    assertThat(second.said()).contains("exported 0 messages", "9 were there already");
    assertThat(out.files()).isEqualTo(files);
    assertThat(files.get("dovecot-uidlist"))
        .startsWith("3 V1234567890 N14\n2 :1000.V1234567890U2.postroom,S=19,W=22\n");
    assertThat(files.get("cur/1000.V1234567890U2.postroom,S=19,W=22:2,S"))
        .isEqualTo("1000000 Subject: one\n\nbody\n");
    assertThat(files.get("dovecot-keywords")).contains("Work\n", "$Forwarded\n");
    assertThat(files.get("subscriptions")).startsWith("V\t2\n\n").contains("Old\t&AOQ-\tb c\n");
    assertThat(files).containsKey(".Old.&AOQ-.b c/maildirfolder");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out.root())))
        .isEqualTo("rwx------");
    for (String name : files.keySet()) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(out.root().resolve(name))))
          .as(name)
          .isEqualTo("rw-------");
    }
  }

  @Test
  void anExportFollowsWhatHasChanged() throws IOException {
    Path data = data("data");
    bring(data, dovecots());
    Tree out = tree("out");
    export(data, out);
    try (MailServer server = server(data).start()) {
      server.mailboxes(ADA).inbox().expunge(List.of(5L));
      server.mailboxes(ADA).inbox().flag(List.of(2L), "\\Flagged", "todo");
      server.mailboxes(ADA).inbox().append("Subject: x\r\n\r\nx\r\r\ny".getBytes(UTF_8));
    }

    AppletRun second = export(data, out);
    Path other = data("other");
    bring(other, out, "--verify");

    assertThat(second.said()).contains("exported 1 messages", "1 have other flags now");
    assertThat(contents(other)).isEqualTo(contents(data));
  }

  @Test
  void doesNotWriteAmongMessagesThatAreNotOurs() throws IOException {
    Path data = data("data");
    bring(data, dovecots());
    Tree out = tree("out");
    out.message("", "cur/1.other:2,S", "Subject: x\n\n", 1);
    out.file(".Sent", "dovecot-uidlist", "3 V41 N2");

    AppletRun run = export(data, out);

    assertThat(run.status()).isEqualTo(65);
    assertThat(run.said())
        .contains("1 files in it are not ours and have no UID; choose an empty folder")
        .contains("its messages have UIDVALIDITY 41, and ours 42; choose an empty folder");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void whatGoesOutAndComesInAgainIsTheSame(long seed) throws IOException {
    Random random = new Random(seed);
    Tree tree = tree("Maildir");
    String[] names = {"", ".Sent", ".a", ".a.b", ".&AOQA9g-", ".x y z"};
    for (String name : names) {
      List<String> list = new ArrayList<>();
      list.add("3 V" + (1 + random.nextInt(Integer.MAX_VALUE)) + " N" + 1_000_000);
      long uid = 0;
      for (int i = random.nextInt(30); i > 0; i--) {
        uid += 1 + random.nextInt(random.nextInt(10) == 0 ? 3000 : 3);
        String base = uid + ".M" + i + "P1.h";
        if (random.nextInt(20) > 0) {
          list.add(uid + " :" + base);
        }
        byte[] octets = new byte[random.nextInt(random.nextInt(20) == 0 ? 600_000 : 300)];
        for (int at = 0; at < octets.length; at++) {
          octets[at] = (byte) "ab \r\n\n>\0\u00e4".charAt(random.nextInt(9));
        }
        StringBuilder flags = new StringBuilder();
        for (char letter : "DFPRSTabcz".toCharArray()) {
          flags.append(random.nextInt(4) == 0 ? letter : "");
        }
        tree.message(name, "cur/" + base + ":2," + flags, octets, random.nextInt());
      }
      tree.file(name, "dovecot-uidlist", list.toArray(String[]::new));
      tree.file(name, "dovecot-keywords", "0 one", "1 $Two", "2 three+", "25 last");
    }
    Path data = data("data");
    Path other = data("other");
    Tree out = tree("out");
    Tree outAgain = tree("again");

    assertThat(bring(data, tree, "--verify").status()).isZero();
    assertThat(export(data, out).status()).isZero();
    assertThat(bring(other, out, "--verify").status()).isZero();
    assertThat(export(other, outAgain).status()).isZero();

    assertThat(contents(other)).isEqualTo(contents(data));
    assertThat(outAgain.files()).isEqualTo(out.files());
  }

  @Test
  void takesMboxesWithUidsAndFlags() throws IOException {
    Path mail = Files.createDirectories(folder.resolve("mail/Old"));
    String dated = " Fri Jul  8 12:08:34 2011\n";
    Files.writeString(
        folder.resolve("ada"),
        "From MAILER-DAEMON"
            + dated
            + "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n"
            + "X-IMAP: 4711 0000000009 Work\n\nThis text is part of the internal format.\n\n"
            + "From bob@far.test"
            + dated
            + "Subject: one\nStatus: RO\nX-Status: A\nX-Keywords: Work\nX-UID: 3\n\n"
            + ">From here\n\n"
            + "From bob@far.test"
            + dated
            + "Subject: two\nX-UID: 7\n\n\n"
            + "From eve@far.test"
            + dated
            + "Subject: new\n\n");
    Files.writeString(mail.resolve("&AOQ-"), "From x" + dated + "Subject: three\n\n");
    Files.writeString(folder.resolve("mail/.subscriptions"), "Old/&AOQ-\n");
    String source = "mbox:" + folder + "/mail:INBOX=" + folder + "/%n";
    Path data = data("data");

    AppletRun first = run("mail", "import", "-d", data.toString(), "-u", ADA, "--verify", source);
    Map<String, List<String>> once = contents(data);
    AppletRun again = run("mail", "import", "-d", data.toString(), "-u", ADA, source);

    assertThat(first.said()).contains("imported 4 messages", "4 are the same on both sides");
    assertThat(first.status()).isZero();
    assertThat(shown(data, "INBOX"))
        .containsExactly(
            "4711 11",
            "3 [Work, \\Answered, \\Seen] 1310126914000 27",
            "7 [] 1310126914000 16",
            "10 [] 1310126914000 16");
    assertThat(shown(data, "Old/ä").subList(1, 2)).containsExactly("1 [] 1310126914000 18");
    assertThat(once.get("subscribed")).contains("Old/ä");
    assertThat(again.said()).contains("imported 0 messages", "4 were there already");
    assertThat(contents(data)).isEqualTo(once);
  }

  private AppletRun exportMboxes(Path data, Path to) {
    return run("mail", "export", "-d", data.toString(), "-u", ADA, "mbox:" + to);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 4})
  void whatGoesOutAsMboxesAndComesInAgainIsTheSame(long seed) throws IOException {
    Random random = new Random(seed);
    String[] head = {"Subject: x", "From: ada@far.test", "X-Y: a\r\n\tfrom b", "Received: z"};
    String[] body = {
      "",
      "",
      "From here",
      ">From there",
      ">>From x",
      "From ada@far.test Fri Jul  8 12:08:34 2011",
      "> From",
      "Status: RO",
      "text \u00e4",
      ">",
      "Fro",
      "x".repeat(1200),
      "From"
    };
    Tree tree = tree("Maildir");
    for (String name : new String[] {"", ".Sent", ".a", ".a.b", ".&AOQA9g-", ".INBOX.c"}) {
      List<String> list = new ArrayList<>(List.of("3 V" + (1 + random.nextInt(999)) + " N1000"));
      long uid = 0;
      for (int i = random.nextInt(30); i > 0; i--) {
        uid += 1 + random.nextInt(3);
        list.add(uid + " :" + uid + ".h");
        StringBuilder text = new StringBuilder();
        for (int lines = 1 + random.nextInt(4); lines > 0; lines--) {
          text.append(head[random.nextInt(head.length)]).append("\r\n");
        }
        if (random.nextInt(8) > 0) {
          text.append("\r\n");
          for (int lines = random.nextInt(6); lines > 0; lines--) {
            text.append(body[random.nextInt(body.length)]).append("\r\n");
          }
        }
        StringBuilder flags = new StringBuilder();
        for (char letter : "DFPRSTabcz".toCharArray()) {
          flags.append(random.nextInt(4) == 0 ? letter : "");
        }
        tree.message(name, "cur/" + uid + ".h:2," + flags, text.toString(), random.nextInt());
      }
      tree.file(name, "dovecot-uidlist", list.toArray(String[]::new));
      tree.file(name, "dovecot-keywords", "0 one", "1 $Two", "2 three+", "25 last");
    }
    Path data = data("data");
    Path other = data("other");
    Path out = folder.resolve("mboxes");

    assertThat(bring(data, tree, "--verify").status()).isZero();
    AppletRun first = exportMboxes(data, out);
    AppletRun second = exportMboxes(data, out);
    AppletRun again =
        run("mail", "import", "-d", other.toString(), "-u", ADA, "--verify", "mbox:" + out);

    assertThat(first.said()).doesNotContain("UID");
    assertThat(first.status()).isZero();
    assertThat(second.status()).isZero();
    assertThat(again.status()).as(again.said()).isZero();
    assertThat(contents(other)).isEqualTo(contents(data));
  }

  @Test
  void writesAnMboxAsDovecotReadsIt() throws IOException {
    Tree tree = tree("Maildir");
    tree.file("", "dovecot-uidlist", "3 V4711 N10", "3 :1.h", "7 :2.h", "8 :3.h");
    tree.file("", "dovecot-keywords", "0 Work", "1 a,b");
    tree.message(
        "", "cur/1.h:2,FRSTa", "Subject: one\nStatus: x\n y\n\nFrom here\n>From x\n", 1310126914);
    tree.message("", "cur/2.h:2,b", "Subject: two\n", 1310126914);
    tree.message("", "cur/3.h:2,", "hello\n", 86400);
    Path data = data("data");
    Path out = folder.resolve("mboxes");
    assertThat(bring(data, tree).status()).isZero();

    AppletRun run = exportMboxes(data, out);

    assertThat(Files.readString(out.resolve("inbox"), ISO_8859_1))
        .isEqualTo(
            """
            From MAILER-DAEMON Fri Jul  8 12:08:34 2011
            Subject: one
            X-IMAPbase: 4711 0000000009 Work
            X-UID: 3
            Status: RO
            X-Status: AFD
            X-Keywords: Work

            >From here
            >>From x

            From MAILER-DAEMON Fri Jul  8 12:08:34 2011
            Subject: two
            X-UID: 7
            Status: O
            From MAILER-DAEMON Fri Jan  2 00:00:00 1970
            X-UID: 8
            Status: O
            hello

            """);
    assertThat(Files.readString(out.resolve("Sent")))
        .contains("Subject: DON'T DELETE THIS MESSAGE", "\nX-IMAP: ");
    assertThat(out.resolve(".subscriptions")).content().startsWith("V\t2\n\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("inbox"))))
        .isEqualTo("rw-------");
    assertThat(run.said())
        .contains(
            "UID 3: fields that an mbox keeps for itself (Status), which is left out",
            "keyword a,b is left out: an mbox has none with a comma");
    assertThat(run.status()).isEqualTo(65);
  }

  /** Where one takes it for a field, and the other for the body, a sender could set flags. */
  @Test
  void leavesOutAFieldWhoseNameHasNoEnd() throws IOException {
    Tree tree = tree("Maildir");
    tree.file("", "dovecot-uidlist", "3 V4711 N10", "3 :1.h");
    String text = "Subject: one\n" + "a".repeat(1500) + ": b\nX-Status: FD\n\nbody\n";
    tree.message("", "cur/1.h:2,", text, 1310126914);
    Path data = data("data");
    Path other = data("other");
    Path out = folder.resolve("mboxes");
    assertThat(bring(data, tree).status()).isZero();

    AppletRun run = exportMboxes(data, out);

    assertThat(run.said()).contains("UID 3: ", "a field whose name has more than 1000 octets");
    assertThat(run("mail", "import", "-d", other.toString(), "-u", ADA, "mbox:" + out).status())
        .isZero();
    assertThat(shown(other, "INBOX")).containsExactly("4711 10", "3 [] 1310126914000 22");
  }

  @Test
  void writesNoMboxForTwo() throws IOException {
    Path data = data("data");
    assertThat(run("user", "add", "-d", data.toString(), "bob@example.org").status()).isZero();
    Path out = folder.resolve("mboxes");
    for (String place :
        List.of("mbox:" + out + "/%u:INBOX=" + out + "/inbox", "maildir:" + out + "/%d")) {
      AppletRun run = run("mail", "export", "-d", data.toString(), "--all-users", place);

      assertThat(run.said()).contains("for more than one user the path needs %u, or %n and %d");
      assertThat(run.status()).isNotZero();
      assertThat(out).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x@example.org", "..@example.org", "x@..", "a/b", ".", "x\0"})
  void goesNowhereElseByALogin(String login) throws Trouble {
    Places places = Places.parse("mbox:/backup/%d/%n");
    assertThatThrownBy(() -> places.of(login))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("no file can be called so");
  }

  @Test
  void writesOverNoMailThatComesMeanwhile() throws IOException, Trouble {
    Path file = folder.resolve("inbox");
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Report report = new Report(nowhere, nowhere, () -> 0);
    for (int before = 0; before < 2; before++) { // without one, and over one
      try (MboxWriter writer = new MboxWriter(file, 7, report)) {
        writer.begin(List.of(), 1);
        Files.writeString(file, "From x Fri Jul  8 12:08:34 2011\nSubject: new\n\n");

        assertThatThrownBy(writer::finish)
            .isInstanceOf(Trouble.class)
            .hasMessageContaining("meanwhile");
      }
      assertThat(file).content().contains("Subject: new");
      Files.write(file, new byte[0]);
    }
    try (MboxWriter writer = new MboxWriter(file, 7, report)) {
      writer.begin(List.of(), 1);
      writer.finish();
    }
    assertThat(file).content().contains("X-IMAP: 7 0000000000");
  }

  @Test
  void writesOverNoMboxThatIsNotOurs() throws IOException {
    Path data = data("data");
    assertThat(bring(data, dovecots()).status()).isZero();
    Path out = Files.createDirectories(folder.resolve("mboxes"));
    Path linked = Files.writeString(folder.resolve("linked"), "kept");
    String foreign = "From x Fri Jul  8 12:08:34 2011\nSubject: theirs\n\n";
    Files.writeString(out.resolve("inbox"), foreign);
    Files.writeString(out.resolve("Sent"), "no mbox");
    Files.createSymbolicLink(out.resolve("Trash"), linked);

    AppletRun run = exportMboxes(data, out);

    assertThat(run.status()).isEqualTo(65);
    assertThat(run.said()).contains("/inbox: it has messages that are not ours, or another");
    assertThat(out.resolve("inbox")).content().isEqualTo(foreign);
    assertThat(out.resolve("Sent")).content().isEqualTo("no mbox");
    assertThat(linked).content().isEqualTo("kept");
    assertThat(out.resolve("Drafts")).exists();
    try (Stream<Path> left = Files.list(out)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".tmp"));
    }
  }

  @Test
  void copiesWhatAServerShowsByImap() throws IOException {
    Tree tree = dovecots();
    byte[] large = "0123456789abcdef".repeat(40_000).getBytes(ISO_8859_1);
    tree.message(".Sent", "cur/3.a:2,FT", large, 3);
    Path data = data("data");
    bring(data, tree);
    Path other = data("other");
    Path secret = Files.writeString(folder.resolve("secret"), "correct horse\n");
    String[] words = {
      "mail",
      "copy",
      "-d",
      other.toString(),
      "-u",
      ADA,
      "--verify",
      "--password-file",
      secret.toString(),
      "--from",
      ""
    };
    AppletRun first;
    AppletRun again;
    Map<String, List<String>> once;
    AppletRun refused;
    try (MailServer server = server(data).start()) {
      server
          .unwrap(StartedServer.class)
          .accounts()
          .changePassword(
              server.unwrap(StartedServer.class).accounts().byLogin(ADA).orElseThrow().id(),
              Secret.of("correct horse"));
      words[10] = "imap://ada%40example.org@127.0.0.1:" + server.address(Role.IMAP).getPort();
      first = run(words);
      once = contents(other);
      server.mailboxes(ADA).inbox().flag(List.of(2L), "\\Flagged");
      server.mailboxes(ADA).folder("Sent").append("Subject: x\r\n\r\n".getBytes(UTF_8));
      again = run(words);
      Files.writeString(secret, "wrong");
      refused = run(words);
    }

    assertThat(first.said()).contains("copied 10 messages", "10 are the same on both sides");
    assertThat(first.status()).isZero();
    assertThat(again.said()).contains("copied 1 messages", "1 have other flags now");
    assertThat(once).isNotEqualTo(contents(other));
    assertThat(refused.status()).isEqualTo(65);
    assertThat(refused.said()).contains("127.0.0.1: log-in as ada@example.org: the server says NO");
    // What is kept beside this is shown by IMAP in whole seconds.
    assertThat(shown(other, "Old/ä/b c")).isEqualTo(shown(data, "Old/ä/b c"));
    assertThat(contents(other).get("INBOX")).isEqualTo(contents(data).get("INBOX"));
  }

  @Test
  void aMailboxThatHasHadOtherUidsGetsNewOnesWhenToldSo() throws IOException {
    Path data = data("data");
    try (MailServer server = server(data).start()) {
      server.mailboxes(ADA).folder("Sent").append("Subject: x\r\n\r\n".getBytes(UTF_8));
    }

    AppletRun first = bring(data, dovecots(), "--new-uids");
    AppletRun again = bring(data, tree("Maildir"), "--new-uids");

    assertThat(first.status()).isZero();
    assertThat(first.said()).contains("messages get new UIDs here");
    assertThat(again.said()).contains("imported 0 messages");
    assertThat(shown(data, "Sent").subList(2, 4))
        .containsExactly("2 [\\Seen] 1000 17", "3 [] 2000 21");
  }

  @Test
  void anImportThatWasCutOffGoesOn() throws Exception {
    Tree tree = tree("Maildir");
    List<String> list = new ArrayList<>(List.of("3 V7 N1000"));
    for (int i = 1; i <= 450; i++) {
      list.add(i * 2 + " :" + i + ".x");
      tree.message("", "cur/" + i + ".x:2,", "Subject: " + i + "\n\n", i);
    }
    tree.file("", "dovecot-uidlist", list.toArray(String[]::new));
    Path data = data("data");
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Report report = new Report(nowhere, nowhere, () -> 0);
    MailSource cut = new CutSource(new Maildir(tree.root(), false, report), 300);

    try (AskedServer.Client client =
        MailServer.builder().storage(Storage.h2(data)).unwrap(DescribedServer.class).client()) {
      assertThatThrownBy(() -> new Importing(client, ADA, false, false, report).all(cut))
          .isInstanceOf(CutOff.class);
    }
    List<String> half = contents(data).get("INBOX");
    AppletRun rest = bring(data, tree, "--verify");

    assertThat(half).hasSize(201).startsWith("7 401");
    assertThat(rest.said()).contains("imported 250 messages", "450 are the same");
    assertThat(contents(data).get("INBOX"))
        .hasSize(451)
        .startsWith("7 1000")
        .containsAll(half.subList(1, 201));
  }

  private static final class CutOff extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** One that ends in the middle, as with its process. */
  private record CutSource(MailSource whole, int messages) implements MailSource {
    @Override
    public void folders(Visitor visitor) throws IOException, Trouble {
      whole.folders(
          folder ->
              visitor.visit(
                  new SourceFolder(
                      folder.name(),
                      folder.uidValidity(),
                      folder.uidNext(),
                      folder.messages().stream().map(this::cut).toList())));
    }

    private SourceMessage cut(SourceMessage one) {
      return new SourceMessage(
          one.uid(),
          one.flags(),
          one.date(),
          one.place(),
          () -> {
            if (one.uid() > messages * 2L) {
              throw new CutOff();
            }
            return one.loader().load();
          });
    }

    @Override
    public Set<String> subscriptions() throws IOException, Trouble {
      return whole.subscriptions();
    }
  }

  @Test
  void manyUsersHaveOnePathWithTheirNamesInIt() throws IOException {
    Path data = data("data");
    run("user", "add", "-d", data.toString(), "eve@example.net");
    new Tree(folder.resolve("vmail/example.org/ada")).message("", "cur/1:2,S", "Subject: a\n\n", 1);
    new Tree(folder.resolve("vmail/example.net/eve")).message("", "cur/1:2,S", "Subject: e\n\n", 1);

    AppletRun all =
        run("mail", "import", "-d", data.toString(), "--all-users", folder + "/vmail/%d/%n");

    assertThat(all.said()).contains("imported 2 messages");
    assertThat(all.status()).isZero();
    assertThat(shown(data, "INBOX").subList(1, 2)).containsExactly("1 [\\Seen] 1000 14");
  }

  /** A source of accounts is asked for a name; nobody can ask it who there is. */
  @Test
  void allAreThoseWhoHaveAPlaceToo() throws IOException {
    String passwords =
        Files.write(
                folder.resolve("passwords"),
                List.of("ada@example.org:{PLAIN}x", "eve@example.net:{PLAIN}x"))
            .toString();
    Path mainCf =
        Files.write(
            folder.resolve("main.cf"),
            List.of(
                "myhostname = mail.example.org",
                "virtual_mailbox_domains = example.org, example.net",
                "account_sources = passwd-file:" + passwords,
                "storage_url = h2:" + folder.resolve("sourced")));
    for (String user : List.of("example.org/ada", "example.net/eve", "example.net/bob")) {
      new Tree(folder.resolve("vmail").resolve(user).resolve("mail"))
          .message("", "cur/1:2,S", "Subject: " + user + "\n\n", 1);
    }

    AppletRun some =
        run("mail", "import", "-c", mainCf.toString(), "--all-users", folder + "/vmail/%d/%n/mail");
    AppletRun none =
        run("mail", "import", "-d", folder.resolve("empty").toString(), "--all-users", "/none/%u");

    assertThat(some.said())
        .contains("bob@example.net: there is a place with mail, and no account of that name")
        .contains("imported 2 messages");
    assertThat(some.status()).isEqualTo(65);
    assertThat(none.said()).contains("there is nobody");
    assertThat(none.status()).isEqualTo(67);
  }

  @ParameterizedTest
  @CsvSource({
    "%u, 'ada@example.org,example.net,example.org,x%y'",
    "%n@%d, ada@example.org",
    "example.net/%n, 'bob,eve'",
    "%d/%n, 'bob@example.net,bob@example.org,eve@example.net,eve@example.org,y@x%y'",
    "example.org/%n/Maildir, eve",
    "%d/%n.d, ''",
    "x%%y/%u, y",
    "%n/%n, ''",
    "none/%u, ''",
    "%d, ''",
    "ada@example.org, ''",
  })
  void whoHasAPlaceIsToldByItsName(String place, String logins) throws Exception {
    assertThat(others(places() + "/" + place))
        .containsExactlyElementsOf(logins.isEmpty() ? List.of() : List.of(logins.split(",")));
  }

  @Test
  void aPlaceOfSomebodyWhoIsKnownIsNobodyElses() throws Exception {
    Path all = places();

    assertThat(others(all + "/example.net/%n", "eve@example.net")).containsExactly("bob");
    assertThat(others("mbox:" + all + "/none/%n:INBOX=" + all + "/example.net/%n", "eve"))
        .containsExactly("bob");
  }

  private Path places() throws IOException {
    Path all = folder.resolve("places");
    for (String one :
        List.of("ada@example.org", "example.net/eve/Maildir", "example.net/bob", "x%y/y")) {
      Files.createDirectories(all.resolve(one));
    }
    Files.createSymbolicLink(all.resolve("example.org"), all.resolve("example.net"));
    return all;
  }

  private static List<String> others(String place, String... known) throws Exception {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    List<String> others =
        Places.parse(place).others(List.of(known), new Report(out, out, System::nanoTime));
    assertThat(said.toString()).isEmpty();
    return others;
  }

  @Test
  void saysWhatIsWrongWithTheQuestion() throws IOException {
    String data = data("data").toString();
    String source = "maildir:" + folder + "/none";

    assertThat(run("mail", "import", "-d", data, "-u", "bob@example.org", source))
        .isEqualTo(new AppletRun(67, "postroom: error: there is no account bob@example.org\n"));
    assertThat(run("mail", "import", "-d", data, source))
        .isEqualTo(new AppletRun(64, "postroom: error: expected --user, or --all-users\n"));
    assertThat(run("mail", "import", "-d", data, "-u", ADA, "mdbox:/x").said())
        .contains("doveadm backup");
    assertThat(run("mail", "import", "-d", data, "-u", ADA, "maildir:/x:INDEX=/y").said())
        .contains("found INDEX=/y");
    AppletRun none = run("mail", "import", "-d", data, "-u", ADA, source);
    assertThat(none.status()).isEqualTo(65);
    assertThat(none.said()).contains("/none: there is nothing");
  }
}
