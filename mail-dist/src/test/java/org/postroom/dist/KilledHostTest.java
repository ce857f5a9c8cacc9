package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.ChildJvm;
import org.postroom.core.testing.Until;
import org.postroom.dist.mailbox.Folder;
import org.postroom.dist.mailbox.StoredMessage;

/**
 * Kills an application with its server at random moments, and looks. The rule: each transaction
 * that was committed has sent its mail once, octet for octet, and no other has sent one. {@code
 * -Dpostroom.kill.rounds=100} for long.
 */
@Tag("process")
@Tag("scaled")
final class KilledHostTest {
  private static final String STRANGERS =
      "SELECT pid FROM pg_stat_activity"
          + " WHERE datname = current_database() AND pid <> pg_backend_pid()";
  private static final String WAITING = "SELECT id FROM mail.outbox_mail WHERE next_ts IS NOT NULL";

  /** Orders whose mails were there, and were taken away: none of them may come again. */
  private final Set<Long> seen = new HashSet<>();

  /** How many mails applications have seen taken before they were killed. */
  private int takenBefore;

  @Test
  void eachTransactionThatWasCommittedHasSentItsMailOnceAfterEachKill() throws Exception {
    int rounds = Integer.getInteger("postroom.kill.rounds", 3);
    Random random = new Random(4711);
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      execute(postgres, "CREATE TABLE shop_order (id BIGSERIAL PRIMARY KEY)");
      for (int round = 0; round < rounds; round++) {
        sellAndKill(postgres.getJdbcUrl("postgres", "postgres"), 20 + random.nextInt(200));
        takenBefore += ended(postgres) - seen.size();
        check(postgres, round);
      }
    }
    assertThat(takenBefore).as("mails taken before a kill").isPositive();
  }

  private static int ended(EmbeddedPostgres postgres) throws SQLException {
    return numbers(postgres, "SELECT id FROM mail.outbox_mail WHERE next_ts IS NULL").size();
  }

  private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Runs the shop in a process of its own, and kills it after so many orders. */
  private static void sellAndKill(String url, int orders) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(ChildJvm.command(List.of("-Xmx128m"), ShopProcess.class, url))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int taken = 0;
    try (BufferedReader out = process.inputReader(US_ASCII)) {
      String line;
      while ((line = out.readLine()) != null) {
        if (line.startsWith("order ") && ++taken == orders) {
          process.toHandle().destroyForcibly(); // what it has said stays readable
        }
      }
    } finally {
      process.destroyForcibly();
    }
    process.waitFor();
    assertThat(taken).as("orders taken").isGreaterThanOrEqualTo(orders);
  }

  private void check(EmbeddedPostgres postgres, int round) throws SQLException, IOException {
    // The database may still be committing what it was told to by who is dead.
    Until.so(() -> isNone(postgres, STRANGERS));
    Set<Long> orders = numbers(postgres, "SELECT id FROM shop_order");
    orders.removeAll(seen);
    Set<Long> found = new HashSet<>();
    try (MailServer server = ShopProcess.server(postgres.getJdbcUrl("postgres", "postgres"))) {
      Until.so(() -> isNone(postgres, WAITING));
      Folder inbox = server.mailboxes(ShopProcess.ADA).inbox();
      for (StoredMessage message : inbox.messages()) {
        String mail = new String(message.open().readAllBytes(), US_ASCII);
        int subject = mail.indexOf("Subject: order ");
        long order = Long.parseLong(mail.substring(subject + 15, mail.indexOf('\r', subject)));
        assertThat(found.add(order)).as("round %d: order %d once", round, order).isTrue();
        assertThat(body(mail)).isEqualTo(body(ShopProcess.text(order)));
      }
      inbox.clear();
      server.purge(Duration.ZERO);
    }
    seen.addAll(found);
    Set<Long> lost = new HashSet<>(orders);
    lost.removeAll(found);
    assertThat(lost).as("round %d: committed, and not sent", round).isEmpty();
    found.removeAll(orders);
    assertThat(found).as("round %d: sent, and not committed", round).isEmpty();
  }

  private static String body(String mail) {
    return mail.substring(mail.indexOf("\r\n\r\n"));
  }

  private static boolean isNone(EmbeddedPostgres postgres, String sql) {
    try {
      return numbers(postgres, sql).isEmpty();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Set<Long> numbers(EmbeddedPostgres postgres, String sql) throws SQLException {
    Set<Long> numbers = new HashSet<>();
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        numbers.add(rows.getLong(1));
      }
    }
    return numbers;
  }
}
