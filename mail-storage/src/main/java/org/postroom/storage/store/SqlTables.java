package org.postroom.storage.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  /** How PostgreSQL's own clients write where it is, which its driver takes but for who asks. */
  private static final Pattern URI =
      Pattern.compile(
          "postgres(?:ql)?://(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<rest>[^@]+/[^@]*)");

  private final Map<Login, ForeignDatabase> databases = new HashMap<>();

  private record Login(String url, String user, Secret password) {}

  /** {@link BadValue} where there is no driver, or no host. */
  @Override
  public Query prepare(SqlTableFile file) {
    Login login = login(file);
    ForeignDatabase.requireDriver(login.url());
    ForeignDatabase database;
    synchronized (databases) {
      database =
          databases.computeIfAbsent(
              login, one -> new ForeignDatabase(one.url(), one.user(), one.password()));
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

  private static Login login(SqlTableFile file) {
    Matcher uri = URI.matcher(file.hosts().isEmpty() ? "" : file.hosts().get(0));
    if (file.jdbcUrl().isPresent() || !uri.matches()) {
      return new Login(url(file), file.user(), file.password());
    }
    if (file.hosts().size() > 1) {
      throw new BadValue("a connection URI stands alone among the hosts, with all of them in it");
    }
    String user = Optional.ofNullable(uri.group("user")).map(SqlTables::decoded).orElse("");
    String password = Optional.ofNullable(uri.group("password")).map(SqlTables::decoded).orElse("");
    return new Login("jdbc:postgresql://" + uri.group("rest"), user, Secret.of(password));
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), UTF_8);
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
