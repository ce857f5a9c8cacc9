package org.postroom.storage.sql;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Connections of an application, in another schema than the application's, and with auto-commit on.
 * They are given back as they were: pools keep them for it.
 */
final class SchemaSource implements DataSource {
  private final DataSource source;
  private final String schema;

  SchemaSource(DataSource source, String schema) {
    this.source = source;
    this.schema = schema;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return inSchema(source.getConnection());
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return inSchema(source.getConnection(user, password));
  }

  private Connection inSchema(Connection connection) throws SQLException {
    Before before;
    try {
      before = Before.of(connection);
      connection.setAutoCommit(true); // else a rollback would take the schema back, too
      connection.setSchema(schema);
    } catch (SQLException | RuntimeException e) {
      try (connection) {
        throw e;
      }
    }
    return (Connection)
        Proxy.newProxyInstance(
            SchemaSource.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, arguments) -> {
              if (method.getName().equals("close")) {
                before.giveBack(connection);
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  /**
   * How a connection came.
   *
   * @param path all schemas in which it looks for tables, as the server says it
   */
  private record Before(boolean autoCommit, String path) {

    static Before of(Connection connection) throws SQLException {
      try (PreparedStatement select =
              connection.prepareStatement("SELECT current_setting('search_path')");
          ResultSet rows = select.executeQuery()) {
        rows.next();
        return new Before(connection.getAutoCommit(), rows.getString(1));
      }
    }

    void giveBack(Connection connection) throws SQLException {
      try (connection) {
        if (!connection.isClosed()) {
          if (!connection.getAutoCommit()) {
            connection.rollback();
            connection.setAutoCommit(true);
          }
          try (PreparedStatement set =
              connection.prepareStatement("SELECT set_config('search_path', ?, false)")) {
            set.setString(1, path);
            set.executeQuery().close();
          }
          connection.setAutoCommit(autoCommit);
        }
      }
    }
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return source.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    source.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    source.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return source.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws java.sql.SQLFeatureNotSupportedException {
    return source.getParentLogger();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return source.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return source.isWrapperFor(type);
  }
}
