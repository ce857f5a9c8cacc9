package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.queue.QueueControl.Section;

/** What a page of a long queue reads. */
final class QueuePagesTest {
  private static final int MAILS = 200;
  private static final int EACH = 100;
  private static final Pattern SCANNED = Pattern.compile("scanCount: (\\d+)");

  static Stream<String> ofMailThatWaits() {
    return Stream.of(QueuePages.statement(Section.DEFERRED), QueuePages.ANY);
  }

  @ParameterizedTest
  @MethodSource("ofMailThatWaits")
  void aPageReadsItsOwnMailsAlone(String statement) throws SQLException {
    try (MemoryOrigin origin = MemoryOrigin.withTables();
        Connection connection = origin.source().getConnection()) {
      fill(connection);

      assertThat(scanned(connection, statement, MAILS / 2, 2)).isLessThan(5 * EACH);
    }
  }

  @ParameterizedTest
  @MethodSource("ofMailThatWaits")
  void allPagesTogetherReadEachRowAFewTimes(String statement) throws SQLException {
    try (MemoryOrigin origin = MemoryOrigin.withTables();
        Connection connection = origin.source().getConnection()) {
      fill(connection);

      long all = 0;
      for (int mail = 0; mail < MAILS; mail += 4) {
        all += scanned(connection, statement, mail, 4);
      }
      assertThat(all).isLessThan(3L * MAILS * EACH);
    }
  }

  /** So that H2 has statistics as those of a queue in which all wait. */
  private static void fill(Connection connection) throws SQLException {
    Database.execute(
        connection,
        "INSERT INTO queue_mail (id, queue_id, sender, body, smtp_utf8, arrived_ts, message_id,"
            + " recipients) SELECT n, 'q' || n, '', 'SEVEN_BIT', FALSE, n, n, "
            + EACH
            + numbered(MAILS));
    Database.execute(
        connection,
        "INSERT INTO queue_recipient (id, mail_id, address, report_on, destination, due_ts,"
            + " ready_ts, leased, attempts, delay_reported, last_reason)"
            + " SELECT n, 1 + (n - 1) / "
            + EACH
            + ", 'r' || n || '@d.test', 0, 'smtp:d' || MOD(n, 1000) || '.test', n, n, 0, 0, FALSE,"
            + " ''"
            + numbered(MAILS * EACH));
    Database.execute(connection, "ANALYZE");
  }

  private static String numbered(int rows) {
    return " FROM (SELECT \"X\" AS n FROM SYSTEM_RANGE(1, " + rows + "))";
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
