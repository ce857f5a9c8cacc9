package org.postroom.readme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.address.Address;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport;
import org.postroom.core.fact.Fact;
import org.postroom.core.filter.Filter;
import org.postroom.core.filter.Finding;
import org.postroom.core.mail.Envelope;
import org.postroom.core.people.Person;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.refusal.NotEnqueued;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Restriction;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.Until;
import org.postroom.core.transcript.FilePeer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.dist.Inbox;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.answer.Reloaded;
import org.postroom.dist.mailbox.Folder;
import org.postroom.dist.mailbox.Mailboxes;
import org.postroom.dist.mailbox.StoredMessage;
import org.postroom.dist.mailbox.Watch;
import org.postroom.dist.submit.Outbox;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Whom;
import org.postroom.smtp.subetha.SubEtha;
import org.postroom.storage.Storage;
import org.subethamail.smtp.helper.BasicMessageListener;

/** What docs/embedding.md shows is code that is compiled and run here. */
@Timeout(60)
@Tag("seconds")
final class EmbeddingTest {
  private static final Page PAGE = Page.of("docs/embedding.md");

  private final InputStream content =
      new ByteArrayInputStream("Subject: Your invoice\n\nThank you.\n".getBytes(UTF_8));

  @Test
  void everySnippetIsOfTheseTests() {
    assertThat(PAGE.blocks("java")).hasSizeGreaterThan(8);
    assertThat(PAGE.blocks("")).hasSameSizeAs(PAGE.blocks("java"));
    PAGE.showsJavaOf("EmbeddingTest");
  }

  private static ServerBuilder described() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.inMemory())
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account("ada@example.org", "correct horse");
  }

  @Test
  void starts(@TempDir Path folder) {
    MailServer server =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.h2(folder))
            .listen(Role.MX, 0)
            .listen(Role.SUBMISSIONS, 0)
            .listen(Role.IMAPS, 0)
            .account("ada@example.org", "correct horse")
            .start();
    int port = server.address(Role.MX).getPort();

    assertThat(port).isPositive();
    server.close();
  }

  @Test
  void worksOnThreadsOfTheApplication() {
    ServerBuilder builder = described();
    ExecutorService threads = Executors.newFixedThreadPool(64);
    builder.workers(threads);

    try (MailServer server = builder.start()) {
      server.submit(Envelope.parse("shop@example.org", "ada@example.org"), content).orThrow();
      assertThat(Inbox.of(server, "ada@example.org")).hasSize(1);
    }
    assertThat(threads.isShutdown()).isFalse();
    threads.shutdown();
  }

  @Test
  void handsMailIn() {
    List<String> log = new ArrayList<>();
    try (MailServer server = described().start()) {
      Envelope envelope = Envelope.parse("shop@example.org", "ada@example.org");
      Submitted answer = server.submit(envelope, content);
      if (answer instanceof Submitted.Refused refused) {
        log.add((refused.mayPass() ? "not now: " : "never: ") + refused.reply());
      }
      assertThat(log).isEmpty();
      assertThat(Inbox.of(server, "ada@example.org")).hasSize(1);
      envelope = Envelope.parse("shop@example.org", "nobody@example.org");

      byte[] message = "Subject: Your invoice\n\nThank you.\n".getBytes(UTF_8);
      Submitted some = server.submit(envelope, new ByteArrayInputStream(message), Whom.WHOM_IT_CAN);
      for (Submitted.Outcome one : some.recipients()) {
        one.refusal().ifPresent(reply -> log.add(one.recipient().address() + ": " + reply));
      }
      assertThat(log)
          .singleElement()
          .satisfies(line -> assertThat(line).startsWith("nobody@example.org: 550 5.1.1 "));
    }
  }

  @Test
  @Tag("process")
  void writesMailInItsOwnTransaction() throws Exception {
    List<String> log = new ArrayList<>();
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        Connection connection = postgres.getPostgresDatabase().getConnection();
        MailServer server = withTheDatabaseOf(connection, postgres.getPostgresDatabase()).start()) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO purchase VALUES (?)")) {
        insert.setInt(1, 4711);
        insert.executeUpdate();
      }
      Envelope envelope = Envelope.parse("shop@example.org", "ada@example.org");
      server.outbox().enqueue(connection, "purchase-4711", envelope, content);
      connection.commit();
      Until.so(() -> !Inbox.of(server, "ada@example.org").isEmpty());

      Optional<Outbox.Known> known = server.outbox().find("purchase-4711");
      known.ifPresent(mail -> log.add(mail.key() + " is " + mail.state() + " " + mail.reply()));
      assertThat(log).containsExactly("purchase-4711 is TAKEN ");
    }
  }

  private static ServerBuilder withTheDatabaseOf(Connection connection, DataSource dataSource)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE purchase (id INT PRIMARY KEY)");
    }
    ServerBuilder builder = described();
    builder.storage(Storage.postgres(dataSource).inSchema("mail"));
    return builder;
  }

  @Test
  void writesNoMailInATransactionOfAnotherDatabase() throws Exception {
    try (MailServer server = described().start();
        Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
      Envelope envelope = Envelope.parse("shop@example.org", "ada@example.org");
      assertThatThrownBy(() -> server.outbox().enqueue(connection, "1", envelope, content))
          .isInstanceOf(NotEnqueued.class)
          .hasMessageContaining("in PostgreSQL")
          .hasMessageEndingWith("this one keeps it in memory");
    }
  }

  @Test
  void readsAndChangesMailboxes(@TempDir Path temporary) throws IOException {
    List<String> log = new CopyOnWriteArrayList<>();
    Path mbox = temporary.resolve("mbox");
    Files.writeString(mbox, "From x Fri Jul  8 12:08:34 2011\nSubject: old\n\nbody\n");
    try (MailServer server = described().start()) {
      long uid = server.deliver("ada@example.org", "INBOX", content);
      Mailboxes mailboxes = server.mailboxes("ada@example.org");
      Folder inbox = mailboxes.inbox();
      for (StoredMessage message : inbox.messages()) {
        log.add(message.uid() + " " + message.from() + ": " + message.subject());
      }
      inbox.flag(List.of(uid), "\\Seen", "todo");
      inbox.move(List.of(uid), mailboxes.create("Invoices/2026"));
      assertThat(log).containsExactly("1 : Your invoice");

      Watch watch = inbox.watch(folder -> log.add(folder.name() + " has " + folder.size()));
      int count = mailboxes.importFrom(mbox, "Archive");
      assertThat(count).isEqualTo(1);
      mailboxes.folder("Archive").copy(List.of(1L), inbox);
      Until.so(() -> log.contains("INBOX has 1"));
      watch.close();
    }
  }

  /** Mail for mobile phones. */
  private static final class SmsTransport implements Transport {
    private final List<String> sent = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<List<Report>> deliver(QueuedMail mail, String nextHop) {
      sent.add(nextHop + ": " + mail.sender());
      DeliveryResult done = new DeliveryResult.Delivered(nextHop, "2.0.0", "handed over", false);
      return CompletableFuture.completedFuture(Report.all(mail, done));
    }
  }

  @Test
  void runsWhatWasWrittenForSubEtha() {
    List<String> heard = new CopyOnWriteArrayList<>();
    BasicMessageListener listener = (context, from, to, data) -> heard.add(from + " to " + to);
    ServerBuilder builder = described();
    SubEtha handlers = SubEtha.of(listener);
    builder
        .restriction("subetha_recipient", handlers.recipients())
        .restriction("subetha_content", handlers.content())
        .filter("subetha", handlers.filter())
        .transport("relay", SubEtha.NOWHERE)
        .set("mydestination", "")
        .set("relay_domains", "static:all")
        .set("smtpd_recipient_restrictions", "subetha_recipient")
        .set("smtpd_end_of_data_restrictions", "subetha_content");

    try (handlers;
        MailServer server = builder.start()) {
      assertThat(Dialogue.mail(server, "eve@example.net", "ada@example.com")).startsWith("250 ");
      assertThat(heard).containsExactly("eve@example.net to ada@example.com");
    }
  }

  @Test
  void hasATransportOfItsOwn() {
    SmsTransport sms = new SmsTransport();
    ServerBuilder builder = described();
    builder
        .transport("sms", sms)
        .filter("to phones", mail -> Finding.passed(new Consequence.Filter("sms:gateway")));

    try (MailServer server = builder.start()) {
      server.submit(Envelope.parse("shop@example.org", "ada@example.org"), content).orThrow();
      Until.so(() -> sms.sent.equals(List.of("gateway: shop@example.org")));
    }
  }

  @Test
  void hasARestrictionOfItsOwn() {
    ServerBuilder builder = described();
    Set<String> blocked = ConcurrentHashMap.newKeySet();
    builder
        .restriction(
            "reject_blocked",
            (mail, facts) ->
                mail.sender().filter(sender -> blocked.contains(sender.toString())).isPresent()
                    ? Verdict.Reject.of(550, ".7.1", "You are blocked here")
                    : Verdict.DUNNO)
        .set("smtpd_sender_restrictions", "reject_blocked");

    try (MailServer server = builder.start()) {
      blocked.add("eve@far.test");
      assertThat(Dialogue.with(server, "eve@far.test", "ada@example.org"))
          .isEqualTo("550 5.7.1 You are blocked here");
      assertThat(Dialogue.with(server, "x@far.test", "ada@example.org")).startsWith("250 ");
    }
  }

  /** What the application's directory says of an address; it has to be asked. */
  private record Customer(Predicate<String> directory, String address) implements Fact<Boolean> {
    @Override
    public Optional<Boolean> atOnce() {
      return Optional.empty();
    }

    @Override
    public CompletionStage<Boolean> ask(Executor mayBlock) {
      return CompletableFuture.supplyAsync(() -> directory.test(address), mayBlock);
    }
  }

  @Test
  void hasARestrictionThatLooksSomethingUp() {
    Predicate<String> directory = "x@far.test"::equals;
    ServerBuilder builder = described();
    Restriction customersOnly =
        (mail, facts) ->
            facts.know(new Customer(directory, mail.sender().orElseThrow().toString()))
                ? Verdict.DUNNO
                : Verdict.Reject.of(550, ".7.1", "Customers only");
    builder
        .restriction("reject_strangers", customersOnly)
        .set("smtpd_sender_restrictions", "reject_strangers");

    try (MailServer server = builder.start()) {
      assertThat(Dialogue.with(server, "eve@far.test", "ada@example.org"))
          .isEqualTo("550 5.7.1 Customers only");
      assertThat(Dialogue.with(server, "x@far.test", "ada@example.org")).startsWith("250 ");
    }
  }

  @Test
  void hasATableOfItsOwn() {
    ServerBuilder builder = described();
    Map<String, String> nicknames = new ConcurrentHashMap<>();
    builder
        .table("nicknames", key -> Optional.ofNullable(nicknames.get(key)))
        .set("recipient_canonical_maps", "program:nicknames");

    try (MailServer server = builder.start()) {
      nicknames.put("countess@example.org", "ada@example.org");
      server.submit(Envelope.parse("", "countess@example.org"), content).orThrow();
      assertThat(Inbox.of(server, "ada@example.org")).hasSize(1);
    }
  }

  @Test
  void hasAFilterOfItsOwn() {
    ServerBuilder builder = described();
    Filter noPrograms =
        mail ->
            mail.parts().stream().anyMatch(part -> part.subtype().equals("x-msdownload"))
                ? Finding.refused(550, ".7.1", "no programs, please")
                : Finding.NOTHING;
    builder.filter("no programs", noPrograms);

    try (MailServer server = builder.start()) {
      byte[] program = "Content-Type: application/x-msdownload\n\nMZ\n".getBytes(UTF_8);
      Submitted answer = server.submit(Envelope.parse("", "ada@example.org"), program);
      assertThat(((Submitted.Refused) answer).reply()).hasToString("550 5.7.1 no programs, please");
    }
  }

  @Test
  void hasPeopleOfItsOwn() {
    ServerBuilder builder = described().listen(Role.POP3, 0);
    Map<String, String> staff = new ConcurrentHashMap<>();
    builder.accounts(
        "staff",
        name ->
            Optional.ofNullable(staff.get(name))
                .map(password -> Person.of(name, given -> given.equals(Secret.of(password)))));

    try (MailServer server = builder.start()) {
      staff.put("grace@example.org", "nanoseconds");
      server.submit(Envelope.parse("", "grace@example.org"), content).orThrow();
      assertThat(Dialogue.byPop3(server, "grace@example.org", "nanoseconds", "STAT"))
          .startsWith("+OK 1 ");
      assertThat(Dialogue.byPop3(server, "grace@example.org", "seconds", "STAT"))
          .startsWith("-ERR");
    }
  }

  @Test
  void hasAccountsOfTheServer() {
    try (MailServer server = described().listen(Role.POP3, 0).start()) {
      server.users().add("grace@example.org", Secret.of("nanoseconds"));
      server.users().addAlias("grace@example.org", Address.parse("compilers@example.org"));

      server.submit(Envelope.parse("", "compilers@example.org"), content).orThrow();
      assertThat(Dialogue.byPop3(server, "grace@example.org", "nanoseconds", "STAT"))
          .startsWith("+OK 1 ");
      server.users().mayLogIn("grace@example.org", false);
      assertThat(Dialogue.byPop3(server, "grace@example.org", "nanoseconds", "STAT"))
          .startsWith("-ERR");
      server.users().delete("grace@example.org");
      assertThat(server.users().list()).containsExactly("ada@example.org");
    }
  }

  @Test
  void showsNothingOfItsInside() {
    try (MailServer server = described().start()) {
      assertThatThrownBy(() -> server.unwrap(String.class))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> described().unwrap(MailServer.class))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void checksTokensItself() {
    ServerBuilder builder =
        described().listen(Role.POP3, 0).account("grace@example.org", "nanoseconds");
    Map<String, String> sessions = Map.of("0c3f", "grace@example.org");
    builder.tokens(
        token ->
            Optional.ofNullable(sessions.get(token.reveal()))
                .<TokenVerdict>map(TokenVerdict.Accepted::new)
                .orElse(new TokenVerdict.Refused("no session of ours")));

    try (MailServer server = builder.start();
        SocketPeer client = SocketPeer.to(server.address(Role.POP3))) {
      client.readLine();
      client.send("AUTH OAUTHBEARER\r\n");
      assertThat(client.readLine()).isEqualTo("+ ");
      byte[] message = "n,,\1auth=Bearer 0c3f\1\1".getBytes(UTF_8);
      client.send(Base64.getEncoder().encodeToString(message) + "\r\n");
      assertThat(client.readLine()).startsWith("+OK");
    }
  }

  @Test
  void listensForProgramsOfThisMachine(@TempDir Path folder) {
    ServerBuilder builder = described();
    builder.listen(Role.LMTP, folder.resolve("lmtp"));

    try (MailServer server = builder.start();
        FilePeer program = FilePeer.to(folder.resolve("lmtp"))) {
      assertThat(server.doors()).containsKey(Role.LMTP);
      assertThat(program.readLine()).isEqualTo("220 mail.example.org LMTP ready");
    }
  }

  @Test
  void hearsOfWhatIsAccepted() {
    ServerBuilder builder = described();
    List<String> log = new CopyOnWriteArrayList<>();
    builder.onAccepted(accepted -> log.add(accepted.id() + " of " + accepted.envelope().sender()));

    try (MailServer server = builder.start()) {
      Submitted taken = server.submit(Envelope.parse("x@far.test", "ada@example.org"), content);
      assertThat(log).containsExactly(taken.orThrow() + " of x@far.test");
    }
  }

  @Test
  void hearsWhatBecomesOfWhatWaits() {
    ServerBuilder builder = described();
    List<String> log = new CopyOnWriteArrayList<>();
    builder
        .onDelivered(one -> log.add(one.recipient().address() + " has it: " + one.result().relay()))
        .onDelayed(one -> log.add(one.recipient().address() + " waits: " + one.result().reason()))
        .onBounced(one -> log.add(one.recipient().address() + " never: " + one.result().reason()));
    builder
        .transport("far", EmbeddingTest::far)
        .filter("to far", mail -> Finding.passed(new Consequence.Filter("far:away")));

    try (MailServer server = builder.start()) {
      server.submit(Envelope.parse("", "ada@example.org"), content).orThrow();
      server.submit(Envelope.parse("busy@far.test", "ada@example.org"), content).orThrow();
      server.submit(Envelope.parse("rude@far.test", "ada@example.org"), content).orThrow();
      Until.so(
          () ->
              Set.copyOf(log)
                  .equals(
                      Set.of(
                          "ada@example.org has it: away",
                          "ada@example.org waits: not now",
                          "ada@example.org never: go away")));
    }
  }

  /** Answers by who sends. */
  private static CompletionStage<List<Transport.Report>> far(QueuedMail mail, String nextHop) {
    String sender = mail.sender().toString();
    DeliveryResult result =
        sender.startsWith("busy")
            ? new DeliveryResult.Deferred(nextHop, "4.2.1", "not now")
            : sender.startsWith("rude")
                ? new DeliveryResult.Bounced(nextHop, "5.7.1", "go away")
                : new DeliveryResult.Delivered(nextHop, "2.0.0", "taken", false);
    return CompletableFuture.completedFuture(Transport.Report.all(mail, result));
  }

  @Test
  void obeysAnotherConfigurationWhileItRuns() {
    try (MailServer server = described().start()) {
      Reloaded reloaded = server.reload(now -> now.set("message_size_limit", "50000000"));
      assertThat(reloaded.warnings()).isEmpty();
      assertThat(reloaded.generation()).isEqualTo(2);
    }
  }
}
