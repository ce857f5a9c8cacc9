package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;

/**
 * What postconf(1), postmap(1) and postalias(1) of a real Postfix say and do, and what ours do:
 * standard output, exit status and the files that are left. Where ours differ on purpose it is in
 * the tables below, with the reason. Skipped where they are not installed, unless {@code
 * -Dpostroom.clients=required} says that they must be.
 */
@Tag("process")
final class CommandsAsPostfixTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
  private static final Path CONFIGURATIONS =
      Path.of("src/test/resources/org/postroom/dist/configurations");

  private static final String MAIN =
      """
      # A main.cf.
      compatibility_level = 3.6
      myhostname = a.test
      mydomain=b.test

      mydestination =
        $myhostname,
      # between
        localhost.$mydomain,

      \tlocalhost
      relayhost =
      mynetworks = 127.0.0.0/8  [::1]/128
      smtpd_restriction_classes = greet
      greet = check_helo_access hash:/etc/x, $more
      more = reject
      typo_parameter = 1
      message_size_limit = ${relayhost?{1}:{20480000}}
      smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, reject_unknown_recipient_domain, permit
      maildrop_destination_recipient_limit = 1
      """;

  private static final String MASTER =
      """
      # Services.
      smtp      inet  n       -       y       -       -       smtpd
        -o smtpd_tls_security_level=may  -o { smtpd_client_restrictions = permit_mynetworks, reject }
        -o nobody_knows=$service_name
      127.0.0.1:10025 inet n - - - 0 smtpd -v
         -o content_filter=
      pickup    unix  n       -       y       60      1       pickup
      maildrop  unix  -       n       n       -       -       pipe
        flags=DRXhu user=vmail argv=/usr/bin/maildrop -d ${recipient} { a  b } -f ${sender} ${extension}
      relay     unix  -       -       y       -       -       smtp
              -o syslog_name=postfix/$service_name

      # far
      last unix - - n - 1 smtp -v
      """;

  @TempDir private static Path ahead;
  private static ExecutorService asking;

  @TempDir private Path folder;

  @BeforeAll
  static void begin() {
    asking = Executors.newFixedThreadPool(32); // they sleep
  }

  @AfterAll
  static void end() {
    asking.shutdownNow();
  }

  @BeforeEach
  void isThere() {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/sbin/postconf"))
            || "required".equals(System.getProperty("postroom.clients")),
        "postconf");
  }

  /** What a command has said and left. */
  private record Outcome(int status, String out, Set<String> err, String files) {}

  /**
   * A line of a table in a folder of its own, and what Postfix's command says to it. All of a table
   * are asked at once: a command of Postfix's that fails sleeps for a second before it ends.
   */
  private record Asked(String line, Path folder, Future<Outcome> theirs) {
    @Override
    public String toString() {
      return line;
    }
  }

  private static List<Asked> ask(String command, Map<String, String> files, List<String> lines)
      throws IOException {
    List<Asked> all = new ArrayList<>();
    for (String line : lines) {
      Path place = Files.createTempDirectory(ahead, command);
      List<String> words = words(place, command, line);
      all.add(new Asked(line, place, asking.submit(() -> theirs(place, files, "", words))));
    }
    return all;
  }

  /** Each file of a case, which both commands find as it is here. */
  private static void lay(Path folder, Map<String, String> files) throws IOException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = Files.writeString(folder.resolve(file.getKey()), file.getValue(), UTF_8);
      // Postfix reads what was changed within the last second again and again, until that is over.
      Files.setLastModifiedTime(path, LONG_AGO);
    }
  }

  private static Outcome outcome(Path folder, int status, String out, String err, Set<String> files)
      throws IOException {
    StringBuilder left = new StringBuilder();
    for (String file : new TreeSet<>(files)) {
      left.append("== ").append(file).append('\n');
      left.append(Files.readString(folder.resolve(file), UTF_8));
    }
    Set<String> said =
        err.lines().filter(line -> !line.isEmpty()).collect(Collectors.toCollection(TreeSet::new));
    return new Outcome(status, out, said, left.toString());
  }

  private Outcome theirs(Map<String, String> files, String input, List<String> words)
      throws Exception {
    return theirs(folder, files, input, words);
  }

  private static Outcome theirs(
      Path folder, Map<String, String> files, String input, List<String> words) throws Exception {
    lay(folder, files);
    return theirs(folder, files.keySet(), input, words);
  }

  private static Outcome theirs(Path folder, Set<String> files, String input, List<String> words)
      throws Exception {
    Path given = Files.writeString(folder.resolve("in"), input, UTF_8);
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectInput(given.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", words).isTrue();
    return outcome(
        folder,
        process.exitValue(),
        Files.readString(out, UTF_8),
        Files.readString(err, UTF_8),
        files);
  }

  private Outcome ours(Map<String, String> files, String input, List<String> words)
      throws IOException {
    return ours(folder, files, input, words);
  }

  private static Outcome ours(
      Path folder, Map<String, String> files, String input, List<String> words) throws IOException {
    lay(folder, files);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    InputStream in = new ByteArrayInputStream(input.getBytes(UTF_8));
    int status;
    try (PrintWriter said = new PrintWriter(out, true, UTF_8);
        PrintWriter complained = new PrintWriter(err, true, UTF_8)) {
      status = Postroom.run(in, said, complained, words.toArray(String[]::new));
    }
    return outcome(folder, status, out.toString(UTF_8), err.toString(UTF_8), files.keySet());
  }

  private List<String> words(String command, String line) {
    return words(folder, command, line);
  }

  private static List<String> words(Path folder, String command, String line) {
    List<String> words = new ArrayList<>(List.of(command, "-c", folder.toString()));
    // One blank between words; what stands in apostrophes is one.
    for (String part : line.split(" (?=(?:[^']*'[^']*')*[^']*$)")) {
      if (!part.isEmpty()) {
        words.add(part.replace("'", "").replace("DIR", folder.toString()).replace("\\n", "\n"));
      }
    }
    return words;
  }

  private static Map<String, String> files(String main, String master) {
    return Map.of("main.cf", main, "master.cf", master);
  }

  static List<Asked> postconfLines() throws IOException {
    return ask(
        "postconf",
        files(MAIN, MASTER),
        List.of(
            "-n",
            "-nf",
            "-nh",
            "-nH",
            "-nx",
            "-nfx",
            "-nC user",
            "-nC service",
            "-nC builtin,user",
            "-nC all",
            "-n relayhost myorigin mydestination",
            "-n nosuch",
            "-h mydestination",
            "-x mydestination",
            "-hx mydestination",
            "-H mydestination relayhost",
            "mydestination nosuch myhostname",
            "relayhost",
            "-h relayhost",
            "-p myhostname",
            "-np myhostname",
            "greet more",
            "-f smtpd_recipient_restrictions",
            "-fh smtpd_recipient_restrictions",
            "typo_parameter",
            "-o mydomain=c.test -x mydestination",
            "-o mydomain=c.test -n",
            "-o x",
            "-d relayhost mydestination smtpd_helo_required alias_maps_nosuch",
            "-dh smtpd_helo_required",
            "-dn",
            "-nd",
            "-n mydomain=1",
            "-d mydomain=1",
            "-nC foo",
            "-hH mydomain",
            "-eX mydomain",
            "-ed mydomain=1",
            "-en mydomain=1",
            "-ef mydomain=1",
            "-ex mydomain=1",
            "-# mydomain=1",
            "-X mydomain=1",
            "-X",
            "-#",
            "-e",
            "-e mydomain",
            "-e =x",
            "-e 'a b=c'",
            "-e '#a=c'",
            "-e 'a=b\\nc'",
            "-X '#a'",
            "-X 'a\\nb'",
            "-l",
            "-aA",
            "-pm",
            "-o a=b -m",
            "-o a=b -d relayhost",
            "-o a=b -e relayhost=x",
            "-o a=b -F relay/unix",
            "-bt",
            "-pt",
            "-bM",
            "-bn",
            "-tx",
            "-eb",
            "-o a=b -t",
            "-t a b",
            "-A",
            "-a",
            "-Mm",
            "-MF",
            "-nM",
            "-Mh",
            "-FX smtp/inet",
            "-P# smtp/inet/x",
            "-M",
            "-Mf",
            "-Mx",
            "-Mfx",
            "-M smtp",
            "-M smtp/inet",
            "-M relay smtp/inet",
            "-M */unix",
            "-M nosuch/inet",
            "-M a/b/c",
            "-M# smtp",
            "-MX smtp",
            "-M#",
            "-F",
            "-Ff",
            "-Fh relay/unix",
            "-FH relay/unix",
            "-F */*/chroot",
            "-F smtp/inet/command relay/unix/type smtp/inet/service",
            "-Fx relay/unix/command",
            "-F smtp/inet/nosuch",
            "-F a/b/c/d",
            "-F nosuch",
            "-P",
            "-Ph smtp/inet/smtpd_client_restrictions",
            "-PH",
            "-Px",
            "-P smtp/inet",
            "-P smtp/inet/nosuch",
            "-P a/b/c/d",
            "-PX smtp/inet",
            "-Pe smtp/inet=1",
            "-Pe 'smtp/inet/x=a b'",
            "-Fe smtp=5",
            "-Fe 'smtp/inet/chroot=n y'",
            "-Fe smtp/inet/chroot=q",
            "-Fe smtp/inet/wakeup=x",
            "-Fe smtp/inet/process_limit=x",
            "-Fe smtp/inet/type=x",
            "-Me 'new/inet=new inet n'",
            "-Me new=x"));
  }

  @ParameterizedTest
  @MethodSource("postconfLines")
  @Shows("A4.14")
  void postconfSaysTheSame(Asked asked) throws Exception {
    Outcome theirs = asked.theirs().get();
    Outcome ours =
        ours(
            asked.folder(),
            files(MAIN, MASTER),
            "",
            words(asked.folder(), "postconf", asked.line()));

    assertThat(ours).isEqualTo(theirs);
  }

  /** Where a file has all of them; what it does not have is said in words of each one's own. */
  @ParameterizedTest
  @ValueSource(strings = {"-t", "-b", "-t DIR/bounce.cf", "-b DIR/bounce.cf"})
  void postconfShowsTheSameTemplates(String line) throws Exception {
    String templates =
        """
        # In another order.
        success_template = <<EOF
        Charset: us-ascii
        From: Mail Delivery System <MAILER-DAEMON>
        Subject: Here

        It is here: $mydomain.
        EOF

        verify_template = <<EOF
        Charset: utf-8
        From: someone (The post office)
        Subject: Asked

        Grüße from $mine, ${relayhost?with}${relayhost:without} a host before us
        EOF
        delay_template = <<END
        charset: us-ascii
        From: postoffice@$mydomain
        Subject:  Late
        Postmaster-Subject: Late, too

         After $delay_warning_time_minutes minutes, that is $delay_warning_time_hours hours,
        of $maximal_queue_lifetime_days days; it costs $$5.

        END
        failure_template = <<EOF
        Charset: us-ascii
        From: MAILER-DAEMON
        Subject: Back
        Postmaster-Subject: Back, too

        $(myhostname)
        EOF
        """;
    Map<String, String> files =
        Map.of(
            "main.cf",
            MAIN
                + "mine = the $myhostname\n"
                + "delay_warning_time = 2h\nbounce_template_file = "
                + folder
                + "/bounce.cf\n",
            "bounce.cf",
            templates);
    List<String> words = words("postconf", line);

    assertThat(ours(files, "", words).out()).isEqualTo(theirs(files, "", words).out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "myhostname = mx.mail.example.org",
        "myhostname = example.org",
        "myhostname = short",
        "myhostname = mx.example.org\nmydomain = example.net",
        "mydomain = example.net",
        "myhostname = mx.example.org\nmyorigin = $mydomain",
        "myhostname = mx.example.org\nmyorigin = /nosuch/mailname\nmydomain = $myhostname",
        "myhostname = a.b.c.d.e",
        "myhostname = mx.example.org\nmydestination = $myhostname, $mydomain\nrelay_domains = $mydestination",
      })
  @Shows("A4.2")
  void namesAreDerivedAsByPostfix(String main) throws Exception {
    Map<String, String> files = files("compatibility_level = 3.6\n" + main + "\n", MASTER);
    String names =
        "mydomain myorigin mydestination relay_domains smtp_helo_name"
            + " virtual_alias_domains virtual_mailbox_domains proxy_interfaces";
    List<String> words =
        words("postconf", "-x " + (main.contains("myhostname") ? "myhostname " : "") + names);
    if (!main.contains("myhostname")) {
      words = words("postconf", "-x mydomain"); // the rest is the machine's
    }

    assertThat(ours(files, "", words)).isEqualTo(theirs(files, "", words));
  }

  /** What differs: a name of ours, a default of ours, an option that came later. */
  @Test
  void postconfListsWhatHoldsHere() throws Exception {
    Map<String, String> files =
        files(MAIN + "storage_url = h2:data\nstorage_password = guess me\n", MASTER);

    assertThat(ours(files, "", words("postconf", "-h storage_url storage_password")).out())
        .isEqualTo("h2:data\n***\n");
    assertThat(
            ours(files, "", words("postconf", "-d mailbox_size_limit compatibility_level")).out())
        .isEqualTo("mailbox_size_limit = 0\ncompatibility_level = 3.12\n");
    List<String> all =
        ours(files, "", words("postconf", "")).out().lines().map(one -> one.split(" ")[0]).toList();
    assertThat(all)
        .isSorted()
        .contains("storage_url", "smtpd_milters", "relay_destination_rate_delay");
  }

  static List<String> configurations() throws IOException {
    List<String> texts = new ArrayList<>();
    for (String name : List.of("debian", "s1", "s2", "s3", "s4")) {
      texts.add(Files.readString(CONFIGURATIONS.resolve(name).resolve("main.cf"), UTF_8));
    }
    texts.addAll(
        List.of(
            "",
            "\n\n# nothing\n",
            MAIN,
            "myhostname = a.test\nmyhostname = b.test\nmyhostname=b.test\n",
            "  relayhost = x\nmydomain = q\n",
            "mydomain = q",
            "mydomain = q\n\n\n  r\n#x\n\t s\nrelayhost=\n",
            "mydomain\t=\tq # no comment\n  # but this\nmyorigin=$mydomain\n",
            "foo = $bar\nbar = 1\nqux = 2\n",
            "mydomain = $foo\nfoo = ${bar?x}\nbar = $(baz)\nbaz=1\nFoo = 2\n",
            "smtpd_restriction_classes = a, b,$c\nc = d\nd = reject\na = permit\nb =\ne = x\n",
            """
            relay_destination_rate_delay=1s
            nosuch_destination_rate_delay = 1s
            local_destination_recipient_limit=1
            maildrop_recipient_limit = 5
            """,
            "smtpd_tls_cert_file = /etc/ssl/é.pem\nsmtpd_banner = $myhostname ESMTP ü $mail_name\n",
            "mydestination = a\n\n,b\n  ,c\n d\n\n\n",
            "relayhost=[x]:25\r\nmydomain=y\r\n",
            "mynetworks_style = subnet\nvirtual_alias_maps = hash:/a regexp:{{/x/ y}} inline:{a=b}\n",
            "header_checks = pcre:{{/^Subject: \"x\"/ REJECT a b}}\nsmtpd_milters = inet:localhost:1\n",
            """
            disable_vrfy_command = yes
            smtpd_helo_required = YES
            local_recipient_maps =
            content_filter = scan:[127.0.0.1]:10025
            mail_owner = postfix
            """,
            """
            alias_maps = hash:/etc/aliases
            alias_database = $alias_maps
            owner_request_special = no
            recipient_delimiter = +
            home_mailbox = Maildir/
            """));
    return texts;
  }

  @ParameterizedTest
  @MethodSource("configurations")
  @Shows("A4.1")
  void postconfNamesWhatAFileSays(String main) throws Exception {
    Map<String, String> files = files(main, MASTER);
    List<String> words = words("postconf", "-n");

    Outcome theirs = theirs(files, "", words);
    Outcome ours = ours(files, "", words);

    Set<String> strange = unused(theirs);
    strange.removeAll(unused(ours));
    assertThat(without(strange, ours.out())).isEqualTo(theirs.out());
    assertThat(ours.status()).isEqualTo(theirs.status());
    assertThat(ours.out().lines().count() - theirs.out().lines().count())
        .as("names that are Dovecot's or our own")
        .isEqualTo(strange.size());
  }

  private static Set<String> unused(Outcome outcome) {
    return outcome.err().stream()
        .filter(line -> line.contains("unused parameter: "))
        .map(line -> line.replaceAll(".*unused parameter: ([^=]*)=.*", "$1"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String without(Set<String> names, String out) {
    return out.lines()
        .filter(line -> !names.contains(line.split(" ")[0]))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  /** Text of main.cf, then what is done with it. */
  static List<String[]> mainEdits() {
    List<String> texts =
        List.of(
            MAIN,
            "# c\nrelayhost = x\n  y\n# d\n  z\n\nmydomain=q\n relayhost = 9\nrelayhost=2\n",
            "#relayhost = x\n  y\n#mydomain = 1\n",
            "relayhost = x\n  y\n #c\n\n  z\nmydomain=1\n",
            "  lead\nrelayhost= x\nmydomain\n\nbroken line\n",
            "relayhost\t=\tä\r\n  ö\r\n\r\nmydomain = ü\r\n");
    List<String> edits =
        List.of(
            "-e 'relayhost = [b]:25'",
            "-e mydomain=",
            "-e 'new_one =  a   b '",
            "relayhost=1",
            "-X relayhost",
            "-X mydomain nosuch",
            "-# relayhost mydomain",
            "-# nosuch",
            "-e relayhost=1 relayhost=2");
    List<String[]> all = new ArrayList<>();
    for (String text : texts) {
      for (String edit : edits) {
        all.add(new String[] {text, edit});
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("mainEdits")
  @Shows("A4.14")
  void postconfEditsTheSame(String main, String edit) throws Exception {
    List<String> words = words("postconf", edit);

    Outcome theirs = theirs(files(main, MASTER), "", words);
    Outcome ours = ours(files(main, MASTER), "", words);

    assertThat(ours).isEqualTo(theirs);
  }

  /**
   * Services are changed the same. Where fields or parameters are, comments behind the service stay
   * behind it here; Postfix puts them before it. So this master.cf has none there.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-MX smtp/inet",
        "-M# relay/unix",
        "-M# */inet",
        "-MX nosuch/inet",
        "-Me 'relay/unix=relay unix - - n - 5 smtp -o a=b'",
        "-M 'new/inet=new inet n - n - - smtpd -o {a = b c} -oq=r -vo x=y'",
        "-Me 'new/inet=other inet n - n - - smtpd'",
        "-Fe smtp/inet/chroot=n relay/unix/process_limit=9",
        "-F pickup/unix/wakeup=5?",
        "-Fe 'smtp/inet/command=smtpd -v'",
        "-Fe nosuch/inet/chroot=n",
        "-Fe */unix/chroot=-",
        "-Pe smtp/inet/nobody_knows=5",
        "-P smtp/inet/new_one=5",
        "-Pe last/unix/a=b relay/unix/syslog_name=",
        "-Pe */*/a=b",
        "-Pe nosuch/inet/a=b",
        "-PX smtp/inet/nobody_knows",
        "-PX smtp/inet/nosuch",
        "-PX */*/syslog_name",
      })
  void postconfEditsServicesTheSame(String edit) throws Exception {
    String master = MASTER.replace("\n# far\n", "");
    List<String> words = words("postconf", edit);

    Outcome theirs = theirs(files(MAIN, master), "", words);
    Outcome ours = ours(files(MAIN, master), "", words);

    assertThat(ours).isEqualTo(theirs);
  }

  /** Text, command, type, options with which Postfix's makes its index, and what is called then. */
  static List<Object[]> tableCalls() {
    String table =
        """
        # comment
        a 1
        B  2 two
        \tmore
        "q x" 5
        a@Example.org b, c
        k: v
        a 3
        """;
    String aliases =
        """
        root: ada
        Ada: "|cmd a", /file,
          :include:/x
        # c
        "q x": z
        root: twice
        a.b : c
        """;
    List<Object[]> all = new ArrayList<>();
    List<String> asked =
        List.of("-q a", "-q A", "-q b", "-q '\"q x\"'", "-q nosuch", "-q ''", "-q -", "-s");
    for (String type : List.of("hash", "btree", "cdb", "lmdb")) {
      // Postfix cannot list cdb.
      List<String> lines = type.equals("cdb") ? asked.subList(0, asked.size() - 1) : asked;
      all.add(new Object[] {table, "postmap", type, "", lines});
    }
    all.add(new Object[] {table, "postmap", "hash", "-f ", List.of("-fq B", "-fq b", "-fs")});
    all.add(
        new Object[] {
          aliases, "postalias", "hash", "", List.of("-q root", "-q ROOT", "-q 'q x'", "-q -", "-s")
        });
    for (String change : List.of("-d a", "-d nosuch", "-d -", "-i", "-ir", "-iw")) {
      all.add(new Object[] {table, "postmap", "hash", "", List.of(change, "-s")});
    }
    for (String change : List.of("-d root", "-d -", "-i", "-ir")) {
      all.add(new Object[] {aliases, "postalias", "hash", "", List.of(change, "-s")});
    }
    return all;
  }

  /** One call after the other: what Postfix keeps in its index is in our text. */
  @ParameterizedTest
  @MethodSource("tableCalls")
  @Shows("A3.9")
  void tablesAnswerTheSame(
      String text, String command, String type, String options, List<String> lines)
      throws Exception {
    Map<String, String> files =
        Map.of("main.cf", "compatibility_level = 3.6\n", "master.cf", "", "t", text);
    String table = type + ":DIR/t";
    lay(folder, files);
    assertThat(theirs(folder, Set.of(), "", words(command, options + table)).status()).isZero();

    for (String line : lines) {
      String input = input(command, line);
      Outcome theirs = theirs(folder, Set.of(), input, words(command, line + " " + table));
      Outcome ours = ours(Map.of(), input, words(command, line + " " + table));

      assertThat(ours.status()).as(line).isEqualTo(theirs.status());
      assertThat(sorted(ours.out())).as(line).isEqualTo(sorted(theirs.out()));
    }
  }

  private static String input(String command, String line) {
    if (!line.startsWith("-i")) {
      return "a\nzz\nB\n\n\"q x\"\nroot\nn\n";
    }
    return command.equals("postalias") ? "root: new\nn: m, o\n" : "x 1\na 9\n";
  }

  /** In any order, without what postalias puts in for NIS. */
  private static String sorted(String out) {
    return out.lines()
        .filter(line -> !line.matches("(YP_[A-Z_]+|@):\t.*"))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  static List<Asked> postmapLines() throws IOException {
    return ask(
        "postmap",
        Map.of("main.cf", "", "master.cf", "", "t", "a 1\n"),
        List.of(
            "",
            "-q",
            "-q a",
            "-z",
            "-q a nosuch:x",
            "-s static:v",
            "-q a static:v",
            "-q a -d b hash:DIR/t",
            "-q a -s hash:DIR/t",
            "-q x texthash:DIR/t inline:{x=y}",
            "-q x pipemap:{inline:{x=y},inline:{y=z}}",
            "-q 10.1.2.3 'cidr:{{10.0.0.0/8 net}}'",
            "-d a regexp:DIR/t",
            "-d a texthash:DIR/t",
            "-b -q x hash:DIR/t",
            "hash:DIR/nosuch"));
  }

  @ParameterizedTest
  @MethodSource("postmapLines")
  void postmapSaysTheSame(Asked asked) throws Exception {
    Outcome theirs = asked.theirs().get();
    Outcome ours =
        ours(
            asked.folder(),
            Map.of("main.cf", "", "master.cf", "", "t", "a 1\n"),
            "",
            words(asked.folder(), "postmap", asked.line()));

    assertThat(ours).isEqualTo(theirs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-hq -", "-bq -", "-hbq -", "-hmq -", "-bmq -", "-hbmq -"})
  void mailIsLookedUpTheSame(String line) throws Exception {
    String mail =
        """
        Subject: x
        To: b
         c
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=aa

        body 1
        --aa
        Content-Type: text/plain

        body 2
        --aa
        Content-Type: message/rfc822

        Subject: x inner

        body 3
        --aa--
        body 4
        """;
    Map<String, String> files =
        Map.of("main.cf", "", "master.cf", "", "t", "/^Subject: x/ s\n/body/ b\n/^To:/ t\n/./ o\n");
    List<String> words = words("postmap", line + " regexp:DIR/t");

    assertThat(ours(files, mail, words)).isEqualTo(theirs(files, mail, words));
  }

  @Test
  @Shows("A3.9")
  void aTextThatDoesNotCountWholeIsNoSuccess() throws Exception {
    Map<String, String> files =
        Map.of("main.cf", "", "t", "a 1\nalone\n  # c\nb 2\na 3\n", "al", "x: y\nno colon\n");

    Outcome map = ours(files, "", words("postmap", "hash:DIR/t"));
    Outcome alias = ours(files, "", words("postalias", "DIR/al"));

    assertThat(map.status()).isEqualTo(1);
    assertThat(map.err())
        .containsExactly(
            "postmap: note: tables are read from their text, so nothing is compiled",
            "postmap: warning: "
                + folder
                + "/t, line 2: expected format: key whitespace value -- ignoring this line",
            "postmap: warning: "
                + folder
                + "/t, line 5: duplicate entry: \"a\" -- ignoring this line");
    assertThat(alias.status()).isEqualTo(1);
    assertThat(alias.err())
        .contains(
            "postalias: warning: "
                + folder
                + "/al, line 2: need name:value pair -- ignoring this line");
    assertThat(Arrays.asList(folder.toFile().list())).doesNotContain("t.db", "al.db");
  }
}
