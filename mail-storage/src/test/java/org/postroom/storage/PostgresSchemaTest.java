package org.postroom.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.postroom.core.secret.Secret;

/** A store beside the tables of an application, in one database. */
@Tag("process")
final class PostgresSchemaTest {
  private final Storage.Postgres place = PostgresServer.freshDatabase();

  /** In which schema connections were when they were given back. */
  private final List<String> givenBack = new CopyOnWriteArrayList<>();

  private DataSource application() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(place.url());
    source.setUser(place.user());
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (self, method, arguments) -> {
              Object answer = invoke(method, source, arguments);
              return answer instanceof Connection connection ? watched(connection) : answer;
            });
  }

  private Connection watched(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, arguments) -> {
              if (method.getName().equals("close") && !connection.isClosed()) {
                givenBack.add(connection.getSchema());
              }
              return invoke(method, connection, arguments);
            });
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

  @Test
  void hasTablesOfItsOwnAndGivesConnectionsBackAsTheyWere() throws SQLException {
    DataSource application = application();
    try (Connection connection = application.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE account (whose TEXT)");
    }

    check(Storage.postgres(application).inSchema("Mail of the \"shop\""));

    assertThat(givenBack).hasSizeGreaterThan(5).containsOnly("public");
  }

  @Test
  void hasTablesOfItsOwnByItsOwnConnections() throws SQLException {
    try (Connection connection = application().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE account (whose TEXT)");
    }

    check(Storage.postgres(place.url(), place.user(), "").inSchema("mail"));
  }
}
