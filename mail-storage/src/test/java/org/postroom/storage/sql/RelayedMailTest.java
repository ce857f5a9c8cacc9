package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.QueueStore.Ending;
import org.postroom.core.queue.QueueStore.Settlement.Done;
import org.postroom.core.testing.SomePlaces;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.PostgresServer;
import org.postroom.storage.Storage;
import org.postroom.storage.blob.SimulatedFolder;
import org.postroom.storage.store.SqlStorage;

/** What a mail costs that goes on to the next server at once: its rows come, and go. */
@Tag("seconds")
final class RelayedMailTest {
  private static final int MAILS = 20;
  private static final String DESTINATION = "smtp:far.test";
  private final Instant leased = Instant.now().plus(Duration.ofMinutes(15));

  @TempDir private Path temp;

  private void relayOneByOne(MailCommit commit, QueueStore queue, int mails) {
    SomePlaces places = new SomePlaces("me", leased).with(DESTINATION, mails);
    queue.serve(places);
    long others = queue.size();
    for (int i = 0; i < mails; i++) {
      accept(commit, DESTINATION);
      queue.settle(List.of(ending(places.begun().get(i))));
    }
    assertThat(queue.size()).isEqualTo(others);
  }

  private static void accept(MailCommit commit, String destination) {
    Recipient bob = Recipient.of(Address.of("bob", Domain.of("far.test")));
    Submission mail =
        new Submission(
            commit.newId(),
            Origin.SMTP,
            new Submission.Client(
                InetAddress.getLoopbackAddress(), "unknown", "me", Optional.empty(), "ESMTP"),
            Envelope.of(ReversePath.of(Address.of("ada", Domain.of("example.org"))), List.of(bob)),
            StagedOctets.of("Subject: x\n\nbody\n"),
            Instant.now());
    Acceptance unused =
        commit.commit(
            new Acceptance(mail, List.of(), List.of(new Acceptance.Onward(bob, destination))));
  }

  private static Ending ending(QueuedMail mail) {
    return new Ending(List.of(new Done(mail.recipients().get(0).id())), List.of());
  }

  /** H2 counts, by statement. */
  @Test
  void onH2ItTakesAStatementToWriteEachOfItsRowsAndOneToRemoveIt() throws SQLException {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = Engines.open(temp.resolve("data"), disk::open, 0);
        Connection beside = Trouble.beside(disk.opened());
        Statement statement = beside.createStatement()) {
      accept(store.mailCommit(), "smtp:other.test"); // ids are drawn
      statement.execute("SET QUERY_STATISTICS TRUE");

      relayOneByOne(store.mailCommit(), store.queue(), MAILS);

      Map<String, Integer> counts = new HashMap<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT SQL_STATEMENT, EXECUTION_COUNT FROM INFORMATION_SCHEMA.QUERY_STATISTICS")) {
        while (rows.next()) {
          counts.put(rows.getString(1), rows.getInt(2));
        }
      }
      assertComeAndGo(counts);
    }
  }

  /** Each statement is a round trip there, and so is the end of a unit of work. */
  @Test
  @Tag("process")
  void onPostgresItIsTwoTransactionsOfAsManyStatements() {
    Storage.Postgres place = PostgresServer.freshDatabase();
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(place.url());
    database.setUser(place.user());
    CountedSource counted = new CountedSource(database);
    Storage.Postgres same =
        new Storage.Postgres(
            place.url(),
            place.user(),
            place.password(),
            Optional.of(counted.source()),
            place.bodies(),
            place.schema());
    try (SqlStorage store = SqlStorage.open(same, Clock.systemUTC(), new SecureRandom())) {
      accept(store.mailCommit(), "smtp:other.test"); // ids are drawn
      counted.clear();

      relayOneByOne(store.mailCommit(), store.queue(), MAILS);

      Map<String, Integer> sent = counted.sent();
      assertComeAndGo(sent);
      assertThat(sent.entrySet())
          .filteredOn(one -> one.getKey().endsWith("COMMIT"))
          .singleElement()
          .satisfies(one -> assertThat(one.getValue()).isEqualTo(2 * MAILS));
      int all = sent.values().stream().mapToInt(Integer::intValue).sum();
      assertThat(all).as("with the body, and the ends: %s", sent).isEqualTo(10 * MAILS);
    }
  }

  /** Each of its rows is written once, and removed once, and nobody reads them. */
  private static void assertComeAndGo(Map<String, Integer> sent) {
    Map<String, Integer> ofMails = new TreeMap<>();
    sent.forEach(
        (sql, count) -> {
          if (sql.matches("(?s).*\\b(queue_mail|queue_recipient|message)\\b.*")) {
            ofMails.put(sql, count);
          }
        });
    assertThat(ofMails)
        .hasSize(6)
        .allSatisfy((sql, count) -> assertThat(count).as(sql).isEqualTo(MAILS));
    assertThat(ofMails.keySet()).filteredOn(sql -> sql.startsWith("INSERT INTO ")).hasSize(3);
    assertThat(ofMails.keySet()).filteredOn(sql -> sql.startsWith("DELETE FROM ")).hasSize(3);
  }
}
