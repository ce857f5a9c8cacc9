package org.postroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.table.LookupTable;
import org.postroom.core.table.LookupTableContract;
import org.postroom.core.table.Tables;
import org.postroom.storage.store.SqlTables;

/** Tables in databases of others. */
final class SqlTablesTest {

  /** What holds in any database. */
  abstract static class InADatabase extends LookupTableContract {
    @TempDir private static Path folder;
    private final SqlTables source = new SqlTables();
    private int files;

    /** How a table's file says where it is. */
    abstract String where();

    abstract String url();

    @BeforeAll
    void fill() throws SQLException {
      try (Connection connection = DriverManager.getConnection(url());
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE aliases (name VARCHAR(200), target VARCHAR(200), n INT)");
        statement.execute(
            "INSERT INTO aliases VALUES ('k', 'v', 1), ('two', 'a', 2), ('two', NULL, 2),"
                + " ('two', '', 2), ('two', 'b@c.test', 2), ('it''s', 'quoted', 3)");
      }
    }

    @AfterAll
    void close() {
      source.close();
    }

    final LookupTable table(String rest) {
      try {
        String name = "t" + files++;
        Files.writeString(folder.resolve(name), where() + rest + "\n");
        return Tables.builder().base(folder).sql(source).build().open("pgsql:" + name);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    protected Stream<Sample> samples() {
      return Stream.of(
          new Sample(
              table("query = SELECT target FROM aliases WHERE name = '%s'"),
              "K",
              "v",
              Optional.of("x")));
    }

    @Test
    void allRowsAndColumnsAreJoined() {
      assertThat(
              table("query = SELECT target FROM aliases WHERE name = '%s' ORDER BY target")
                  .find("two"))
          .contains("a,b@c.test");
      assertThat(table("query = SELECT name, target FROM aliases WHERE name = '%s'").find("k"))
          .contains("k,v");
    }

    @Test
    void aKeyIsTextAndWhateverElseTheColumnIs() {
      assertThat(table("query = SELECT target FROM aliases WHERE name = '%s'").find("it's"))
          .contains("quoted");
      assertThat(table("query = SELECT target FROM aliases WHERE n = %s").find("1")).contains("v");
      assertThat(table("query = SELECT target FROM aliases WHERE n = '%u'").find("3@x.test"))
          .contains("quoted");
    }

    @Test
    void aKeyIsTextWhereNothingSaysWhatItIs() {
      LookupTable table = table("query = SELECT concat('%s', '/', '%s') WHERE '%s' IS NOT NULL");

      assertThat(table.find("it's")).contains("it's/it's");
      assertThat(table.find("10")).contains("10/10");
    }

    @Test
    void aQueryThatTheDatabaseRefusesHasNoAnswer() {
      LookupTable table = table("query = SELECT target FROM nowhere WHERE name = '%s'");

      assertThatThrownBy(() -> table.find("k"))
          .isInstanceOf(LookupUnavailable.class)
          .hasMessageContaining("does not answer");
    }
  }

  @Nested
  class InH2 extends InADatabase {
    @Override
    String url() {
      return "jdbc:h2:mem:tables;DB_CLOSE_DELAY=-1";
    }

    @Override
    String where() {
      return "jdbc_url = " + url() + "\n";
    }
  }

  @Nested
  @Tag("process")
  class InPostgres extends InADatabase {
    private final Storage.Postgres place = PostgresServer.freshDatabase();

    @Override
    String url() {
      return place.url() + (place.url().contains("?") ? "&" : "?") + "user=" + place.user();
    }

    @Override
    String where() {
      String database = place.url().replaceFirst(".*/", "").replaceFirst("\\?.*", "");
      return "hosts = inet:localhost:%d\nuser = %s\ndbname = %s\n"
          .formatted(PostgresServer.port(), place.user(), database);
    }
  }

  @Test
  @Tag("process")
  void aConnectionUriSaysWhereAndWhoAsks(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("t"),
        "hosts = postgresql://postgre%%73:x%%2By@localhost:%d/postgres?sslmode=disable\nquery = SELECT user || '%%s'\n"
            .formatted(PostgresServer.port()));

    try (SqlTables source = new SqlTables()) {
      assertThat(Tables.builder().base(folder).sql(source).build().open("pgsql:t").find("@k"))
          .contains("postgres@k");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mysql | hosts = db.test\\ndbname = m | there is no JDBC driver for jdbc:mysql://db.test/m among the"
            + " classes",
        "sqlite | dbpath = /x | there is no JDBC driver for jdbc:sqlite:/x among the classes",
        "sqlite | user = x | there is no dbpath, and no jdbc_url",
        "pgsql | user = x | there are no hosts, and no jdbc_url: the server's own database cannot be asked"
            + " yet",
        "pgsql | hosts = postgresql://a/b, c | a connection URI stands alone among the hosts, with all"
            + " of them in it",
        "pgsql | hosts = unix:/run/pg | a database is reached by TCP, not by unix:/run/pg",
        "mysql | jdbc_url = jdbc:mysql://u:secret@h/m?password=secret | there is no JDBC driver for"
            + " jdbc:mysql://h/m among the classes",
      })
  void whatCannotBeReachedIsRefused(String type, String file, String why, @TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("t"), file.replace("\\n", "\n") + "\nquery = SELECT 1\n");
    Tables tables = Tables.builder().base(folder).sql(new SqlTables()).build();

    assertThatThrownBy(() -> tables.open(type + ":t"))
        .isInstanceOf(BadValue.class)
        .hasMessage(type + ":t: " + why);
  }
}
