package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.storage.PostgresServer;
import org.postroom.storage.Storage;
import org.postroom.storage.store.SqlStorage;

/** What a page of a long queue reads. */
final class QueuePagesTest {
  private static final int MAILS = 200;
  private static final int EACH = 100;
  private static final Pattern SCANNED = Pattern.compile("scanCount: (\\d+)");
  private static final Pattern ROWS =
      Pattern.compile("rows=(?<found>\\d+) loops=(?<times>\\d+)|Removed by \\w+: (?<left>\\d+)");

  static Stream<String> ofMailThatWaits() {
    return Stream.of(QueuePages.statement(Section.DEFERRED), QueuePages.ANY);
  }

  @ParameterizedTest
  @MethodSource("ofMailThatWaits")
  void aPageReadsItsOwnMailsAlone(String statement) throws SQLException {
    try (MemoryOrigin origin = MemoryOrigin.withTables();
        Connection connection = origin.source().getConnection()) {
      fill(connection, "(SELECT \"X\" AS n FROM SYSTEM_RANGE(1, %s))", MAILS, EACH);

      assertThat(scanned(connection, statement, MAILS / 2, 2)).isLessThan(5 * EACH);
    }
  }

  @ParameterizedTest
  @MethodSource("ofMailThatWaits")
  void allPagesTogetherReadEachRowAFewTimes(String statement) throws SQLException {
    try (MemoryOrigin origin = MemoryOrigin.withTables();
        Connection connection = origin.source().getConnection()) {
      fill(connection, "(SELECT \"X\" AS n FROM SYSTEM_RANGE(1, %s))", MAILS, EACH);

      long all = 0;
      for (int mail = 0; mail < MAILS; mail += 4) {
        all += scanned(connection, statement, mail, 4);
      }
      assertThat(all).isLessThan(3L * MAILS * EACH);
    }
  }

  /** It joined the two tables, from the first row of the queue on. */
  @ParameterizedTest
  @MethodSource("ofMailThatWaits")
  @Tag("process")
  void aPageReadsItsOwnMailsAloneInPostgres(String statement) throws SQLException {
    Storage.Postgres place = PostgresServer.freshDatabase();
    SqlStorage.open(place, Clock.systemUTC(), new SecureRandom()).close(); // makes the tables
    try (Connection connection =
        DriverManager.getConnection(place.url(), place.user(), place.password())) {
      fill(connection, "generate_series(1, %s) n", 20_000, 1);

      assertThat(read(connection, statement, 10_000, 64)).isLessThan(64 * 10);
    }
  }

  /**
   * So that there are statistics as those of a queue in which all wait.
   *
   * @param numbers as a table, n, in the database's words
   */
  private static void fill(Connection connection, String numbers, int mails, int each)
      throws SQLException {
    Database.execute(
        connection,
        "INSERT INTO queue_mail (id, queue_id, sender, body, smtp_utf8, arrived_ts, message_id,"
            + " recipients) SELECT n, 'q' || n, '', 'SEVEN_BIT', FALSE, n, n, "
            + each
            + " FROM "
            + String.format(Locale.ROOT, numbers, mails));
    Database.execute(
        connection,
        "INSERT INTO queue_recipient (id, mail_id, address, report_on, destination, due_ts,"
            + " ready_ts, leased, attempts, delay_reported, last_reason)"
            + " SELECT n, 1 + (n - 1) / "
            + each
            + ", 'r' || n || '@d.test', 0, 'smtp:d' || MOD(n, 1000) || '.test', n, n, 0, 0, FALSE,"
            + " '' FROM "
            + String.format(Locale.ROOT, numbers, mails * each));
    Database.execute(connection, "ANALYZE");
  }

  /** How many rows PostgreSQL has looked at, some of them at several steps of its plan. */
  private static long read(Connection connection, String statement, long behind, int most)
      throws SQLException {
    try (PreparedStatement explain =
        connection.prepareStatement("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + statement)) {
      explain.setLong(1, behind);
      explain.setInt(2, most);
      long rows = 0;
      try (ResultSet plan = explain.executeQuery()) {
        while (plan.next()) {
          Matcher count = ROWS.matcher(plan.getString(1));
          while (count.find()) {
            rows +=
                count.group("left") == null
                    ? Long.parseLong(count.group("found")) * Long.parseLong(count.group("times"))
                    : Long.parseLong(count.group("left"));
          }
        }
      }
      assertThat(rows).isPositive();
      return rows;
    }
  }

  /** How many entries of tables and indexes H2 has looked at. */
  private static long scanned(Connection connection, String statement, long behind, int most)
      throws SQLException {
    try (PreparedStatement explain = connection.prepareStatement("EXPLAIN ANALYZE " + statement)) {
      explain.setLong(1, behind);
      explain.setInt(2, most);
      List<Long> counts = new ArrayList<>();
      try (ResultSet plan = explain.executeQuery()) {
        while (plan.next()) {
          Matcher count = SCANNED.matcher(plan.getString(1));
          while (count.find()) {
            counts.add(Long.parseLong(count.group(1)));
          }
        }
      }
      assertThat(counts).isNotEmpty();
      return counts.stream().mapToLong(Long::longValue).sum();
    }
  }
}
