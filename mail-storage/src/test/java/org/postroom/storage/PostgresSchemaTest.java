package org.postroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postroom.core.secret.Secret;
import org.postroom.storage.store.SqlStorage;

/** A store beside the tables of an application, in one database. */
@Tag("process")
final class PostgresSchemaTest {
  private final Storage.Postgres place = PostgresServer.freshDatabase();

  /** Where the application's connections look for tables. */
  private static final String PATH = "public, \"$user\", pg_catalog";

  /** How connections were when they were given back. */
  private final List<String> givenBack = new CopyOnWriteArrayList<>();

  /**
   * A pool of an application.
   *
   * @param autoCommit how its connections come
   */
  private DataSource application(boolean autoCommit) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(place.url());
    source.setUser(place.user());
    source.setCurrentSchema(PATH);
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (self, method, arguments) -> {
              Object answer = invoke(method, source, arguments);
              if (answer instanceof Connection connection) {
                connection.setAutoCommit(autoCommit);
                return watched(connection);
              }
              return answer;
            });
  }

  private Connection watched(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, arguments) -> {
              if (method.getName().equals("close") && !connection.isClosed()) {
                givenBack.add(state(connection));
              }
              return invoke(method, connection, arguments);
            });
  }

  /** As a pool does, it takes back first what was not committed. */
  private static String state(Connection connection) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    if (!autoCommit) {
      connection.rollback();
    }
    return only(connection, "SELECT current_setting('search_path')") + " " + autoCommit;
  }

  private static String only(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      String only = rows.getString(1);
      assertThat(rows.next()).isFalse();
      return only;
    }
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = application(true).getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static Object invoke(java.lang.reflect.Method method, Object on, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void check(Storage where) throws SQLException {
    try (SqlStorage store = SqlStorage.open(where, Clock.systemUTC(), new SecureRandom())) {
      store.accounts().add("ada@example.org", Secret.of("secret"));
    }
    try (SqlStorage store = SqlStorage.open(where, Clock.systemUTC(), new SecureRandom())) {
      assertThat(store.accounts().byLogin("ada@example.org")).isPresent();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hasTablesOfItsOwnAndGivesConnectionsBackAsTheyWere(boolean autoCommit) throws SQLException {
    execute("CREATE TABLE account (whose TEXT)");
    givenBack.clear();

    check(Storage.postgres(application(autoCommit)).inSchema("Mail of the \"shop\""));

    assertThat(givenBack).hasSizeGreaterThan(5).containsOnly(PATH + " " + autoCommit);
  }

  @Test
  void hasTablesOfItsOwnByItsOwnConnections() throws SQLException {
    execute("CREATE TABLE account (whose TEXT)");

    check(Storage.postgres(place.url(), place.user(), "").inSchema("Shop_Mail"));

    try (Connection connection = application(true).getConnection()) {
      assertThat(
              only(connection, "SELECT schemaname FROM pg_tables WHERE tablename = 'store_state'"))
          .isEqualTo("Shop_Mail");
    }
  }

  /** Database administrators make schemas, and let nobody else do so. */
  @Test
  void aSchemaThatIsThereNeedsNoRightToMakeOne() throws SQLException {
    String user = "mailer" + System.nanoTime();
    execute("CREATE ROLE " + user + " LOGIN", "CREATE SCHEMA mail AUTHORIZATION " + user);

    check(Storage.postgres(place.url(), user, "").inSchema("mail"));
  }

  @Test
  void aSchemaThatItsUserMayNotUseIsRefused() throws SQLException {
    String user = "mailer" + System.nanoTime();
    execute("CREATE ROLE " + user + " LOGIN", "CREATE SCHEMA mail");

    assertThatThrownBy(
            () ->
                SqlStorage.open(
                        Storage.postgres(place.url(), user, "").inSchema("mail"),
                        Clock.systemUTC(),
                        new SecureRandom())
                    .close())
        .isInstanceOfSatisfying(StorageFault.class, f -> assertThat(f.mayPass()).isFalse())
        .hasMessageContaining("to be in the schema mail is in none that its user may use");
  }
}
