package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.TestServer;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.assembly.StartedServer;
import org.postroom.dist.mailbox.StoredMessage;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.Asked;
import org.postroom.dist.submit.Whom;
import picocli.CommandLine;

/**
 * What is done with mail in the queue, by each of the commands, of a server that runs in this
 * process: nobody listens where its mail goes.
 */
@Timeout(120)
@Tag("seconds")
final class QueueCommandsTest {
  private static final String ALL = "ALL";
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  /** Where a server has been once. */
  @TempDir private static Path made;

  @TempDir private Path folder;

  @BeforeAll
  static void makeDataFolder() throws IOException {
    server(made).start().close();
  }

  private AppletRun queue(String what, String... words) {
    List<String> all = new ArrayList<>(List.of("queue", what, "-c", folder + "/main.cf"));
    all.addAll(List.of(words));
    return AppletRun.of(all.toArray(String[]::new));
  }

  private AppletRun postfix(String command, String... words) {
    return reading("", command, words);
  }

  private AppletRun reading(String input, String command, String... words) {
    List<String> all = new ArrayList<>(List.of(command, "-c", folder.toString()));
    all.addAll(List.of(words));
    return AppletRun.of(input.getBytes(US_ASCII), all.toArray(String[]::new));
  }

  private MailServer start(String... more) throws IOException {
    Path data = folder.resolve("data");
    if (!Files.exists(data)) {
      FolderCopy.of(made.resolve("data"), data);
    }
    return server(folder, more).start();
  }

  private static ServerBuilder server(Path folder, String... more) throws IOException {
    Path file = folder.resolve("main.cf");
    Files.write(
        file,
        List.of(
            "myhostname = mail.example.org",
            "virtual_mailbox_domains = example.org",
            "inet_interfaces = loopback-only",
            "relay_domains = flushed.test",
            "relayhost = [127.0.0.1]:1",
            "transport_retry_time = 1s",
            "storage_url = h2:data"));
    Files.write(file, List.of(more), StandardOpenOption.APPEND);
    return TestServer.builder()
        .configuration(file)
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account("ada@example.org", "correct horse");
  }

  private static String send(MailServer server, String sender, String... recipients) {
    return server
        .submit(
            Envelope.parse(sender, recipients),
            "Subject: x\r\n\r\none\r\n.two\r\n".getBytes(US_ASCII))
        .orThrow()
        .value();
  }

  /** Waits until nothing is under way and all has been tried. */
  private void rest() {
    Until.so(
        () -> {
          String listed = postfix("postqueue", "-j").said();
          return !listed.contains("\"active\"")
              && listed.lines().allMatch(line -> line.contains("delay_reason"));
        });
  }

  private static int sizeOf(MailServer server) {
    return Math.toIntExact(server.unwrap(StartedServer.class).queue().size());
  }

  @Test
  void mailIsHeldListedAndLetGoByPostsuper() throws IOException {
    try (MailServer server = start()) {
      String one = send(server, "x@example.org", "a@far.test");
      String two = send(server, "", "b@far.test");
      rest();

      assertThat(postfix("postsuper", "-h", one))
          .isEqualTo(
              new AppletRun(
                  0,
                  "postsuper: %s: placed on hold\npostsuper: Placed on hold: 1 message\n"
                      .formatted(one)));
      assertThat(postfix("postqueue", "-p").said())
          .contains("\n" + one + "! ", "\n" + two + "  ", "\n-- 0 Kbytes in 2 Requests.\n");
      assertThat(postfix("postqueue", "-j").said().lines())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .startsWith(
                          "{\"queue_name\": \"hold\", \"queue_id\": \"" + one + "\", \"arrival")
                      .contains("\"forced_expire\": false, \"sender\": \"x@example.org\"")
                      .contains("\"recipients\": [{\"orig_address\": \"a@far.test\", \"address\"")
                      .endsWith("}]}"));
      assertThat(queue("held").said()).startsWith(one).contains("<x@example.org> to a@far.test");
      assertThat(postfix("postsuper", "-h", ALL).said())
          .isEqualTo("postsuper: Placed on hold: 1 message\n");
      assertThat(postfix("postsuper", "-H", ALL, "deferred").said()).isEmpty();
      assertThat(postfix("postsuper", "-H", ALL, "-H", ALL, "hold", "incoming").said())
          .isEqualTo("postsuper: Released from hold: 2 messages\n");
      assertThat(queue("held")).isEqualTo(new AppletRun(0, ""));
      assertThat(sizeOf(server)).isEqualTo(2);
    }
  }

  @Test
  void mailIsDeletedWhereverItIsAndOnce() throws IOException {
    try (MailServer server = start()) {
      String one = send(server, "x@example.org", "a@far.test");
      String two = send(server, "x@example.org", "b@far.test", "c@other.test");
      rest();
      postfix("postsuper", "-h", one);

      assertThat(postfix("postsuper", "-d", ALL, "active").said()).isEmpty();
      assertThat(postfix("postsuper", "-d", one, "-d", one, "-d", "b/d", "-d", "NOSUCH", "-h", one))
          .isEqualTo(
              new AppletRun(
                  0,
                  """
                  postsuper: warning: invalid mail queue id: b/d
                  postsuper: %s: removed
                  postsuper: Deleted: 1 message
                  """
                      .formatted(one)));
      assertThat(sizeOf(server)).isEqualTo(2);
      assertThat(reading(two + "\n\n" + one + "\n", "postsuper", "-d", "-").said())
          .endsWith("postsuper: Deleted: 1 message\n");
      assertThat(postfix("postqueue", "-p").said()).isEqualTo("Mail queue is empty\n");
      assertThat(postfix("postqueue", "-j")).isEqualTo(new AppletRun(0, ""));
      assertThat(postfix("postsuper", "-d", ALL, "-d", ALL).said()).isEmpty();
      assertThat(sizeOf(server)).isZero();
    }
  }

  @Test
  void mailThatIsEndedComesBackToItsSender() throws IOException {
    try (MailServer server = start()) {
      String held = send(server, "ada@example.org", "a@far.test");
      String waits = send(server, "ada@example.org", "b@far.test");
      rest();
      postfix("postsuper", "-h", held);

      assertThat(postfix("postsuper", "-e", ALL).said())
          .isEqualTo("postsuper: Force-expired: 2 messages\n");
      assertThat(postfix("postqueue", "-p").said())
          .contains("\n" + held + "!# ", "\n" + waits + "# ");
      assertThat(postfix("postqueue", "-f")).isEqualTo(new AppletRun(0, ""));
      Until.so(() -> sizeOf(server) == 1);
      assertThat(postfix("postsuper", "-f", held).said())
          .isEqualTo(
              """
              postsuper: %s: released from hold
              postsuper: Released from hold: 1 message
              """
                  .formatted(held));

      Until.so(() -> sizeOf(server) == 0);
      List<String> reports = new ArrayList<>();
      for (StoredMessage message : server.mailboxes("ada@example.org").inbox().messages()) {
        try (InputStream octets = message.open()) {
          reports.add(new String(octets.readAllBytes(), ISO_8859_1));
        }
      }
      assertThat(reports)
          .hasSize(2)
          .allSatisfy(
              report -> assertThat(report).contains("Action: failed", "Status: 4.4.7", "refused"));
    }
  }

  @Test
  void mailIsRequeuedByTheConfigurationOfToday() throws IOException {
    String id;
    try (MailServer server = start()) {
      id = send(server, "x@example.org", "info@later.test");
      rest();
      Files.writeString(
          folder.resolve("main.cf"),
          """
          virtual_alias_domains = later.test
          virtual_alias_maps = inline:{info@later.test=ada@example.org}
          """,
          StandardOpenOption.APPEND);
      assertThat(AppletRun.of("reload", "-c", folder + "/main.cf").status()).isZero();

      assertThat(postfix("postsuper", "-r", id).said())
          .isEqualTo("postsuper: %s: requeued\npostsuper: Requeued: 1 message\n".formatted(id));

      assertThat(sizeOf(server)).isZero();
      assertThat(server.mailboxes("ada@example.org").inbox().messages()).hasSize(1);
      send(server, "x@example.org", "b@far.test", "c@far.test");
      rest();
      assertThat(queue("requeue", ALL).said()).contains("1 mail, 2 recipients requeued\n");
      assertThat(sizeOf(server)).isEqualTo(2);
    }
    assertThat(postfix("postsuper", "-r", ALL).status()).isEqualTo(69);
  }

  @Test
  void whatIsHeldOrParkedIsRequeuedOnlyWhereSomebodySaysSo() throws IOException {
    try (MailServer server = start()) {
      String held = send(server, "x@example.org", "a@far.test");
      String parked = send(server, "x@example.org", "b@far.test", "c@near.test");
      rest();
      queue("hold", held);
      queue("park", "--recipient", "b@", parked);

      assertThat(queue("requeue", "--site", "far.test").said())
          .isEqualTo("0 mails, 0 recipients requeued\n");
      assertThat(postfix("postsuper", "-r", ALL).said()).contains("Requeued: 1 message\n");
      rest();
      assertThat(queue("requeue", ALL).said()).endsWith("1 mail, 1 recipient requeued\n");
      assertThat(postfix("postsuper", "-r", ALL, "active").status()).isZero();
      assertThat(queue("show", held).said()).contains("\n  state: held\n");
      assertThat(queue("show", parked).said())
          .contains("\n  state: parked\n")
          .doesNotContain("c@near.test");

      assertThat(queue("requeue", held).said()).endsWith("1 mail, 1 recipient requeued\n");
      assertThat(postfix("postsuper", "-r", ALL, "hold").said())
          .isEqualTo("postsuper: Requeued: 1 message\n");
      assertThat(queue("held").said()).isEmpty();
      assertThat(sizeOf(server)).isEqualTo(3);
    }
  }

  @Test
  void aMailThatCannotBeRequeuedStaysAsItIsAndTheOthersGoOn() throws IOException {
    try (MailServer server = start()) {
      String first = send(server, "x@example.org", "a@far.test");
      String full = send(server, "x@example.org", "info@later.test");
      String last = send(server, "x@example.org", "b@far.test");
      rest();
      Files.writeString(
          folder.resolve("main.cf"),
          """
          virtual_alias_domains = later.test
          virtual_alias_maps = inline:{info@later.test=ada@example.org}
          """,
          StandardOpenOption.APPEND);
      assertThat(AppletRun.of("reload", "-c", folder + "/main.cf").status()).isZero();
      AccountId ada =
          server
              .unwrap(StartedServer.class)
              .accounts()
              .byLogin("ada@example.org")
              .orElseThrow()
              .id();
      server.unwrap(StartedServer.class).accounts().setQuota(ada, 1);

      AppletRun ours = queue("requeue", first, full, "NOSUCH", last);
      assertThat(ours.status()).isEqualTo(75);
      assertThat(ours.said())
          .startsWith("requeued " + first + "\nrequeued " + last + "\n2 mails, 2 recipients ")
          .contains("error: no mail that could be requeued is NOSUCH\n")
          .contains("postroom: error: " + full + " is not requeued: ");
      assertThat(ours.said().lines()).hasSize(5);
      rest();
      AppletRun postfix = postfix("postsuper", "-r", ALL);
      assertThat(postfix.status()).isEqualTo(75);
      assertThat(postfix.said())
          .startsWith("postsuper: warning: " + full + ": not requeued: ")
          .endsWith("\npostsuper: Requeued: 2 messages\n");
      assertThat(queue("show", full).said()).contains("\n  address: info@later.test\n");
      assertThat(sizeOf(server)).isEqualTo(3);

      server.unwrap(StartedServer.class).accounts().setQuota(ada, 0);
      assertThat(queue("requeue", full).status()).isZero();
      assertThat(server.mailboxes("ada@example.org").inbox().messages()).hasSize(1);
    }
  }

  @Test
  void whatIsMeantIsSaidByRecipientSenderSiteOrAge() throws IOException {
    try (MailServer server = start()) {
      String one = send(server, "x@example.org", "sally@far.test", "bob@near.test");
      String two = send(server, "", "bob@near.test");
      rest();

      assertThat(queue("park", "--site", "FAR.test").said())
          .isEqualTo("parked " + one + "\n1 mail, 1 recipient parked\n");
      assertThat(queue("hold", "--sender", "").said())
          .isEqualTo("held " + two + "\n1 mail, 1 recipient held\n");
      assertThat(queue("release", ALL).said()).endsWith("1 mail, 1 recipient released\n");
      assertThat(queue("hold", "--older-than", "1w").said())
          .isEqualTo("0 mails, 0 recipients held\n");
      assertThat(queue("hold", "--recipient", "BOB@", "--older-than", "0s", ALL).said())
          .endsWith("2 mails, 2 recipients held\n");
      assertThat(queue("unpark", one, two))
          .isEqualTo(
              new AppletRun(
                  65,
                  "unparked "
                      + one
                      + "\n1 mail, 1 recipient unparked\n"
                      + "postroom: error: no mail that could be unparked is "
                      + two
                      + "\n"));
      assertThat(queue("expire", two).said()).endsWith("1 mail, 1 recipient expired\n");
      assertThat(queue("delete", "--site", "[127.0.0.1]:1").said())
          .endsWith("2 mails, 3 recipients deleted\n");
      assertThat(queue("delete").status()).isEqualTo(65);
      assertThat(queue("hold", "--older-than", "soon").status()).isEqualTo(64);
      assertThat(queue("run", "--recipient", "nobody")).extracting(AppletRun::status).isEqualTo(0);
      Until.so(() -> sizeOf(server) == 0);
    }
  }

  @Test
  void howeverManyMailsAreNamedTheOptionsCountForEachOfThem() throws IOException {
    try (MailServer server = start()) {
      String first = send(server, "x@example.org", "a@far.test", "b@near.test");
      String last = send(server, "y@example.org", "a@far.test", "b@near.test");
      rest();
      List<String> words = new ArrayList<>(List.of("--recipient", "b@", "--sender", "x@", first));
      IntStream.range(0, 1200).forEach(i -> words.add("NOSUCH" + i));
      words.add(last);

      assertThat(queue("delete", words.toArray(String[]::new)).said())
          .startsWith("deleted " + first + "\n1 mail, 1 recipient deleted\n")
          .endsWith("is " + last + "\n");
      words.add(ALL);
      assertThat(queue("hold", words.toArray(String[]::new)).said()).startsWith("0 mails, ");
      words.subList(0, 4).clear();
      assertThat(queue("hold", words.toArray(String[]::new)).said())
          .endsWith("\n2 mails, 3 recipients held\n");
    }
  }

  @Test
  void allOfTheQueueIsGoneThroughOnceByWhenMailsCame() throws IOException {
    try (MailServer server = start()) {
      String first = send(server, "x@example.org", "a@far.test");
      String second = send(server, "x@example.org", "b@far.test");
      rest();
      queue("hold", first);

      assertThat(queue("expire", ALL).said())
          .startsWith("expired " + first + "\nexpired " + second + "\n2 mails, ");
    }
  }

  @Test
  @Shows("A2.9")
  void allThatIsKnownOfAMailIsShown() throws IOException {
    try (MailServer server = start()) {
      Envelope envelope =
          new Envelope(
              ReversePath.of(Address.parse("x@example.org")),
              List.of(
                  new Recipient(
                      Address.parse("a@far.test"),
                      Set.of(Recipient.Notify.FAILURE, Recipient.Notify.DELAY),
                      Optional.of("rfc822;first@far.test"))),
              BodyType.EIGHT_BIT_MIME,
              false,
              Optional.of("env-7"),
              Optional.of(false),
              true);
      InputStream content = new ByteArrayInputStream("Subject: x\r\n\r\n".getBytes(US_ASCII));
      String id = server.submit(envelope, content, Whom.ALL_OR_NOBODY, TRACE).orThrow().value();
      rest();

      assertThat(queue("show", id).said())
          .contains("id: " + id + "\nqueue: deferred\n")
          .contains("\nbody: 8BITMIME\n", "\nenvelope_id: env-7\n", "\nreturned: HDRS\n")
          .contains("\nrequires_tls: true\n")
          .contains("\n  address: a@far.test\n  original: rfc822;first@far.test\n")
          .contains("\n  report_on: [DELAY, FAILURE]\n  state: waiting\n", "\n  attempts: 1\n")
          .contains("\n  next_attempt: ", "\n  reason: 4.4.1 ", "\n  last_attempt: ")
          .contains("\norigin.submitter: " + ProcessHandle.current().info().user().orElseThrow())
          .contains("\norigin.address: 127.0.0.1\n", "\norigin.traceparent: " + TRACE + "\n")
          .containsPattern("\nsha256: [0-9a-f]{64}\n");
      assertThat(queue("show", "--json", id).said())
          .contains("\"traceparent\" : \"" + TRACE + "\"", "\"last_attempt\" : ")
          .contains("\"envelope_id\" : \"env-7\"", "\"attempts\" : 1", "\"destination\" : ");
      assertThat(queue("list", "--json").said())
          .contains("\"id\":\"" + id + "\"", "\"next_attempt\":\"");
      assertThat(queue("show", "NOSUCH"))
          .isEqualTo(new AppletRun(65, "postroom: error: no mail is in the queue as NOSUCH\n"));
      assertThat(queue("show", "../x").status()).isEqualTo(65);
    }
  }

  @Test
  @Shows("A2.10")
  void whatSendmailHasInItsQueueComesInAsItWas() throws IOException {
    Path mqueue = Files.createDirectory(folder.resolve("mqueue"));
    Files.writeString(
        mqueue.resolve("qf3AEM1234567890"),
        """
        V8
        T1700000000
        K1700000600
        N3
        Fw
        $_client.example [192.0.2.7]
        $rESMTP
        Sada
        Zenv-7
        MDeferred: Connection refused
        Qrfc822;Bob@far.test
        RPNFD:bob@far.test
        RP:root
        H??Subject: hello
        .
        """);
    Files.writeString(mqueue.resolve("df3AEM1234567890"), "from sendmail\n");
    Files.writeString(mqueue.resolve("qf3AEM0000000000"), "V8\nTnever\n");
    Files.writeString(mqueue.resolve("df3AEM0000000000"), "");
    try (MailServer server = start()) {
      AppletRun imported = queue("import", mqueue.toString());

      assertThat(imported.said())
          .startsWith("imported 3AEM1234567890\n1 mail imported\npostroom: error: ")
          .contains("qf3AEM0000000000, line 2: expected a number");
      assertThat(imported.status()).isEqualTo(65);
      assertThat(queue("import", mqueue.toString()).said()).startsWith("0 mails imported\n");
      assertThat(sizeOf(server)).isEqualTo(2);
      assertThat(queue("show", "--json", "3AEM1234567890").said())
          .contains("\"arrived\" : \"2023-11-14T22:13:20Z\"")
          .contains("\"sender\" : \"ada@", "\"envelope_id\" : \"env-7\"")
          .contains("\"address\" : \"192.0.2.7\"", "\"protocol\" : \"ESMTP\"")
          .contains("\"address\" : \"bob@far.test\"", "\"address\" : \"root@")
          .contains("\"original\" : \"rfc822;Bob@far.test\"")
          .contains("\"attempts\" : 3", "\"last_attempt\" : \"2023-11-14T22:23:20Z\"")
          .contains("\"reason\" : \"Deferred: Connection refused\"")
          .contains("\"delay_reported\" : true", "\"state\" : \"parked\"");
    }
  }

  @Test
  void whatIsParkedGoesIntoFilesAndComesBackAsItWas() throws IOException {
    String files = folder.resolve("moved").toString();
    try (MailServer server = start()) {
      String parked = send(server, "x@example.org", "a@far.test", "b@near.test");
      String other = send(server, "", "c@near.test");
      rest();
      queue("park", "--site", "far.test");
      String before = queue("show", "--json", parked).said();

      assertThat(queue("export", files).said())
          .isEqualTo("exported " + parked + "\n1 mail exported\n");
      assertThat(sizeOf(server)).isEqualTo(3);
      assertThat(queue("export", files).status()).as("there already").isNotZero();
      assertThat(queue("import", files))
          .isEqualTo(
              new AppletRun(
                  65,
                  "0 mails imported\npostroom: error: "
                      + folder.resolve("moved").resolve(parked + ".json")
                      + ": a mail of that id is in the queue\n"));

      Files.delete(folder.resolve("moved").resolve(parked + ".json"));
      assertThat(queue("export", "--delete", files).status()).isZero();
      assertThat(sizeOf(server)).isEqualTo(2);
      queue("delete", parked);
      Path octets = folder.resolve("moved").resolve(parked + ".eml");
      byte[] whole = Files.readAllBytes(octets);
      Files.write(octets, Arrays.copyOf(whole, whole.length - 1));
      assertThat(queue("import", files).said()).contains("octets belong to it");
      Files.write(octets, whole);
      assertThat(queue("import", files).said())
          .isEqualTo("imported " + parked + "\n1 mail imported\n");
      assertThat(queue("import", files).said()).isEqualTo("0 mails imported\n");

      String after = queue("show", "--json", parked).said();
      assertThat(after).doesNotContain("b@near.test").contains("a@far.test", "\"parked\"");
      assertThat(line(after, "attempts")).isEqualTo(line(before, "attempts"));
      assertThat(line(after, "sha256")).isEqualTo(line(before, "sha256"));
      assertThat(line(after, "arrived")).isEqualTo(line(before, "arrived"));
      assertThat(line(after, "submitter")).isEqualTo(line(before, "submitter"));
      assertThat(line(after, "last_attempt")).isEqualTo(line(before, "last_attempt"));
      assertThat(queue("unpark", ALL).said()).endsWith("1 mail, 1 recipient unparked\n");
      assertThat(queue("show", other).status()).isZero();
    }
  }

  private static String line(String json, String member) {
    return json.lines()
        .filter(line -> line.contains("\"" + member + "\""))
        .findFirst()
        .orElseThrow()
        .replace(",", "");
  }

  private AppletRun postcat(String... words) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    CommandLine line =
        Commands.all()
            .line(new OwnProcess(InputStream.nullInputStream(), said), "postcat")
            .setErr(new PrintWriter(errors, true, UTF_8));
    List<String> all = new ArrayList<>(List.of("postcat", "-c", folder.toString()));
    all.addAll(List.of(words));
    int status = line.execute(all.toArray(String[]::new));
    return new AppletRun(status, said.toString(ISO_8859_1) + errors.toString(UTF_8));
  }

  @Test
  @Shows("A2.9")
  void aMailIsShownInTheFormOfPostcat() throws IOException {
    try (MailServer server = start("smtpd_sasl_auth_enable = yes")) {
      String id =
          server
              .submit(
                  Envelope.parse("", "a@far.test"),
                  "Subject: x\r\n\r\n\u00e4\r\nlast".getBytes(ISO_8859_1))
              .orThrow()
              .value();
      rest();

      String all = postcat("-q", id).said();
      assertThat(all)
          .startsWith("*** ENVELOPE RECORDS deferred/" + id + " ***\nmessage_size:             ")
          .containsPattern(
              "\nmessage_arrival_time: [A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}\n")
          .contains("\nsender: \noriginal_recipient: a@far.test\nrecipient: a@far.test\n")
          .contains("\n*** MESSAGE CONTENTS deferred/" + id + " ***\nReceived: ")
          .contains("\nSubject: x\n")
          .endsWith(
              "\n\n\u00e4\nlast\n*** HEADER EXTRACTED deferred/"
                  + id
                  + " ***\n*** MESSAGE FILE END deferred/"
                  + id
                  + " ***\n");
      assertThat(postcat("-bq", id).said()).isEqualTo("\n\u00e4\nlast\n");
      assertThat(postcat("-h", "-q", id).said())
          .startsWith("Received: ")
          .contains("\nSubject: x\n")
          .doesNotContain("last", "\n\n", "***");
      assertThat(postcat("-bh", "-q", id).said()).startsWith("Received: ").endsWith("\nlast\n");
      assertThat(postcat("-eq", id).said())
          .contains(" ***\n*** HEADER EXTRACTED ")
          .doesNotContain("Subject");
      assertThat(postcat("-d", "-q", id).said())
          .contains(
              "\n 84 message_arrival_time: ",
              "\n 83 sender: \n 79 original_recipient: a@far.test\n 82 recipient: a@far.test\n"
                  + " 77 *** MESSAGE CONTENTS ",
              "\n 78 Subject: x\n",
              "\n 88 *** HEADER",
              "\n 69 *** MESSAGE FILE END");
      assertThat(postcat("-v", "-q", id).said()).contains("\nregular_text: last\n");
      assertThat(postcat("-eq", id).said()).as("handed in here").doesNotContain("client", "sasl");
      assertThat(postcat("-q", "NONE00000"))
          .isEqualTo(
              new AppletRun(
                  1, "postcat: fatal: open queue file NONE00000: No such file or directory\n"));
      assertThat(postcat("-q", "x y"))
          .isEqualTo(new AppletRun(1, "postcat: fatal: bad mail queue ID: x y\n"));
      assertThat(postcat("x").status()).isEqualTo(64);
      assertThat(postcat("-x", "-q", id).said()).startsWith("postcat: invalid option -- 'x'\n");
    }
  }

  @Test
  void whatSendmailSaysOfTlsIsKept() throws IOException {
    try (MailServer server = start()) {
      byte[] mail = "Subject: x\n\nx\n".getBytes(US_ASCII);
      for (String value : List.of("yes", "no")) {
        String[] words = {
          "sendmail", "-C", folder + "/main.cf", "-Orequiretls=" + value, "a@far.test"
        };
        assertThat(AppletRun.of(mail, words)).isEqualTo(new AppletRun(0, ""));
      }
      rest();

      assertThat(sizeOf(server)).isEqualTo(2);
      assertThat(queue("show", ids().get(0)).said()).contains("\nrequires_tls: true\n");
      assertThat(queue("show", ids().get(1)).said()).doesNotContain("requires_tls");
    }
  }

  /** What is to be safe does not go as any other mail because a setting says so. */
  @Test
  void whereTlsCannotBeRequiredWhoAsksForItHearsSo() throws IOException {
    try (MailServer server = start("requiretls_enable = no")) {
      byte[] mail = "Subject: x\n\nx\n".getBytes(US_ASCII);
      String[] words = {"sendmail", "-C", folder + "/main.cf", "-Orequiretls=yes", "a@far.test"};

      AppletRun run = AppletRun.of(mail, words);

      assertThat(run.status()).isEqualTo(69);
      assertThat(run.said()).contains("5.7.30 ").contains("requiretls_enable = no");
      assertThat(sizeOf(server)).isZero();
    }
  }

  private List<String> ids() {
    return Pattern.compile("\"queue_id\": \"([^\"]+)\"")
        .matcher(postfix("postqueue", "-j").said())
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  /** In the order in which Postfix has them in its files. */
  @Test
  @Shows("A2.9")
  void whoHasHandedAMailInIsShown() throws IOException {
    try (MailServer server = start("smtpd_sasl_auth_enable = yes")) {
      String id = handIn(server);
      rest();

      String port = line(queue("show", "--json", id).said(), "port").replaceAll("[^0-9]", "");
      assertThat(queue("show", id).said())
          .contains("\norigin.port: " + port + "\norigin.sasl_method: PLAIN\n")
          .contains("\norigin.sasl_sender: first@far.test\n");
      assertThat(
              postcat("-eq", id)
                  .said()
                  .lines()
                  .filter(line -> line.matches("(named_attribute|sender|recipient): .*")))
          .containsExactly(
              "named_attribute: sasl_method=PLAIN",
              "named_attribute: sasl_username=ada@example.org",
              "named_attribute: sasl_sender=first@far.test",
              "named_attribute: envelope_id=e7",
              "sender: ada@example.org",
              "named_attribute: log_client_name=localhost",
              "named_attribute: log_client_address=127.0.0.1",
              "named_attribute: log_client_port=" + port,
              "named_attribute: log_message_origin=localhost[127.0.0.1]",
              "named_attribute: log_helo_name=client.example",
              "named_attribute: log_protocol_name=ESMTP",
              "named_attribute: client_name=localhost",
              "named_attribute: client_address=127.0.0.1",
              "named_attribute: client_port=" + port,
              "named_attribute: helo_name=client.example",
              "named_attribute: protocol_name=ESMTP",
              "named_attribute: client_address_type=2",
              "recipient: a@far.test");

      String files = folder.resolve("moved").toString();
      queue("park", id);
      assertThat(queue("export", "--delete", files).status()).isZero();
      assertThat(queue("import", files).status()).isZero();
      assertThat(queue("show", id).said())
          .contains("\norigin.port: " + port + "\norigin.sasl_method: PLAIN\n");
      queue("delete", id);
      Path known = folder.resolve("moved").resolve(id + ".json.imported");
      String older =
          Files.readString(known).replaceAll(",\\s*\"(port|sasl_\\w+)\" ?: ?[^,}\\s]*", "");
      assertThat(older).contains("client.example").doesNotContain("first@far.test");
      Files.delete(known);
      Files.writeString(folder.resolve("moved").resolve(id + ".json"), older);
      assertThat(queue("import", files).said()).isEqualTo("imported " + id + "\n1 mail imported\n");
      assertThat(queue("show", id).said()).contains("\norigin.address: ").doesNotContain(".port");
    }
  }

  /** By a client that logs in; gives its id. */
  private static String handIn(MailServer server) {
    String both = "\0ada@example.org\0correct horse";
    String last = "";
    try (SocketPeer client = SocketPeer.to(server.address(Role.MX))) {
      client.readLine();
      for (String line :
          List.of(
              "EHLO client.example",
              "AUTH PLAIN " + Base64.getEncoder().encodeToString(both.getBytes(US_ASCII)),
              "MAIL FROM:<ada@example.org> AUTH=first+40far.test ENVID=e7",
              "RCPT TO:<a@far.test>",
              "DATA",
              "Subject: x\r\n\r\nx\r\n.")) {
        client.send(line + "\r\n");
        do {
          last = String.valueOf(client.readLine());
        } while (last.startsWith("-", 3));
      }
    }
    return last.substring(last.lastIndexOf(' ') + 1);
  }

  @Test
  @Shows("A2.4")
  void theQueueIsTriedByIdSiteOrWord() throws IOException {
    String id;
    try (MailServer server = start()) {
      id = send(server, "x@example.org", "a@flushed.test");
      String other = send(server, "y@example.org", "b@far.test");
      rest();

      assertThat(postfix("postqueue", "-i", id)).isEqualTo(new AppletRun(0, ""));
      Until.so(() -> queue("show", id).said().contains("\n  attempts: 2\n"));
      rest();
      assertThat(postfix("postqueue", "-i", "NOSUCHMAIL")).isEqualTo(new AppletRun(0, ""));
      assertThat(postfix("postqueue", "-s", "flushed.test")).isEqualTo(new AppletRun(0, ""));
      Until.so(() -> queue("show", id).said().contains("\n  attempts: 3\n"));
      rest();
      assertThat(postfix("postqueue", "-s", "far.test"))
          .isEqualTo(
              new AppletRun(
                  69,
                  "postqueue: fatal: Flush service is not configured for destination"
                      + " \"far.test\"\n"));
      String file = folder + "/main.cf";
      assertThat(AppletRun.of("sendmail", "-C", file, "-qRnobody").status()).isZero();
      assertThat(AppletRun.of("sendmail", "-C", file, "-qSX@")).isEqualTo(new AppletRun(0, ""));
      Until.so(() -> queue("show", id).said().contains("\n  attempts: 4\n"));
      rest();
      assertThat(AppletRun.of("sendmail", "-C", file, "-qRA@Flush").status()).isZero();
      Until.so(() -> queue("show", id).said().contains("\n  attempts: 5\n"));
      rest();
      assertThat(AppletRun.of("sendmail", "-C", file, "-qI" + id).status()).isZero();
      Until.so(() -> queue("show", id).said().contains("\n  attempts: 6\n"));
      rest();
      assertThat(AppletRun.of("sendmail", "-C", file, "-q!Rfar.test").status()).isZero();
      Until.so(() -> queue("show", id).said().contains("\n  attempts: 7\n"));
      assertThat(queue("show", other).said()).as("it waits").contains("\n  attempts: 1\n");
      assertThat(AppletRun.of("sendmail", "-C", file, "-q").status()).isZero();
      assertThat(AppletRun.of("sendmail", "-C", file, "-qXy").status()).isEqualTo(64);
    }
    assertThat(postfix("postqueue", "-f"))
        .isEqualTo(
            new AppletRun(69, "postqueue: fatal: Cannot flush mail queue - mail system is down\n"));
    assertThat(AppletRun.of("sendmail", "-C", folder + "/main.cf", "-q").status()).isEqualTo(69);
    assertThat(postfix("postqueue", "-p").said()).as("the store is enough").contains("\n" + id);
    assertThat(postfix("postsuper", "-h", id).said()).contains(id + ": placed on hold\n");
    assertThat(postfix("postsuper", "-d", ALL).said()).endsWith("Deleted: 2 messages\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          postqueue           | 64 | usage: postqueue -f | postqueue
          postqueue -f -p     | 64 | usage: postqueue -f
          postqueue -p more   | 64 | usage: postqueue -f
          postqueue -x        | 64 | invalid option -- 'x'
          postqueue -i        | 64 | option requires an argument -- 'i'
          postqueue -i a/b    | 69 | Cannot flush queue ID - invalid name: "a/b"
          postqueue -s a..b   | 69 | Cannot flush mail queue - invalid destination: "a..b"
          postsuper -d        | 64 | option requires an argument -- 'd'
          postsuper -k        | 64 | invalid option -- 'k'
          postsuper -d ALL no | 64 | invalid directory name: no
          postsuper -d ALL deferred -h ALL | 64 | invalid directory name: -h
          postsuper           | 0  | ''
          postsuper -psS hold | 0  | ''
          """)
  void wordsThatMeanNothingAreRefused(String words, int status, String said) throws IOException {
    Files.writeString(folder.resolve("main.cf"), "storage_url = h2:data\n");
    String[] all = words.split(" ");
    AppletRun outcome = postfix(all[0], Arrays.copyOfRange(all, 1, all.length));

    assertThat(outcome.status()).isEqualTo(status);
    assertThat(outcome.said()).contains(said);
  }

  @Test
  void twoCommandsSideBySideDoAllOfItOnceTogether() throws Exception {
    try (MailServer server = start("default_destination_concurrency_limit = 1")) {
      for (int i = 0; i < 60; i++) {
        send(server, "x@example.org", "a" + i + "@far.test", "b" + i + "@far.test");
      }
      assertThat(queue("hold", ALL).said()).endsWith(" held\n");
      List<CompletableFuture<String>> both =
          IntStream.range(0, 2)
              .mapToObj(i -> CompletableFuture.supplyAsync(() -> queue("delete", ALL).said()))
              .toList();
      long deleted = 0;
      for (CompletableFuture<String> one : both) {
        String last = one.get().lines().reduce((a, b) -> b).orElseThrow();
        deleted += Long.parseLong(last.replaceAll(".* mails?, ([0-9]+) recipients? deleted", "$1"));
      }

      assertThat(deleted).isEqualTo(120);
      Until.so(() -> sizeOf(server) == 0);
    }
  }

  @Test
  void aLongListingIsReadInPagesWhileItsMailLeaves() throws IOException {
    try (MailServer server = start()) {
      String[] many =
          IntStream.range(0, 1000).mapToObj(i -> "r" + i + "@far.test").toArray(String[]::new);
      String large = send(server, "x@example.org", many);
      String small = send(server, "x@example.org", "one@far.test");
      queue("hold", ALL);

      String listed = postfix("postqueue", "-p").said();
      assertThat(listed.lines().filter(line -> line.endsWith("@far.test"))).hasSize(1001);
      assertThat(listed).containsOnlyOnce(large).containsOnlyOnce(small);
      assertThat(listed)
          .endsWith("\n\n-- 1 Kbytes in 2 Requests.\n".replace("1 K", kilobytes(listed)));
      assertThat(postfix("postqueue", "-j").said().lines()).hasSize(2);
      assertThat(postcat("-eq", large).said()).contains("            1000               0 ");

      // Whatever has read a page, the mail goes before the next one is asked for.
      List<String> seen = new ArrayList<>();
      MailServer.builder()
          .configuration(folder.resolve("main.cf"))
          .unwrap(DescribedServer.class)
          .ask(
              QueueOperations.LIST,
              Asked.HELD,
              page -> {
                page.mails().forEach(mail -> seen.add(mail.id()));
                assertThat(queue("delete", large).said()).contains(" deleted\n");
                return Asked.HELD.behind(page);
              });
      assertThat(seen).startsWith(large).endsWith(small);
      assertThat(sizeOf(server)).isEqualTo(1);
    }
  }

  private static String kilobytes(String listed) {
    return listed.substring(listed.lastIndexOf("-- ") + 3, listed.lastIndexOf(" Kbytes")) + " K";
  }
}
