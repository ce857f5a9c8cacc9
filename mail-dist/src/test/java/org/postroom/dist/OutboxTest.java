package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.filter.Finding;
import org.postroom.core.mail.Envelope;
import org.postroom.core.refusal.NotEnqueued;
import org.postroom.core.testing.Until;
import org.postroom.dist.submit.Outbox.Enqueued;
import org.postroom.dist.submit.Outbox.State;
import org.postroom.storage.Storage;

/** An application writes mails in its own transactions. */
@Tag("process")
@Timeout(60)
final class OutboxTest {
  private static final String ADA = "ada@example.org";
  private static final String SHOP = "shop@example.org";
  private static final Envelope TO_ADA = Envelope.parse(SHOP, ADA);

  private static EmbeddedPostgres postgres;

  private final List<String> bounced = new CopyOnWriteArrayList<>();
  private String url;
  private MailServer server;

  @BeforeAll
  static void startPostgres() throws IOException {
    postgres = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stopPostgres() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void start() throws SQLException {
    url = freshDatabase();
    server = described(url).start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String freshDatabase() throws SQLException {
    String name = "app" + System.nanoTime();
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return postgres.getJdbcUrl("postgres", name);
  }

  private ServerBuilder described(String where) {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.postgres(where, "postgres", ""))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account(ADA, "correct horse")
        .account(SHOP, "correct horse")
        .onBounced(one -> bounced.add(one.recipient().address() + " " + one.result().status()));
  }

  private Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection(url, "postgres", "");
    connection.setAutoCommit(false);
    return connection;
  }

  private static byte[] mail(String subject) {
    return ("Subject: " + subject + "\n\nThank you.\n").getBytes(US_ASCII);
  }

  private List<String> inbox(String login) {
    return Inbox.of(server, login);
  }

  @Test
  void whatIsCommittedIsSentOnce() throws Exception {
    try (Connection connection = connect()) {
      assertThat(server.outbox().enqueue(connection, "invoice-1", TO_ADA, mail("One")))
          .isEqualTo(Enqueued.WRITTEN);
      assertThat(server.outbox().enqueue(connection, "invoice-1", TO_ADA, mail("Two")))
          .isEqualTo(Enqueued.KNOWN);
      assertThat(server.outbox().find("invoice-1")).isEmpty();
      connection.commit();

      Until.so(() -> inbox(ADA).size() == 1);
      assertThat(server.outbox().enqueue(connection, "invoice-1", TO_ADA, mail("Three")))
          .isEqualTo(Enqueued.KNOWN);
      connection.commit();
    }
    assertThat(server.outbox().find("invoice-1"))
        .hasValueSatisfying(
            known -> {
              assertThat(known.state()).isEqualTo(State.TAKEN);
              assertThat(inbox(ADA).get(0)).contains("id " + known.id().orElseThrow());
            });
    assertThat(inbox(ADA))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("Subject: One\r\n", "Date: ", "Message-ID: "));
  }

  @Test
  void whatIsRolledBackIsNotSent() throws Exception {
    try (Connection connection = connect()) {
      server.outbox().enqueue(connection, "invoice-1", TO_ADA, mail("Not to be"));
      connection.rollback();
      server.outbox().enqueue(connection, "invoice-1", TO_ADA, mail("To be"));
      connection.commit();
    }
    Until.so(() -> !inbox(ADA).isEmpty());

    assertThat(server.outbox().find("invoice-1").orElseThrow().state()).isEqualTo(State.TAKEN);
    assertThat(inbox(ADA))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("Subject: To be\r\n"));
  }

  /** The application may be at work while the server is not. */
  @Test
  void whatWasCommittedBehindAServersBackIsTakenAtTheNextStart() throws Exception {
    try (Connection connection = connect()) {
      server.outbox().enqueue(connection, "invoice-1", TO_ADA, mail("Late"));
      server.close();
      connection.commit();
    }

    server = described(url).start();

    Until.so(() -> inbox(ADA).size() == 1);
  }

  @Test
  void mailsOfManyOctetsGoAsTheyAre() throws Exception {
    byte[] body =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n".getBytes(US_ASCII);
    byte[] long1 = new byte[body.length * 12_000];
    for (int at = 0; at < long1.length; at += body.length) {
      System.arraycopy(body, 0, long1, at, body.length);
    }
    String all = "Subject: Long\r\n\r\n" + new String(long1, US_ASCII);

    try (Connection connection = connect()) {
      server.outbox().enqueue(connection, "long", TO_ADA, all.getBytes(US_ASCII));
      connection.commit();
    }

    Until.so(() -> inbox(ADA).size() == 1);
    assertThat(inbox(ADA).get(0)).endsWith(all.substring(all.indexOf("\r\n\r\n")));
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM outbox_chunk")) {
      rows.next();
      assertThat(rows.getInt(1)).isZero();
    }
  }

  @Test
  void whomNobodyKnowsIsReportedToTheSender() throws Exception {
    try (Connection connection = connect()) {
      server
          .outbox()
          .enqueue(
              connection, "k", Envelope.parse(SHOP, ADA, "nobody@example.org"), mail("To two"));
      connection.commit();
    }

    Until.so(() -> inbox(SHOP).size() == 1);
    assertThat(inbox(ADA)).hasSize(1);
    assertThat(inbox(SHOP).get(0)).contains("<nobody@example.org>: ", "Action: failed");
  }

  @Test
  void whatAFilterRefusesIsReportedToTheSender() throws Exception {
    server.close();
    server =
        described(url).filter("none", mail -> Finding.refused(550, ".7.1", "not this one")).start();
    try (Connection connection = connect()) {
      server.outbox().enqueue(connection, "k", TO_ADA, mail("Refused"));
      connection.commit();
    }

    Until.so(() -> inbox(SHOP).size() == 1);
    Until.so(() -> bounced.equals(List.of(ADA + " 5.7.1")));
    assertThat(inbox(ADA)).isEmpty();
    assertThat(inbox(SHOP).get(0)).contains("not this one", "Subject: Refused");
    assertThat(server.outbox().find("k"))
        .hasValueSatisfying(
            known -> {
              assertThat(known.state()).isEqualTo(State.REFUSED);
              assertThat(known.reply()).isEqualTo("550 5.7.1 not this one");
            });
  }

  @Test
  void whatIsRefusedForNowWaits() throws Exception {
    server.close();
    server =
        described(url).filter("none", mail -> Finding.refused(450, ".7.1", "not this one")).start();
    try (Connection connection = connect()) {
      server.outbox().enqueue(connection, "k", TO_ADA, mail("Waits"));
      connection.commit();
    }

    Until.so(() -> !server.outbox().find("k").orElseThrow().reply().isEmpty());
    assertThat(server.outbox().find("k").orElseThrow().state()).isEqualTo(State.WAITING);
    assertThat(inbox(SHOP)).isEmpty();
  }

  /** The report has the line ends that the mail would have had, so that its header has an end. */
  @Test
  void whoWantsTheHeaderBackGetsNoMore() throws Exception {
    server.close();
    server =
        described(url).filter("none", mail -> Finding.refused(550, ".7.1", "not this one")).start();
    Envelope headerOnly =
        new Envelope(
            TO_ADA.sender(),
            TO_ADA.recipients(),
            TO_ADA.body(),
            TO_ADA.smtpUtf8(),
            TO_ADA.envelopeId(),
            Optional.of(false),
            false);
    try (Connection connection = connect()) {
      server.outbox().enqueue(connection, "k", headerOnly, mail("Refused"));
      connection.commit();
    }

    Until.so(() -> inbox(SHOP).size() == 1);
    assertThat(inbox(SHOP).get(0))
        .contains("Message Headers\r\n", "Subject: Refused\r\n")
        .doesNotContain("Thank you.")
        .doesNotContainPattern("[^\r]\n");
  }

  // --- where something of ours fails

  private static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
    connection.commit();
  }

  /** disk_full, internal_error. */
  @ParameterizedTest
  @ValueSource(strings = {"53100", "XX000"})
  void whatTheDatabaseCannotTakeHoldsUpNobodyElse(String state) throws Exception {
    try (Connection connection = connect()) {
      execute(
          connection,
          "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
              + " IF NEW.mail_key = 'bad' AND NEW.ended_ts IS NOT NULL THEN"
              + " RAISE EXCEPTION 'not this one' USING ERRCODE = '"
              + state
              + "'; END IF; RETURN NEW; END $$",
          "CREATE TRIGGER refuse BEFORE UPDATE ON outbox_mail"
              + " FOR EACH ROW EXECUTE FUNCTION refuse()");
      server.outbox().enqueue(connection, "bad", TO_ADA, mail("Bad"));
      server.outbox().enqueue(connection, "good", TO_ADA, mail("Good"));
      connection.commit();
    }

    Until.so(() -> inbox(ADA).size() == 1);

    assertThat(inbox(ADA).get(0)).contains("Subject: Good\r\n");
    assertThat(server.outbox().find("bad"))
        .hasValueSatisfying(
            known -> {
              assertThat(known.state()).isEqualTo(State.WAITING);
              assertThat(known.reply()).startsWith("451 4.3.0 ");
            });
  }

  @Test
  void whatCannotBeReadIsReportedWhenItsTimeIsOver() throws Exception {
    try (Connection connection = connect()) {
      server.outbox().enqueue(connection, "k", TO_ADA, mail("Damaged"));
      server.close();
      execute(connection, "UPDATE outbox_mail SET octets = octets + 1");
    }

    server = described(url).set("maximal_queue_lifetime", "0").start();

    Until.so(() -> inbox(SHOP).size() == 1);
    assertThat(inbox(SHOP).get(0)).contains("it is damaged here", "Action: failed");
    assertThat(inbox(ADA)).isEmpty();
    assertThat(server.outbox().find("k").orElseThrow().state()).isEqualTo(State.REFUSED);
  }

  // --- what is refused at once, and leaves the transaction as it was

  private void refused(Connection connection, String key, byte[] content, String... why) {
    assertThatThrownBy(() -> server.outbox().enqueue(connection, key, TO_ADA, content))
        .isInstanceOf(NotEnqueued.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(why));
  }

  private static void worksOn(Connection connection) throws SQLException {
    execute(connection, "CREATE TEMP TABLE after_it (n INT)");
  }

  @Test
  void aConnectionWithoutATransactionIsRefused() throws Exception {
    try (Connection connection = connect()) {
      connection.setAutoCommit(true);

      refused(connection, "k", mail("x"), "auto-commit");
    }
  }

  @Test
  void anotherDatabaseIsRefused() throws Exception {
    try (Connection other =
        DriverManager.getConnection(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "")) {
      other.setAutoCommit(false);

      refused(other, "k", mail("x"), "another database than the server's", url, "has no table");
      worksOn(other);
    }
    String copy = freshDatabase();
    described(copy).start().close();
    try (Connection other = DriverManager.getConnection(copy, "postgres", "")) {
      other.setAutoCommit(false);

      refused(other, "k", mail("x"), "has mail of another server in the schema public");
      worksOn(other);
    }
    try (Connection other = DriverManager.getConnection("jdbc:h2:mem:app")) {
      other.setAutoCommit(false);

      refused(other, "k", mail("x"), "the connection is to H2", url);
    }
  }

  @Test
  void aUserWithoutTheRightsIsRefused() throws Exception {
    String user = "shop" + System.nanoTime();
    try (Connection owner = connect()) {
      execute(owner, "CREATE ROLE " + user + " LOGIN", "REVOKE ALL ON SCHEMA public FROM PUBLIC");
      try (Connection connection = DriverManager.getConnection(url.split("\\?")[0], user, "")) {
        connection.setAutoCommit(false);
        refused(connection, "k", mail("x"), "user may not", "public");
        connection.rollback(); // sees at its next beginning what it is given
        execute(owner, "GRANT USAGE ON SCHEMA public TO " + user);
        refused(connection, "k", mail("x"), "user may not", "store_state");
        connection.rollback();
        execute(owner, "GRANT SELECT ON store_state TO " + user);
        refused(connection, "k", mail("x"), "user may not", "outbox_mail");
        connection.rollback();
        execute(owner, "GRANT SELECT, INSERT, UPDATE ON outbox_mail TO " + user);
        refused(connection, "k", mail("x"), "user may not", "outbox_recipient");
        worksOn(connection);

        execute(owner, "GRANT SELECT, INSERT, UPDATE ON outbox_recipient, outbox_chunk TO " + user);
        assertThat(server.outbox().enqueue(connection, "k", TO_ADA, mail("x")))
            .isEqualTo(Enqueued.WRITTEN);
        connection.commit();
      }
    }
    Until.so(() -> inbox(ADA).size() == 1);
  }

  /** What is wrong with the application's connection says so itself. */
  @Test
  void aTransactionThatMayNotWriteHearsItFromTheDatabase() throws Exception {
    try (Connection connection = connect()) {
      connection.setReadOnly(true);

      assertThatThrownBy(() -> server.outbox().enqueue(connection, "k", TO_ADA, mail("x")))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("read-only");
    }
  }

  @Test
  void whatIsTooLongOrHasNoKeyIsRefused() throws Exception {
    server.reload(now -> now.set("message_size_limit", "1000"));
    try (Connection connection = connect()) {
      refused(connection, "k", new byte[1001], "1000 octets");
      refused(connection, "", mail("x"), "key");
      InputStream gone = InputStream.nullInputStream();
      gone.close();
      assertThatThrownBy(() -> server.outbox().enqueue(connection, "k", TO_ADA, gone))
          .isInstanceOf(UncheckedIOException.class);
      worksOn(connection);
    }
    assertThat(server.outbox().find("k")).isEmpty();
  }

  /** The application's tables and ours may lie in two schemas, with search paths of their own. */
  @Test
  void theServersSchemaMayBeAnotherThanTheApplications() throws Exception {
    String other = freshDatabase();
    try (Connection connection = DriverManager.getConnection(other, "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE account (whose TEXT)");
    }
    try (MailServer apart =
            described(other)
                .storage(Storage.postgres(other, "postgres", "").inSchema("mail"))
                .start();
        Connection connection = DriverManager.getConnection(other, "postgres", "")) {
      connection.setAutoCommit(false);

      apart.outbox().enqueue(connection, "k", TO_ADA, new ByteArrayInputStream(mail("x")));
      connection.commit();

      Until.so(() -> Inbox.of(apart, ADA).size() == 1);
    }
  }

  @Test
  void aKeyIsForgottenAfterItsTime() throws Exception {
    try (Connection connection = connect()) {
      server.outbox().enqueue(connection, "k", TO_ADA, mail("x"));
      connection.commit();
      Until.so(() -> server.outbox().find("k").orElseThrow().state() == State.TAKEN);
      execute(connection, "UPDATE outbox_mail SET ended_ts = 0");
    }

    server.close();
    server = described(url).start();

    Until.so(() -> server.outbox().find("k").isEmpty());
    assertThat(inbox(ADA)).hasSize(1);
  }
}
