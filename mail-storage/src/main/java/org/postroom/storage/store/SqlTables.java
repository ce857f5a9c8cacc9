package org.postroom.storage.store;

import java.util.HashMap;
import java.util.Map;
import org.postroom.core.config.BadValue;
import org.postroom.core.secret.Secret;
import org.postroom.core.table.SqlSource;
import org.postroom.core.table.SqlTableFile;
import org.postroom.storage.sql.ForeignDatabase;

/**
 * Look-up tables in databases of others, by their JDBC drivers. Those of PostgreSQL and H2 are
 * here; any other is found where the application's classes are. Tables of one database share a few
 * connections, which are made when they are needed.
 */
public final class SqlTables implements SqlSource, AutoCloseable {
  private final Map<Login, ForeignDatabase> databases = new HashMap<>();

  private record Login(String url, String user, Secret password) {}

  /** {@link BadValue} where there is no driver, or no host. */
  @Override
  public Query prepare(SqlTableFile file) {
    String url = url(file);
    ForeignDatabase.requireDriver(url);
    ForeignDatabase database;
    synchronized (databases) {
      database =
          databases.computeIfAbsent(
              new Login(url, file.user(), file.password()),
              login -> new ForeignDatabase(url, file.user(), file.password()));
    }
    return (values, most) -> database.rows(file.query(), values, most);
  }

  /** Ends the connections; whoever asks after that has no answer. */
  @Override
  public void close() {
    synchronized (databases) {
      databases.values().forEach(ForeignDatabase::close);
      databases.clear();
    }
  }

  private static String url(SqlTableFile file) {
    if (file.jdbcUrl().isPresent()) {
      return file.jdbcUrl().get();
    }
    if (file.type().equals("sqlite")) {
      return "jdbc:sqlite:"
          + file.path().orElseThrow(() -> new BadValue("there is no dbpath, and no jdbc_url"));
    }
    if (file.hosts().isEmpty()) {
      throw new BadValue(
          "there are no hosts, and no jdbc_url: the server's own database cannot be asked yet");
    }
    StringBuilder hosts = new StringBuilder();
    for (String host : file.hosts()) {
      if (host.startsWith("unix:") || host.startsWith("/")) {
        throw new BadValue("a database is reached by TCP, not by " + host);
      }
      hosts.append(hosts.isEmpty() ? "" : ",");
      hosts.append(host.startsWith("inet:") ? host.substring("inet:".length()) : host);
    }
    String system = file.type().equals("pgsql") ? "postgresql" : "mysql";
    return "jdbc:" + system + "://" + hosts + "/" + file.database();
  }
}
