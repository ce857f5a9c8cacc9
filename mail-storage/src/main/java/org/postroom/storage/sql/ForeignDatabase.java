package org.postroom.storage.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.secret.Secret;

/** A database of somebody else, which is only asked. */
public final class ForeignDatabase implements AutoCloseable {
  private static final int CONNECTIONS = 4;
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int ANSWER_SECONDS = 10;

  /** SQLSTATE of PostgreSQL: indeterminate_datatype. */
  private static final String INDETERMINATE_TYPE = "42P18";

  /** So many may wait for it at once; each of them holds a worker. */
  private static final int MOST_WAITING = 32;

  private final String url;
  private final String user;
  private final Secret password;
  private final Duration patience;
  private final Semaphore places = new Semaphore(MOST_WAITING);

  /** Whether nobody has reached it of late; then one at a time finds out whether it is back. */
  private volatile boolean away;

  private final Semaphore scout = new Semaphore(1);

  /** Statements in which PostgreSQL cannot find out a type, as among the arguments of concat(). */
  private final Set<String> texts = ConcurrentHashMap.newKeySet();

  private @Nullable HikariDataSource pool;
  private boolean closed;

  public ForeignDatabase(String url, String user, Secret password) {
    this(url, user, password, CONNECT);
  }

  /** The same, with another patience for connections. */
  ForeignDatabase(String url, String user, Secret password, Duration patience) {
    this.url = url;
    this.user = user;
    this.password = password;
    this.patience = patience;
  }

  /** {@link BadValue} where nobody knows how to reach such a database. */
  public static void requireDriver(String url) {
    try {
      Driver unused = DriverManager.getDriver(url);
    } catch (SQLException e) {
      throw new BadValue("there is no JDBC driver for " + shown(url) + " among the classes");
    }
  }

  /**
   * All rows by the names of their columns, without NULLs.
   *
   * @param most after so many it is enough
   * @throws LookupUnavailable when there is no answer; at once where too many wait for one already,
   *     or somebody has just waited in vain
   */
  public List<Map<String, String>> rows(String sql, List<String> values, int most) {
    Semaphore place = away ? scout : places;
    if (!place.tryAcquire()) {
      throw new LookupUnavailable(
          shown(url) + (away ? " cannot be reached" : " is asked by too many at once"));
    }
    try {
      return answer(sql, values, most);
    } finally {
      place.release();
    }
  }

  private List<Map<String, String>> answer(String sql, List<String> values, int most) {
    try (Connection connection = connection()) {
      boolean asText = !isPostgres() || texts.contains(sql);
      try {
        return answer(connection, sql, values, most, asText);
      } catch (SQLException e) {
        if (asText || !INDETERMINATE_TYPE.equals(e.getSQLState())) {
          throw e;
        }
        List<Map<String, String>> rows = answer(connection, sql, values, most, true);
        texts.add(sql);
        return rows;
      }
    } catch (SQLException e) {
      throw new LookupUnavailable(shown(url) + " does not answer: " + e.getMessage());
    }
  }

  /**
   * Asks once.
   *
   * @param asText whether what is bound is text; otherwise PostgreSQL finds out itself what it
   *     stands for, a number for one
   */
  private List<Map<String, String>> answer(
      Connection connection, String sql, List<String> values, int most, boolean asText)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setQueryTimeout(ANSWER_SECONDS);
      statement.setMaxRows(most);
      for (int i = 0; i < values.size(); i++) {
        // A NUL cannot be in any value of PostgreSQL.
        String value = isPostgres() ? values.get(i).replace("\0", "\uFFFD") : values.get(i);
        if (asText) {
          statement.setString(i + 1, value);
        } else {
          statement.setObject(i + 1, value, Types.OTHER);
        }
      }
      try (ResultSet rows = statement.executeQuery()) {
        return rows(rows);
      }
    }
  }

  private Connection connection() throws SQLException {
    try {
      Connection connection = pool().getConnection();
      away = false;
      return connection;
    } catch (SQLException e) {
      away = true;
      throw e;
    }
  }

  private static List<Map<String, String>> rows(ResultSet rows) throws SQLException {
    List<Map<String, String>> found = new ArrayList<>();
    ResultSetMetaData columns = rows.getMetaData();
    while (rows.next()) {
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        String value = rows.getString(i);
        if (value != null) {
          String name = columns.getColumnLabel(i).toLowerCase(Locale.ROOT);
          row.put(row.containsKey(name) ? name + " " + i : name, value);
        }
      }
      found.add(row);
    }
    return found;
  }

  private synchronized HikariDataSource pool() throws SQLException {
    if (closed) {
      throw new SQLException("closed");
    }
    if (pool == null) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(url);
      if (!user.isEmpty()) {
        config.setUsername(user);
        config.setPassword(password.reveal());
      }
      config.setPoolName("tables-" + Integer.toHexString(System.identityHashCode(this)));
      config.setMaximumPoolSize(CONNECTIONS);
      config.setMinimumIdle(0);
      config.setReadOnly(true);
      config.setInitializationFailTimeout(-1);
      config.setConnectionTimeout(patience.toMillis());
      if (isPostgres()) {
        config.addDataSourceProperty("prepareThreshold", "0"); // there may be a pooler before it
        config.addDataSourceProperty("socketTimeout", String.valueOf(ANSWER_SECONDS + 5));
      }
      pool = new HikariDataSource(config);
    }
    return pool;
  }

  private boolean isPostgres() {
    return url.startsWith("jdbc:postgresql:");
  }

  /** Without what may hold a password. */
  private static String shown(String url) {
    return url.replaceFirst("[?;].*", "").replaceFirst("//[^/]*@", "//");
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (pool != null) {
      pool.close();
    }
  }
}
