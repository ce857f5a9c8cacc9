package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postroom.storage.schema.Schema;

@Tag("seconds")
final class MigrationTest {
  private static final String COLUMNS =
      "SELECT table_name || ' ' || column_name || ' ' || ordinal_position || ' ' || data_type || ' '"
          + " || COALESCE(CAST(character_maximum_length AS VARCHAR), 'null') || ' ' || is_nullable"
          + " || ' ' || COALESCE(column_default, 'null') FROM information_schema.columns"
          + " WHERE table_schema = current_schema ORDER BY table_name, ordinal_position";
  private static final String INDEXES =
      "SELECT i.table_name || ' ' || i.index_type_name || ' '"
          + " || LISTAGG(c.column_name, ',') WITHIN GROUP (ORDER BY c.ordinal_position)"
          + " FROM information_schema.indexes i JOIN information_schema.index_columns c"
          + " ON c.index_name = i.index_name AND c.table_name = i.table_name"
          + " WHERE i.table_schema = current_schema"
          + " GROUP BY i.index_name, i.table_name, i.index_type_name ORDER BY 1";

  private final JdbcDataSource source =
      H2.source("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=1");

  @Test
  void accountsOfAnEarlierVersionAreFoundInTheOneSpellingOfTheirDomain() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      new Schema("h2").migrate(source);
      asOfTheFirstVersion(statement);
      account(statement, 1, "jo@bücher.example");
      account(statement, 2, "ada@example.org");
      account(statement, 3, "eve@straße.example");
      account(statement, 4, "eve@xn--strae-oqa.example");
      statement.execute("INSERT INTO account_alias VALUES ('info@bücher.example', 1)");
      statement.execute("INSERT INTO account_alias VALUES ('ada@xn--bcher-kva.example', 2)");
      statement.execute("INSERT INTO account_alias VALUES ('ada@bücher.example', 1)");

      new Schema("h2").migrate(source);

      assertThat(new Schema("h2").found(connection)).hasValue(Schema.NEWEST);
      assertThat(strings(statement, "SELECT login FROM account ORDER BY id"))
          .containsExactly(
              "jo@xn--bcher-kva.example",
              "ada@example.org",
              "eve@straße.example", // out of use: another has that name
              "eve@xn--strae-oqa.example");
      assertThat(strings(statement, "SELECT address FROM account_alias ORDER BY address"))
          .containsExactly(
              "ada@bücher.example", "ada@xn--bcher-kva.example", "info@xn--bcher-kva.example");
    }
  }

  /** A store in memory is not migrated, and has the same tables all the same. */
  @Test
  void aTemporarySchemaIsWhatTheMigrationsComeTo() throws SQLException {
    JdbcDataSource temporary = H2.source("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=1");
    try (Connection migrated = source.getConnection();
        Connection merged = temporary.getConnection();
        Statement asMigrated = migrated.createStatement();
        Statement asMerged = merged.createStatement()) {
      new Schema("h2").migrate(source);
      asMigrated.execute("DROP TABLE \"flyway_schema_history\"");
      Schema.createTemporary(merged);

      assertThat(strings(asMerged, COLUMNS))
          .isEqualTo(strings(asMigrated, COLUMNS))
          .contains("account login 2 character varying 1000 NO null")
          .anyMatch(column -> column.startsWith("queue_mail require_tls "));
      assertThat(strings(asMerged, INDEXES)).isEqualTo(strings(asMigrated, INDEXES)).isNotEmpty();
    }
  }

  private static void asOfTheFirstVersion(Statement statement) throws SQLException {
    statement.execute("DELETE FROM \"flyway_schema_history\" WHERE \"version\" >= '2'");
    statement.execute("ALTER TABLE account ALTER COLUMN login SET DATA TYPE VARCHAR(320)");
    asOfTheFourthVersion(statement);
    statement.execute("ALTER TABLE queue_recipient DROP COLUMN expires");
    statement.execute("DROP INDEX queue_mail_name");
    statement.execute("UPDATE store_state SET v = '1' WHERE k = 'schema'");
  }

  private static void asOfTheNinthVersion(Statement statement) throws SQLException {
    statement.execute("DELETE FROM \"flyway_schema_history\" WHERE \"version\" = '10'");
    statement.execute("ALTER TABLE mailbox ALTER COLUMN keywords SET DATA TYPE VARCHAR(4000)");
    statement.execute("UPDATE store_state SET v = '9' WHERE k = 'schema'");
  }

  @Test
  void keywordsHaveMoreRoomAndStay() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      new Schema("h2").migrate(source);
      asOfTheNinthVersion(statement);
      statement.execute(
          "INSERT INTO mailbox VALUES (1, 1, 'INBOX', NULL, '', 1, 1, 1, 0, 1, 0, 0, 0, 0, 'a b ')");

      new Schema("h2").migrate(source);

      assertThat(new Schema("h2").found(connection)).hasValue(Schema.NEWEST);
      assertThat(strings(statement, "SELECT keywords FROM mailbox")).containsExactly("a b ");
      String all = ("k".repeat(64) + " ").repeat(256);
      statement.execute("UPDATE mailbox SET keywords = '" + all + "'");
      assertThat(strings(statement, "SELECT keywords FROM mailbox")).containsExactly(all);
    }
  }

  private static void asOfTheEighthVersion(Statement statement) throws SQLException {
    asOfTheNinthVersion(statement);
    statement.execute("DELETE FROM \"flyway_schema_history\" WHERE \"version\" = '9'");
    statement.execute("ALTER TABLE queue_mail DROP COLUMN client_port, sasl_method, sasl_sender");
    statement.execute("UPDATE store_state SET v = '8' WHERE k = 'schema'");
  }

  @Test
  void ofTheSessionOfMailThatIsThereNothingIsKnown() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      new Schema("h2").migrate(source);
      asOfTheEighthVersion(statement);
      statement.execute(
          "INSERT INTO queue_mail (id, queue_id, sender, body, smtp_utf8, arrived_ts, message_id,"
              + " recipients, client_address) VALUES (1, 'A1', '', 'SEVEN_BIT', FALSE, 7, 1, 1,"
              + " '192.0.2.1')");

      new Schema("h2").migrate(source);

      assertThat(new Schema("h2").found(connection)).hasValue(Schema.NEWEST);
      assertThat(
              strings(
                  statement,
                  "SELECT client_address FROM queue_mail WHERE client_port IS NULL AND sasl_method"
                      + " IS NULL AND sasl_sender IS NULL"))
          .containsExactly("192.0.2.1");
    }
  }

  private static void asOfTheSeventhVersion(Statement statement) throws SQLException {
    asOfTheEighthVersion(statement);
    statement.execute("DELETE FROM \"flyway_schema_history\" WHERE \"version\" >= '8'");
    statement.execute("ALTER TABLE account DROP COLUMN quota_messages");
    statement.execute("DROP TABLE app_password");
    statement.execute("UPDATE store_state SET v = '7' WHERE k = 'schema'");
  }

  @Test
  void aQuotaThatAnEarlierVersionHasSetIsOneOfOctets() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      new Schema("h2").migrate(source);
      asOfTheSeventhVersion(statement);
      account(statement, 1, "ada@example.org");
      statement.execute("UPDATE account SET quota_octets = 5000");

      new Schema("h2").migrate(source);

      assertThat(new Schema("h2").found(connection)).hasValue(Schema.NEWEST);
      assertThat(strings(statement, "SELECT quota_octets || '/' || quota_messages FROM account"))
          .containsExactly("5000/0");
    }
  }

  private static void asOfTheFourthVersion(Statement statement) throws SQLException {
    asOfTheSeventhVersion(statement);
    statement.execute("DELETE FROM \"flyway_schema_history\" WHERE \"version\" >= '5'");
    statement.execute(
        "ALTER TABLE queue_mail DROP COLUMN submitter, traceparent, client_address, client_name,"
            + " client_helo, client_protocol, require_tls");
    statement.execute("ALTER TABLE queue_recipient DROP COLUMN last_attempt_ts");
    statement.execute("DROP TABLE memo");
    statement.execute("UPDATE store_state SET v = '4' WHERE k = 'schema'");
  }

  @Test
  void mailThatAnEarlierVersionHasTakenIsInTheQueueAsBefore() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      new Schema("h2").migrate(source);
      asOfTheFourthVersion(statement);
      statement.execute(
          "INSERT INTO queue_mail VALUES (1, 'A1', 'x@example.net', 'SEVEN_BIT', FALSE, NULL, NULL,"
              + " 7, 1, 1)");
      statement.execute(
          "INSERT INTO queue_recipient VALUES (1, 1, 'y@example.com', 0, NULL, 'smtp:example.com',"
              + " 9, 9, 0, NULL, 3, FALSE, '4.4.1 not there', FALSE)");

      new Schema("h2").migrate(source);

      assertThat(new Schema("h2").found(connection)).hasValue(Schema.NEWEST);
      assertThat(
              strings(
                  statement,
                  "SELECT address || attempts FROM queue_recipient WHERE last_attempt_ts IS NULL"))
          .containsExactly("y@example.com3");
      assertThat(strings(statement, "SELECT queue_id FROM queue_mail WHERE client_address IS NULL"))
          .containsExactly("A1");
    }
  }

  private static void account(Statement statement, int id, String login) throws SQLException {
    statement.execute(
        "INSERT INTO account VALUES ("
            + id
            + ", '"
            + login
            + "', TRUE, 0, 0, 0, 0, 0, 'A"
            + id
            + "', '', X'00', 1, X'00', X'00', 0)");
  }

  private static List<String> strings(Statement statement, String sql) throws SQLException {
    List<String> strings = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        strings.add(rows.getString(1));
      }
    }
    return strings;
  }
}
