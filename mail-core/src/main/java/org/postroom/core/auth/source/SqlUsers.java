package org.postroom.core.auth.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Braces;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Nearest;
import org.postroom.core.log.TableLog;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.secret.Secret;
import org.postroom.core.table.SqlQuery;
import org.postroom.core.table.SqlSource;
import org.postroom.core.table.SqlTableFile;

/**
 * People in somebody's database, by the queries of a file: {@code password_query} gives a row with
 * the column {@code password}, and whatever else Dovecot knows of a person; {@code user_query} adds
 * to it. The database is asked each time, so what it says counts at once.
 */
final class SqlUsers implements AccountSource {
  private static final Set<String> KEYS =
      Set.of(
          "driver",
          "connect",
          "jdbc_url",
          "hosts",
          "user",
          "password",
          "dbname",
          "dbpath",
          "default_pass_scheme",
          "password_query",
          "user_query");

  private static final Set<String> WITHOUT_MEANING = Set.of("iterate_query");

  /** What somebody may be warned about so often. */
  private static final int MOST_WARNED = 1_000;

  private final String name;
  private final PersonFields fields;
  private final SqlQuery passwords;
  private final Optional<SqlQuery> users;
  private final TableLog log = new TableLog();
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  private SqlUsers(String name, PersonFields fields, SqlQuery passwords, Optional<SqlQuery> users) {
    this.name = name;
    this.fields = fields;
    this.passwords = passwords;
    this.users = users;
  }

  /**
   * Reads the file; connects when somebody is asked for.
   *
   * @throws BadValue with file and line, for what cannot be obeyed
   */
  static SqlUsers open(Path file, PersonFields fields, SqlSource source) {
    Map<String, String> values = read(file);
    String passwords = values.getOrDefault("password_query", "");
    if (passwords.isEmpty()) {
      throw new BadValue(file + ": there is no password_query");
    }
    Map<String, String> where = connection(file, values);
    try {
      return new SqlUsers(
          "sql:" + file,
          new PersonFields(
              values.getOrDefault("default_pass_scheme", fields.usual()), fields.limits()),
          query(where, passwords, source),
          Optional.ofNullable(values.get("user_query")).map(query -> query(where, query, source)));
    } catch (BadValue e) {
      throw new BadValue(file + ": " + e.reason());
    }
  }

  private static Map<String, String> read(Path file) {
    MainCf written;
    try {
      written = MainCf.read(file);
    } catch (BadConfiguration e) {
      throw new BadValue(String.valueOf(e.getMessage()));
    }
    for (Fault fault : written.faults()) {
      throw new BadValue(fault.toString());
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (MainCf.Entry entry : written.entries()) {
      if (!KEYS.contains(entry.name()) && !WITHOUT_MEANING.contains(entry.name())) {
        throw new BadValue(
            entry.place()
                + ": unknown: "
                + entry.name()
                + Nearest.hint(entry.name(), List.copyOf(KEYS)));
      }
      // Dovecot joins lines by a backslash at their end, main.cf by the space that the next begins
      // with.
      values.put(entry.name(), entry.value().replaceAll("\\\\\\s+", " "));
    }
    return values;
  }

  /** {@code connect}, in its words, over the keys of Postfix's files. */
  private static Map<String, String> connection(Path file, Map<String, String> values) {
    Map<String, String> where = new LinkedHashMap<>(values);
    String connect = values.getOrDefault("connect", "");
    if (connect.startsWith("/")) {
      where.put("dbpath", connect);
      return where;
    }
    List<String> hosts = new ArrayList<>();
    String port = "";
    for (String word : Braces.items(connect)) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      String value = equals < 0 ? "" : word.substring(equals + 1);
      switch (key) {
        case "host" -> hosts.add(value);
        case "port" -> port = ":" + value;
        case "dbname", "user", "password" -> where.put(key, value);
        default -> throw new BadValue(file + ": connect: unknown: " + key);
      }
    }
    if (!hosts.isEmpty()) {
      where.put("hosts", String.join(port + " ", hosts) + port);
    }
    return where;
  }

  private static SqlQuery query(Map<String, String> where, String query, SqlSource source) {
    String driver = where.getOrDefault("driver", "pgsql");
    if (!Set.of("pgsql", "mysql", "sqlite").contains(driver)) {
      throw new BadValue("driver: expected pgsql, mysql or sqlite: " + driver);
    }
    return SqlQuery.prepare(
        new SqlTableFile(
            driver,
            Optional.ofNullable(where.get("jdbc_url")),
            Braces.items(where.getOrDefault("hosts", "")),
            where.getOrDefault("user", ""),
            Secret.of(where.getOrDefault("password", "")),
            where.getOrDefault("dbname", ""),
            Optional.ofNullable(where.get("dbpath")).map(Path::of),
            NameFormat.asOfTables(query),
            "%s",
            List.of(),
            0),
        source);
  }

  @Override
  public Optional<Person> find(String key) {
    Optional<Map<String, String>> known = row(passwords, key);
    Optional<Map<String, String>> more = users.flatMap(query -> row(query, key));
    if (known.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> row = new LinkedHashMap<>(known.get());
    more.ifPresent(one -> one.forEach(row::putIfAbsent));
    List<String> warnings = new ArrayList<>();
    Person person = fields.person(key, Optional.ofNullable(row.get("password")), row, warnings);
    warnings.forEach(this::warn);
    return Optional.of(person);
  }

  private Optional<Map<String, String>> row(SqlQuery query, String key) {
    List<Map<String, String>> rows = query.rows(key, 2);
    if (rows.size() > 1) {
      throw new LookupUnavailable(name + ": more than one row for " + key);
    }
    return rows.stream().findFirst();
  }

  /** Each once: the same row is asked for again and again. */
  private void warn(String what) {
    if (warned.size() < MOST_WARNED && warned.add(what)) {
      log.warning(name + ": " + what);
    }
  }
}
