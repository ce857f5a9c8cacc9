package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.testing.Until;
import org.postroom.dist.MailServer;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.TestServer;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.assembly.StartedServer;
import org.postroom.dist.operation.CommandOperation;

/**
 * Commands that the server runs for who calls them, by the launcher's {@code visit}: the same words
 * come back as from a process of the caller's own, and what does not fit becomes one.
 */
@Timeout(120)
@Tag("process")
final class VisitTest {
  private static final Path PERL = Path.of("/usr/bin/perl");
  private static final byte[] MAIL = "To: ada\nSubject: x\n\nGr\u00fc\u00dfe\n".getBytes(UTF_8);

  /** What the launcher says where it is called for. */
  private static final int ELSEWHERE = 99;

  @TempDir private Path folder;
  private Path mainCf;
  private Path launcher;
  private MailServer server;
  private final Queue<RuntimeException> faults = new ConcurrentLinkedQueue<>();

  /** What a command came to, and whether it said it in a process of its own. */
  private record Came(int status, String out, String err) {
    String said() {
      return out + err;
    }

    boolean isElsewhere() {
      return status == ELSEWHERE;
    }
  }

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Files.isExecutable(PERL), "no perl");
    // What another user of this machine calls it by.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    mainCf = folder.resolve("main.cf");
    Files.writeString(
        mainCf,
        """
        myhostname = mail.example.org
        myorigin = example.org
        mydestination = example.org
        account_sources = sql
        relayhost = [127.0.0.1]:1
        defer_transports = smtp
        notify_classes =
        storage_url = h2:data
        listeners =
        maildrop_directory = %1$s/maildrop
        submit_socket = %1$s/submit
        alias_maps = hash:%1$s/aliases
        alias_database = hash:%1$s/aliases
        """
            .formatted(folder));
    Files.writeString(folder.resolve("aliases"), "postmaster: ada\n");
    install();
    start(mainCf);
  }

  /** The launcher as packages have it, and a JVM that takes notes. */
  private void install() throws IOException {
    Path launchers = Path.of("src/main/launcher");
    Path installed = Files.createDirectory(folder.resolve("installed"));
    for (String file : List.of("visit", "run.sh", "jvm.options")) {
      Files.copy(launchers.resolve(file), installed.resolve(file));
    }
    launcher =
        program(
            installed.resolve("postroom"),
            Files.readString(launchers.resolve("postroom"))
                .replace("/run/postroom/submit", folder.resolve("submit").toString()));
    Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
    program(
        java,
        """
        #!/bin/sh
        while [ "$1" != org.postroom.dist.applet.Postroom ]; do shift; done
        shift
        printf '%%s\\n' "$@" >%1$s/words
        cat >%1$s/input
        printf %%s "${POSTROOM_MAIL_NAME:-}" >%1$s/name
        exit %2$s
        """
            .formatted(folder, ELSEWHERE));
  }

  private static Path program(Path file, String text) throws IOException {
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void start(Path file) {
    ServerBuilder builder = TestServer.builder().configuration(file);
    builder
        .unwrap(DescribedServer.class)
        .operation(
            CommandOperation.by(
                (desk, call) -> {
                  try {
                    return Visitor.run(Commands.all(), file, desk, call);
                  } catch (RuntimeException e) {
                    faults.add(e); // the caller only hears that it is run elsewhere
                    throw e;
                  }
                }));
    server = builder.account("ada@example.org", "correct horse").start();
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
    assertThat(faults).as("what the server was at fault with").isEmpty();
  }

  private Came visit(byte[] input, String... words) throws Exception {
    return visit(List.of(), input, words);
  }

  private Came visit(List<String> as, byte[] input, String... words) throws Exception {
    return visit(as, Map.of("MAIL_CONFIG", folder.toString()), input, words);
  }

  private Came visit(
      List<String> as, Map<String, String> environment, byte[] input, String... words)
      throws Exception {
    Process process = visiting(as, environment, words);
    try (OutputStream in = process.getOutputStream()) {
      in.write(input);
    } catch (IOException e) {
      // It is not read to its end.
    }
    return came(process);
  }

  private Process visiting(List<String> as, Map<String, String> environment, String... words)
      throws IOException {
    List<String> line = new ArrayList<>(as);
    line.add(launcher.toString());
    line.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectError(folder.resolve("errors").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private Came came(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Came(process.waitFor(), out, Files.readString(folder.resolve("errors"), UTF_8));
  }

  private List<QueuedMail> queue() {
    return server.unwrap(StartedServer.class).queue().list(10);
  }

  @Test
  void takesMailAsSendmailDoes() throws Exception {
    Came came =
        visit(MAIL, "sendmail", "-oi", "-t", "-f", "eve@far.test", "-F", "E. Ve", "bob@far.test");

    assertThat(came).extracting(Came::status, Came::said).containsExactly(0, "");
    QueuedMail mail = queue().get(0);
    assertThat(mail.sender()).hasToString("eve@far.test");
    assertThat(mail.recipients()).singleElement().asString().contains("bob@far.test");
    assertThat(visit(MAIL, "postcat", "-q", mail.id().value()).out())
        .contains("From: \"E. Ve\" <eve@far.test>\n", "To: ada", "Gr\u00fc\u00dfe\n");
  }

  /** Words, status and octets of each are those of a process of one's own. */
  @Test
  void saysWhatAProcessOfOnesOwnSays() throws Exception {
    assertThat(visit(MAIL, "sendmail", "bob@far.test").status()).isZero();
    String id = queue().get(0).id().value();

    List<List<String>> calls =
        List.of(
            List.of("sendmail", "-bp"),
            List.of("postqueue", "-p"),
            List.of("postqueue", "-j"),
            List.of("postqueue", "-f"),
            List.of("postqueue", "-i", id),
            List.of("postqueue", "-s", "far.test"),
            List.of("postsuper", "-h", "0123456789ABCDEFG"),
            List.of("postcat", "-vdq", id),
            List.of("postconf", "-n"),
            List.of("postconf", "-dh", "myhostname", "queue_run_delay"),
            List.of("postmap", "-q", "postmaster", "hash:" + folder + "/aliases"),
            List.of("postmap", "-q", "nobody", "hash:" + folder + "/aliases"),
            List.of("postalias", "-q", "postmaster", "hash:" + folder + "/aliases"),
            List.of("postalias", "-q", "nobody", "hash:" + folder + "/aliases"),
            List.of("sendmail", "-bi"),
            List.of("sendmail", "-bv", "postmaster"),
            List.of("doveadm", "user", "*"),
            List.of("doveadm", "mailbox", "list", "-u", "ada@example.org"),
            List.of("doveadm", "-f", "json", "quota", "get", "-u", "ada@example.org"),
            List.of("doveadm", "mailbox", "status", "-u", "nobody@example.org", "all", "*"),
            List.of("doveadm", "service", "status"),
            List.of("postfix", "status"),
            List.of("postfix", "flush"));
    for (List<String> call : calls) {
      String[] words = call.toArray(String[]::new);
      Came came = visit(new byte[0], words);
      List<String> named = new ArrayList<>(call);
      if (!call.get(0).equals("sendmail")) {
        named.addAll(1, List.of("-c", folder.toString()));
      } else {
        named.add(1, "-C" + mainCf);
      }
      if (call.get(0).equals("postcat")) { // to the process's own standard output
        assertThat(came.out()).as(call.toString()).contains("bob@far.test");
        assertThat(came.status()).isZero();
        continue;
      }
      AppletRun own = AppletRun.of(named.toArray(String[]::new));
      assertThat(came.status()).as(call.toString()).isEqualTo(own.status());
      assertThat(came.said()).as(call.toString()).isEqualTo(own.said());
    }
  }

  @Test
  void isSeenInTheTimeZoneAndTheNameOfTheCaller() throws Exception {
    Map<String, String> tokyo =
        Map.of("MAIL_CONFIG", folder.toString(), "TZ", "Asia/Tokyo", "NAME", "Ada \"L\"\t\u00e9");
    Map<String, String> denver = Map.of("MAIL_CONFIG", folder.toString(), "TZ", "America/Denver");
    assertThat(visit(List.of(), tokyo, MAIL, "sendmail", "bob@far.test").status()).isZero();
    String id = queue().get(0).id().value();

    assertThat(visit(MAIL, "postcat", "-hq", id).out()).contains("From: =?UTF-8?B?");
    assertThat(visit(List.of(), tokyo, MAIL, "sendmail", "-bp").said())
        .isNotEqualTo(visit(List.of(), denver, MAIL, "sendmail", "-bp").said());
    for (String tz : List.of("CET-1CEST", "UTC+3", "+03:00", "", ":Asia/Tokyo")) {
      Map<String, String> other = Map.of("MAIL_CONFIG", folder.toString(), "TZ", tz);
      assertThat(visit(List.of(), other, MAIL, "sendmail", "-bp").isElsewhere()).as(tz).isTrue();
    }
  }

  /** The launcher gets the same words, and standard input as if nobody had read in it. */
  @Test
  void whatDoesNotFitIsRunInAProcessOfItsOwn() throws Exception {
    for (String line :
        List.of(
            "sendmail -bs",
            "sendmail -v ada",
            "sendmail -tbs",
            "sendmail -q",
            "sendmail -d0",
            "sendmail -C/etc/other/main.cf ada",
            "sendmail --data /tmp ada",
            "sendmail",
            "postconf -e myhostname=other.example.org",
            "postconf -# myhostname",
            "postconf -c /etc/other -n",
            "postconf -b",
            "postmap hash:aliases",
            "postmap -q x hash:aliases",
            "postmap -q - hash:/aliases",
            "postmap -d x hash:/aliases",
            "postmap -q x hash:/not/there",
            "postsuper -d -",
            "postqueue -c . -p",
            "postqueue -x",
            "postfix stop",
            "postfix start",
            "postfix check",
            "doveadm pw -p x",
            "doveadm config",
            "doveadm log test",
            "doveadm auth test ada@example.org",
            "doveadm search -u ada@example.org all",
            "doveadm fetch -u ada@example.org text all",
            "doveadm copy -u ada@example.org Sent all",
            "doveadm expunge -u ada@example.org mailbox INBOX seen",
            "doveadm stop",
            "makemap hash x",
            "@/etc/passwd")) {
      String[] words = line.split(" ");

      assertThat(visit(MAIL, words).isElsewhere()).as(line).isTrue();

      assertThat(Files.readAllLines(folder.resolve("words"))).containsExactly(words);
      assertThat(Files.readAllBytes(folder.resolve("input"))).isEqualTo(MAIL);
    }
    assertThat(Files.readString(mainCf)).contains("myhostname = mail.example.org");
    assertThat(queue()).isEmpty();
  }

  /** Then it is no server of this machine's by its name, and others may be meant to send. */
  @Test
  void aServerWhoseConfigurationIsGoneIsNotMeant() throws Exception {
    Files.move(mainCf, folder.resolve("main.cf.away"));

    assertThat(visit(MAIL, "sendmail", "bob@far.test").isElsewhere()).isTrue();
    assertThat(visit(MAIL, "sendmail", "-bp").isElsewhere()).isTrue();
    assertThat(queue()).isEmpty();
  }

  /** A folder names its main.cf, and no other file that is in it. */
  @Test
  void aServerOfAnotherFileInTheFolderIsNotMeant() throws Exception {
    server.close();
    Path other = Files.copy(mainCf, folder.resolve("other.cf"));
    start(other);

    assertThat(visit(MAIL, "sendmail", "bob@far.test").isElsewhere()).isTrue();
    assertThat(queue()).isEmpty();
    Map<String, String> named = Map.of("MAIL_CONFIG", other.toString());
    assertThat(visit(List.of(), named, MAIL, "sendmail", "bob@far.test").status()).isZero();
  }

  @Test
  void changesTheQueueAsItsOwnerMay() throws Exception {
    assertThat(visit(MAIL, "sendmail", "bob@far.test").status()).isZero();
    String id = queue().get(0).id().value();

    assertThat(visit(MAIL, "postsuper", "-h", id).said())
        .isEqualTo("postsuper: " + id + ": placed on hold\npostsuper: Placed on hold: 1 message\n");
    assertThat(visit(MAIL, "sendmail", "-bp").said()).contains(id + "!");
    assertThat(visit(MAIL, "postsuper", "-d", "ALL").said())
        .isEqualTo("postsuper: Deleted: 1 message\n");
    assertThat(queue()).isEmpty();
  }

  @Test
  void aLongMailGoesElsewhereWhole() throws Exception {
    byte[] mail = "Subject: x\n\n0123456789\n".repeat(100_000).getBytes(ISO_8859_1);

    assertThat(visit(mail, "sendmail", "-i", "bob@far.test").isElsewhere()).isTrue();

    assertThat(Files.readAllBytes(folder.resolve("input"))).isEqualTo(mail);
    assertThat(queue()).isEmpty();
  }

  /** Words are held back until there are some of them: the last that are too many as well. */
  @ParameterizedTest
  @ValueSource(ints = {100, 20_000})
  void whatIsTooLongToBeKeptIsSaidElsewhere(int more) throws Exception {
    String words = "x".repeat(256 * 1024 + more);
    Files.writeString(mainCf, Files.readString(mainCf) + "my_words = " + words + "\n");

    assertThat(visit(MAIL, "postconf", "-n").isElsewhere()).isTrue();
  }

  /** The server has not the memory that as many addresses as fit into a mail would take. */
  @Test
  void whoNamesVeryManyIsNotServedByTheServer() throws Exception {
    String many = "a,".repeat(10_000) + "a";
    byte[] named = ("To: " + many + "\n\nx\n").getBytes(ISO_8859_1);
    byte[] headerOnly = ("Subject: x\nTo: " + many).getBytes(ISO_8859_1);
    byte[] saidBelow = ("To: ada\r\n\r\n" + many + "\n").getBytes(ISO_8859_1);

    assertThat(visit(named, "sendmail", "-t").isElsewhere()).isTrue();
    assertThat(Files.readAllBytes(folder.resolve("input"))).isEqualTo(named);
    assertThat(visit(headerOnly, "sendmail", "-t").isElsewhere()).isTrue();
    assertThat(visit(MAIL, "sendmail", many).isElsewhere()).isTrue();
    assertThat(queue()).isEmpty();
    assertThat(visit(saidBelow, "sendmail", "bob@far.test").status()).isZero();
    assertThat(queue()).hasSize(1);
  }

  /** A line of a dot may be the end, behind which nobody waits for more. */
  @Test
  void aMailThatADotMayEndIsNotWaitedFor() throws Exception {
    Process process =
        visiting(List.of(), Map.of("MAIL_CONFIG", folder.toString()), "sendmail", "bob@far.test");
    try (OutputStream in = process.getOutputStream()) {
      in.write("Subject: x\n\none\n.".getBytes(UTF_8));
      in.flush();
      in.write("\nmore\n".getBytes(UTF_8));
      in.flush();
      Until.so(() -> Files.exists(folder.resolve("words")));
    }

    assertThat(came(process).isElsewhere()).isTrue();
    assertThat(folder.resolve("input")).hasContent("Subject: x\n\none\n.\nmore\n");
  }

  @Test
  void wordsOfAnotherCharsetAreNotGuessed() throws Exception {
    Map<String, String> latin =
        Map.of("MAIL_CONFIG", folder.toString(), "LC_ALL", "de_DE.ISO-8859-1");

    assertThat(visit(List.of(), latin, MAIL, "sendmail", "bob@far.test").isElsewhere()).isTrue();
  }

  /** Nobody hears of a locale that is not there, and a Perl that has been changed is not used. */
  @Test
  void whatPerlHearsByItsEnvironmentIsNotSaid() throws Exception {
    Map<String, String> missing = Map.of("MAIL_CONFIG", folder.toString(), "LC_ALL", "xx_YY.UTF-8");

    assertThat(visit(List.of(), missing, MAIL, "sendmail", "bob@far.test"))
        .extracting(Came::status, Came::said)
        .containsExactly(0, "");
    for (String name : List.of("PERL5OPT", "PERL5LIB", "PERLLIB", "PERL_UNICODE", "PERLIO")) {
      Map<String, String> changed = Map.of("MAIL_CONFIG", folder.toString(), name, "SAD");

      assertThat(visit(List.of(), changed, MAIL, "sendmail", "b\u00f6b@far.test").isElsewhere())
          .as(name)
          .isTrue();
      assertThat(folder.resolve("words")).hasContent("sendmail\nb\u00f6b@far.test\n");
      assertThat(Files.readAllBytes(folder.resolve("input"))).isEqualTo(MAIL);
    }
    assertThat(queue()).hasSize(1);
  }

  /** Whatever the command opens would be read instead. */
  @Test
  void closedStandardInputIsAnEmptyMail() throws Exception {
    Came came = byShell("exec \"$@\" <&-", "sendmail", "-f", "ada@example.org", "bob@far.test");

    assertThat(came).extracting(Came::status, Came::said).containsExactly(0, "");
    String id = queue().get(0).id().value();
    assertThat(visit(MAIL, "postcat", "-bq", id).out()).isEmpty();
    assertThat(byShell("exec \"$@\" >&-", "sendmail", "-bp").status()).isZero();
    assertThat(byShell("exec \"$@\" 2>&-", "sendmail", "-bp").said()).contains(id);
  }

  private Came byShell(String line, String... words) throws Exception {
    return visit(List.of("/bin/sh", "-c", line, "sh"), new byte[0], words);
  }

  /** As callers leave it that go by events: that nothing is there yet is no end. */
  @Test
  void inputThatDoesNotWaitIsReadToItsEnd() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/cmdline")), "no /proc");
    List<String> byEvents =
        List.of(
            PERL.toString(), "-e", "use Fcntl; fcntl STDIN, F_SETFL, O_NONBLOCK; exec @ARGV", "--");
    byte[] mail = ("Subject: x\n\n" + "y".repeat(300_000) + "\n").getBytes(UTF_8);
    Map<String, String> environment = Map.of("MAIL_CONFIG", folder.toString());

    Process one = visiting(byEvents, environment, "sendmail", "bob@far.test");
    try (OutputStream in = one.getOutputStream()) {
      Until.so(() -> isWaiting(one));
      in.write(MAIL);
    }
    assertThat(came(one).status()).isZero();
    assertThat(queue()).hasSize(1);

    Process other = visiting(byEvents, environment, "sendmail", "bob@far.test");
    try (OutputStream in = other.getOutputStream()) {
      in.write(mail, 0, mail.length - 1);
      in.flush();
      Until.so(() -> folder.resolve("input").toFile().length() == mail.length - 1);
      in.write(mail, mail.length - 1, 1);
    }
    assertThat(came(other).isElsewhere()).isTrue();
    assertThat(Files.readAllBytes(folder.resolve("input"))).isEqualTo(mail);
  }

  /** Whether it has become the visit, and waits for something. */
  private static boolean isWaiting(Process process) {
    Path of = Path.of("/proc", String.valueOf(process.pid()));
    try {
      return Files.readString(of.resolve("cmdline"), ISO_8859_1).contains("/visit")
          && Files.readString(of.resolve("stat"), ISO_8859_1).contains(") S ");
    } catch (IOException e) {
      return false;
    }
  }

  /** A line of a dot is content for who says so. */
  @Test
  void aDotThatIsContentEndsNothing() throws Exception {
    byte[] mail = "Subject: x\n\none\n.\ntwo\n".getBytes(UTF_8);

    assertThat(visit(mail, "sendmail", "-oi", "bob@far.test").status()).isZero();

    assertThat(visit(MAIL, "postcat", "-bq", queue().get(0).id().value()).out())
        .isEqualTo("\none\n.\ntwo\n");
  }

  /**
   * Who has no answer does not know whether the mail is taken: its name keeps it from being two.
   */
  @Test
  void anAnswerThatIsNotHeardMakesNoSecondMail() throws Exception {
    assertThat(visitDeaf("sendmail", "bob@far.test").isElsewhere()).isTrue();

    assertThat(Files.readAllBytes(folder.resolve("input"))).isEqualTo(MAIL);
    String name = Files.readString(folder.resolve("name"));
    assertThat(name).matches("[0-9A-F]{35}");

    Files.delete(folder.resolve("submit"));
    start(mainCf);
    for (int i = 0; i < 2; i++) {
      String[] words = {"sendmail", "-C" + mainCf, "bob@far.test"};
      assertThat(CommandRun.of(Commands.all().line(new Named(name), words), words)).isZero();
    }
    assertThat(queue()).hasSize(1);
  }

  /** Where the server ends without an answer, when it has heard the question. */
  private Came visitDeaf(String... words) throws Exception {
    server.close();
    Path socket = folder.resolve("submit");
    Files.deleteIfExists(socket);
    try (ServerSocketChannel deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      deaf.bind(UnixDomainSocketAddress.of(socket));
      Thread thread =
          new Thread(
              () -> {
                try (SocketChannel client = deaf.accept()) {
                  int unused = client.read(ByteBuffer.allocate(1024));
                } catch (IOException e) {
                  // The test is over.
                }
              });
      thread.start();
      Came came = visit(MAIL, words);
      thread.join();
      return came;
    }
  }

  /** It may have been done; a second time it would come to something else. */
  @Test
  void aChangeOfWhichNothingIsHeardIsNotMadeAgain() throws Exception {
    assertThat(visitDeaf("doveadm", "mailbox", "create", "-u", "ada@example.org", "x"))
        .extracting(Came::status, Came::said)
        .containsExactly(
            75, "doveadm: fatal: the server gave no answer; it may have done what was asked\n");
    assertThat(visitDeaf("postsuper", "-d", "ALL").status()).isEqualTo(69);
    assertThat(visitDeaf("postqueue", "-p").isElsewhere()).isTrue();
  }

  /** The server's own user and root can hold all of the places that it has for its callers. */
  @Test
  void whoMayAskAgainDoesNotWaitForTheEndOfOthers() throws Exception {
    byte[] mailToCome =
        """
        {'version':1,'operation':'command','question':
          {'words':['sendmail'],'environment':{},'has_input':true}}"""
            .replace('\'', '"')
            .getBytes(UTF_8);
    ByteBuffer question = ByteBuffer.allocate(Integer.BYTES + mailToCome.length);
    question.putInt(mailToCome.length).put(mailToCome).flip();
    List<SocketChannel> others = new ArrayList<>();
    try {
      for (int i = 0; i < 16; i++) {
        others.add(SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("submit"))));
      }
      for (SocketChannel one : others) {
        int unused = one.write(question.duplicate());
      }

      assertThat(visit(MAIL, "postqueue", "-p").isElsewhere()).isTrue();
    } finally {
      for (SocketChannel one : others) {
        one.close();
      }
    }
  }

  /** Two mails by one name would be one. */
  @Test
  void theNameOfAMailIsNotInherited() throws Exception {
    String name = "0".repeat(35);
    Map<String, String> inherited =
        Map.of("MAIL_CONFIG", folder.toString(), "POSTROOM_MAIL_NAME", name);
    for (int i = 0; i < 2; i++) {
      assertThat(visit(List.of(), inherited, MAIL, "sendmail", "bob@far.test").status()).isZero();
    }
    assertThat(queue()).hasSize(2);
    server.close();

    assertThat(visit(List.of(), inherited, MAIL, "sendmail", "bob@far.test").isElsewhere())
        .isTrue();
    assertThat(folder.resolve("name")).isEmptyFile();
  }

  /**
   * Who reads on for a process that has ended is another one's child by then, such as a service
   * manager's.
   */
  @Test
  void inputThatBreaksOffLaterEndsNobodyElse() throws Exception {
    String machine = System.getProperty("os.arch");
    assumeTrue(List.of("amd64", "aarch64").contains(machine), "no number of prctl");
    assumeTrue(Files.exists(Path.of("/proc/self/cmdline")), "no Linux");
    Path reader = program(folder.resolve("reader"), "#!/bin/sh\nread line\n");
    Path manager = folder.resolve("manager");
    Files.writeString(
        manager,
        """
        use Socket;
        my ($prctl, $visit, $reader) = @ARGV;
        syscall($prctl + 0, 36, 1, 0, 0, 0) == 0 or die "children of children stay away: $!";
        my ($door, $peer);
        socket($door, PF_INET, SOCK_STREAM, 0) && bind($door, sockaddr_in(0, INADDR_LOOPBACK))
            && listen($door, 1) or die $!;
        socket($peer, PF_INET, SOCK_STREAM, 0) && connect($peer, getsockname $door) or die $!;
        accept(my $mail, $door) or die $!;
        my $process = fork // die $!;
        if (!$process) {
          close $peer;
          open STDIN, '<&', $mail;
          exec '/usr/bin/perl', $visit, '/none', $reader, 'sendmail', 'ada';
        }
        syswrite $peer, "Subject: x\n\n.\n";
        waitpid $process, 0;
        setsockopt $peer, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0; # what comes is no end
        close $mail;
        close $peer;
        waitpid(-1, 0) > 0 or die "nobody has read on";
        print "alive";
        """);

    Process process =
        new ProcessBuilder(
                PERL.toString(),
                manager.toString(),
                machine.equals("amd64") ? "157" : "167",
                Path.of("src/main/launcher/visit").toString(),
                reader.toString())
            .redirectError(folder.resolve("errors").toFile())
            .start();

    assertThat(came(process)).extracting(Came::status, Came::said).containsExactly(0, "alive");
  }

  /** A process of one's own that hands in a mail under a name. */
  private record Named(OwnProcess process, String name) implements Caller {
    Named(String name) {
      this(new OwnProcess(new ByteArrayInputStream(MAIL), OutputStream.nullOutputStream()), name);
    }

    @Override
    public String user() {
      return process.user();
    }

    @Override
    public Optional<String> environment(String variable) {
      return variable.equals("POSTROOM_MAIL_NAME")
          ? Optional.of(name)
          : process.environment(variable);
    }

    @Override
    public ZoneId zone() {
      return process.zone();
    }

    @Override
    public InputStream in() {
      return process.in();
    }

    @Override
    public OutputStream out() {
      return process.out();
    }

    @Override
    public void needsOwnProcess() {
      process.needsOwnProcess();
    }

    @Override
    public Optional<AskedServer> visited(Path configuration) {
      return process.visited(configuration);
    }

    @Override
    public void readsFiles(Path configuration) {
      process.readsFiles(configuration);
    }
  }

  /** Others can hand in mail, in their own name, and see nothing of the server's but the queue. */
  @Test
  void anotherUserHandsInMailAndNoMore() throws Exception {
    List<String> nobody = asNobody();

    assertThat(visit(nobody, MAIL, "sendmail", "-t", "bob@far.test").status()).isZero();
    assertThat(queue())
        .singleElement()
        .extracting(mail -> mail.sender().toString())
        .isEqualTo("nobody@example.org");
    for (String words :
        List.of(
            "sendmail -bi",
            "sendmail -bv ada",
            "postsuper -d ALL",
            "postconf -n",
            "postmap -q root hash:/etc/passwd",
            "postcat -q " + queue().get(0).id().value(),
            "doveadm user *",
            "postfix reload")) {
      assertThat(visit(nobody, MAIL, words.split(" ")).isElsewhere()).as(words).isTrue();
    }
    assertThat(queue()).hasSize(1);
  }

  @Test
  void anotherUserLooksAfterTheQueueUnlessHeMayNot() throws Exception {
    List<String> nobody = asNobody();
    assertThat(visit(MAIL, "sendmail", "-f", "eve@far.test", "bob@far.test").status()).isZero();
    String id = queue().get(0).id().value();

    for (String words : List.of("sendmail -bp", "postqueue -p", "postqueue -j")) {
      Came listed = visit(nobody, new byte[0], words.split(" "));
      assertThat(listed.status()).as(words).isZero();
      assertThat(listed.out()).as(words).contains(id, "eve@far.test", "bob@far.test");
    }
    for (String words : List.of("postqueue -f", "postqueue -i " + id)) {
      Came tried = visit(nobody, new byte[0], words.split(" "));
      assertThat(tried).as(words).extracting(Came::status, Came::said).containsExactly(0, "");
    }

    // Each right alone.
    Files.writeString(mainCf, "authorized_mailq_users = ada\n", StandardOpenOption.APPEND);
    server.reload();
    refuses("postqueue: fatal: ", "view", visit(nobody, new byte[0], "postqueue", "-p"));
    assertThat(visit(nobody, new byte[0], "postqueue", "-i", id).status()).isZero();
    Files.writeString(
        mainCf,
        "authorized_mailq_users = static:anyone\nauthorized_flush_users = ada\n",
        StandardOpenOption.APPEND);
    server.reload();
    assertThat(visit(nobody, new byte[0], "postqueue", "-p").out()).contains("bob@far.test");
    refuses("postqueue: fatal: ", "flush", visit(nobody, new byte[0], "postqueue", "-i", id));

    Files.writeString(
        mainCf,
        "authorized_mailq_users = ada\nauthorized_flush_users = !nobody, static:anyone\n",
        StandardOpenOption.APPEND);
    server.reload();

    refuses("postqueue: fatal: ", "view", visit(nobody, new byte[0], "postqueue", "-p"));
    refuses("sendmail: fatal: ", "view", visit(nobody, new byte[0], "sendmail", "-bp"));
    refuses("postqueue: fatal: ", "flush", visit(nobody, new byte[0], "postqueue", "-i", id));
    assertThat(visit(new byte[0], "postqueue", "-p").out()).contains("bob@far.test");
    assertThat(visit(new byte[0], "postqueue", "-f").status()).isZero();
  }

  private static void refuses(String who, String what, Came came) {
    assertThat(came)
        .extracting(Came::status, Came::said)
        .containsExactly(
            77, who + "User nobody(65534) is not allowed to " + what + " the mail queue\n");
  }

  /** He can write what the JVM that takes notes writes. */
  private List<String> asNobody() throws IOException {
    List<String> nobody = as("nobody");
    Files.createFile(folder.resolve("errors"));
    for (String file : List.of("words", "input", "name")) {
      Files.createFile(folder.resolve(file));
      Files.setPosixFilePermissions(
          folder.resolve(file), PosixFilePermissions.fromString("rw-rw-rw-"));
    }
    return nobody;
  }

  /** A user of this machine, who shares no group with the server's. */
  private static List<String> as(String user) {
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv");
    return List.of("/usr/bin/setpriv", "--reuid=" + user, "--regid=65534", "--clear-groups");
  }

  /** He may hold all that he gets. */
  @Test
  void aUserWhoComesAgainAndAgainKeepsNobodyElseOut() throws Exception {
    List<String> crowd = new ArrayList<>(as("nobody"));
    crowd.addAll(
        List.of(
            PERL.toString(),
            "-MSocket",
            "-e",
            """
            my $place = sockaddr_un shift;
            my @held;
            my $closed = '';
            $| = 1;
            for my $count (1 .. 600) {
              socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or die $!;
              connect $socket, $place or die $!;
              push @held, $socket;
              vec($closed, fileno $socket, 1) = 1;
            }
            print "here\n";
            # Whoever has had his turn, or finds the line too long, comes again.
            while (select(my $ready = $closed, undef, undef, undef) > 0) {
              for my $sent_away (grep { defined fileno($_) && vec($ready, fileno($_), 1) } @held) {
                vec($closed, fileno $sent_away, 1) = 0;
                close $sent_away;
                socket(my $again, PF_UNIX, SOCK_STREAM, 0) or die $!;
                connect $again, $place or exit;
                push @held, $again;
                vec($closed, fileno $again, 1) = 1;
              }
              select undef, undef, undef, 0.01;
            }
            """,
            folder.resolve("submit").toString()));
    Process process =
        new ProcessBuilder(crowd).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("here");

      for (int i = 0; i < 3; i++) {
        assertThat(visit(as("daemon"), MAIL, "sendmail", "-t", "bob@far.test").status()).isZero();
        assertThat(visit(MAIL, "postqueue", "-p").isElsewhere()).isFalse();
      }
      assertThat(queue()).hasSize(3);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void whoIsNotPermittedHearsIt() throws Exception {
    server.close();
    Files.writeString(mainCf, Files.readString(mainCf) + "authorized_submit_users =\n");
    start(mainCf);

    Came came = visit(MAIL, "sendmail", "bob@far.test");

    assertThat(came.status()).isEqualTo(77);
    assertThat(came.said()).contains("is not allowed to submit mail");
  }
}
