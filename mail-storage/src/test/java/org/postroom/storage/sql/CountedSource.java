package org.postroom.storage.sql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Makes connections that count what they send to the database: each is a round trip. */
final class CountedSource {
  private final Map<String, Integer> sent = new ConcurrentHashMap<>();
  private final DataSource source;

  CountedSource(DataSource real) {
    this.source =
        proxy(
            DataSource.class,
            real,
            (method, arguments, result) ->
                result instanceof Connection connection ? counted(connection) : result);
  }

  /** To be opened with. */
  DataSource source() {
    return source;
  }

  /** How often each statement was sent; a batch of rows is one. */
  Map<String, Integer> sent() {
    return Map.copyOf(sent);
  }

  /** Begins anew. */
  void clear() {
    sent.clear();
  }

  private Connection counted(Connection real) {
    return proxy(
        Connection.class,
        real,
        (method, arguments, result) -> {
          if (result instanceof PreparedStatement prepared) {
            return counted(PreparedStatement.class, prepared, (String) arguments[0]);
          }
          return result instanceof Statement statement
              ? counted(Statement.class, statement, "")
              : result;
        });
  }

  private <T extends Statement> T counted(Class<T> type, T real, String sql) {
    return proxy(
        type,
        real,
        (method, arguments, result) -> {
          if (method.getName().startsWith("execute")) {
            count(sql.isEmpty() ? (String) arguments[0] : sql);
          }
          return result;
        });
  }

  private void count(String sql) {
    sent.merge(sql, 1, Integer::sum);
  }

  /** What comes of a call. */
  private interface Hearing {
    @Nullable Object heard(Method method, Object[] arguments, @Nullable Object result);
  }

  private static <T> T proxy(Class<T> type, T real, Hearing hearing) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return hearing.heard(method, arguments, method.invoke(real, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
