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
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.auth.source.AccountSources;
import org.postroom.core.auth.source.SourceParams;
import org.postroom.core.config.Settings;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.people.Quota;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.AccountSourceContract;
import org.postroom.storage.store.SqlTables;

/** People in databases of others. */
final class SqlUsersTest {

  private static AccountSource open(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Settings settings =
        Settings.builder(SourceParams.ALL).set("account_sources", "sql:" + file).build();
    return AccountSources.of(
            settings, file.getParent(), Map.of(), new SqlTables(), Clock.systemUTC())
        .named("sql:" + file)
        .orElseThrow();
  }

  /** What holds in any database. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class InADatabase extends AccountSourceContract {
    @TempDir private static Path folder;
    private int files;

    /** How a file says where it is. */
    abstract String where();

    abstract String url();

    @BeforeAll
    void fill() throws SQLException {
      try (Connection connection = DriverManager.getConnection(url());
          Statement statement = connection.createStatement()) {
        statement.execute(
            "CREATE TABLE people (name VARCHAR(200), domain VARCHAR(200), hash VARCHAR(200),"
                + " nologin VARCHAR(5), room VARCHAR(40))");
        statement.execute(
            "INSERT INTO people VALUES ('ada', 'example.org', '{PLAIN}secret', NULL,"
                + " '*:storage=1M'), ('eve', 'example.org', '{PLAIN}secret', 'yes', NULL),"
                + " ('two', 'example.org', 'x', NULL, NULL), ('two', 'example.org', 'y', NULL,"
                + " NULL), ('bob', 'example.org', NULL, NULL, NULL)");
      }
    }

    @AfterAll
    void empty() throws SQLException {
      try (Connection connection = DriverManager.getConnection(url());
          Statement statement = connection.createStatement()) {
        statement.execute("DROP TABLE people");
      }
    }

    private AccountSource with(String queries) {
      return open(folder.resolve("f" + files++), where() + queries);
    }

    /** As tutorials have it, continued by a backslash. */
    @Override
    protected AccountSource source() {
      return with(
          """
          default_pass_scheme = SHA512-CRYPT
          password_query = SELECT name AS username, domain, hash AS password, nologin \\
            FROM people WHERE name = '%n' AND domain = '%d'
          user_query = SELECT room AS quota_rule, 5000 AS uid, '/var/mail' AS home \\
            FROM people WHERE name = '%n' AND domain = '%d'
          iterate_query = SELECT name FROM people
          """);
    }

    @Test
    void theUserQueryAddsToThePasswordQuery() {
      Person ada = source().find("ada@example.org").orElseThrow();

      assertThat(ada.quota()).contains(Quota.ofOctets(1 << 20));
    }

    @Test
    void aNullIsNoPassword() {
      Person bob = source().find("bob@example.org").orElseThrow();

      assertThat(bob.proof().matches(Secret.of("NULL"))).isFalse();
      assertThat(bob.proof().matches(Secret.of(""))).isFalse();
      assertThat(bob.mayLogIn()).isTrue();
    }

    @Test
    void somebodyWhoIsThereTwiceHasNoAnswer() {
      assertThatThrownBy(() -> source().find("two@example.org"))
          .isInstanceOf(LookupUnavailable.class)
          .hasMessageContaining("more than one row for two@example.org");
    }

    @Test
    void aDatabaseThatRefusesHasNoAnswer() {
      assertThatThrownBy(
              () -> with("password_query = SELECT x FROM nowhere WHERE y = '%u'\n").find("ada"))
          .isInstanceOf(LookupUnavailable.class)
          .hasMessageContaining("does not answer");
    }

    /** Else two people would share a mailbox. */
    @Test
    void aNameWithoutADomainStaysInItsDomain() {
      AccountSource source =
          with(
              "password_query = SELECT 'ada' AS username, hash AS password FROM people"
                  + " WHERE name = 'ada' AND '%d' <> ''\n");

      for (String domain : List.of("one.example", "two.example")) {
        assertThat(source.find("x@" + domain).orElseThrow().login()).isEqualTo("ada@" + domain);
      }
    }

    @ParameterizedTest
    @CsvSource({"TRUE, false", "FALSE, true", "NULL, true"})
    void aColumnMaySayYesOrNo(String value, boolean mayLogIn) {
      AccountSource source =
          with(
              "password_query = SELECT hash AS password, CAST(%s AS BOOLEAN) AS nologin,"
                      .formatted(value)
                  + " CAST(FALSE AS BOOLEAN) AS proxy, '' AS noauthenticate FROM people"
                  + " WHERE name = '%n'\n");

      assertThat(source.find("ada@example.org").orElseThrow().mayLogIn()).isEqualTo(mayLogIn);
    }

    @Test
    void whatTheQueryCallsTheUserIsTheLogin() {
      AccountSource source =
          with(
              "password_query = SELECT 'X@example.org' AS \"user\", hash AS password FROM people"
                  + " WHERE name = '%Lu'\n");

      assertThat(source.find("ada").orElseThrow().login()).isEqualTo("x@example.org");
    }
  }

  @Nested
  class InH2 extends InADatabase {
    @Override
    String url() {
      return "jdbc:h2:mem:people;DB_CLOSE_DELAY=-1";
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
      return "driver = pgsql\nconnect = host=localhost port=%d dbname=%s user=%s\n"
          .formatted(PostgresServer.port(), database, place.user());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user_query = SELECT 1 | : there is no password_query",
        "password_querry = SELECT 1 | , line 2: unknown: password_querry (did you mean password_query?)",
        "password_query = SELECT '%w' | unknown variable: %w",
        "driver = oracle\\npassword_query = x | driver: expected pgsql, mysql or sqlite: oracle",
        "driver = mysql\\nconnect = host=db dbname=m\\npassword_query = x | there is no JDBC driver"
            + " for jdbc:mysql://db/m",
        "connect = hosst=db\\npassword_query = x | connect: unknown: hosst",
      })
  void whatCannotBeObeyedIsAFault(String text, String why, @TempDir Path folder) {
    String where =
        text.contains("=mysql") || text.contains("connect") ? "#\n" : "jdbc_url = jdbc:h2:mem:x\n";

    assertThatThrownBy(() -> open(folder.resolve("f"), where + text.replace("\\n", "\n") + "\n"))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(folder.resolve("f").toString())
        .hasMessageContaining(why);
  }
}
