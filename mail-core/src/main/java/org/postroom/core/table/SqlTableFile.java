package org.postroom.core.table;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Braces;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Nearest;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.secret.Secret;

/**
 * The file of a table that lies in a database (mysql_table(5), pgsql_table(5), sqlite_table(5)):
 * which database, and what it is asked.
 *
 * @param type {@code mysql}, {@code pgsql} or {@code sqlite}
 * @param hosts as written; empty for the server's own database, unless there is a URL or a path
 * @param query as written, with {@code %s} and its kin; for who asks, with question marks
 * @param limit more values than this are an error; 0 for none
 */
public record SqlTableFile(
    String type,
    Optional<String> jdbcUrl,
    List<String> hosts,
    String user,
    Secret password,
    String database,
    Optional<Path> path,
    String query,
    String resultFormat,
    List<String> domains,
    int limit) {

  private static final Set<String> KEYS =
      Set.of(
          "jdbc_url",
          "hosts",
          "user",
          "password",
          "dbname",
          "dbpath",
          "query",
          "result_format",
          "domain",
          "expansion_limit",
          "select_function",
          "select_field",
          "table",
          "where_field",
          "additional_conditions");

  /** Of the client libraries of others: how they connect. */
  private static final Set<String> WITHOUT_MEANING =
      Set.of(
          "option_file",
          "option_group",
          "tls_cert_file",
          "tls_key_file",
          "tls_CAfile",
          "tls_CApath",
          "tls_ciphers",
          "tls_verify_cert",
          "require_result_set",
          "charset",
          "encoding",
          "idle_interval",
          "retry_interval");

  public SqlTableFile {
    hosts = List.copyOf(hosts);
    domains = List.copyOf(domains);
  }

  /**
   * Reads the file.
   *
   * @throws BadValue with file and line, if it cannot be read or obeyed
   */
  static SqlTableFile read(String type, Path file) {
    MainCf written;
    try {
      written = MainCf.read(file);
    } catch (BadConfiguration e) {
      throw new BadValue(String.valueOf(e.getMessage()));
    }
    for (Fault fault : written.faults()) {
      throw new BadValue(fault.toString());
    }
    for (MainCf.Entry entry : written.entries()) {
      if (!KEYS.contains(entry.name()) && !WITHOUT_MEANING.contains(entry.name())) {
        throw new BadValue(
            entry.place()
                + ": unknown: "
                + entry.name()
                + Nearest.hint(entry.name(), List.copyOf(KEYS)));
      }
    }
    return of(
        type,
        file,
        written.entries().stream()
            .collect(Collectors.toMap(MainCf.Entry::name, MainCf.Entry::value)));
  }

  /** With a query that has question marks. */
  SqlTableFile withStatement(String sql) {
    return new SqlTableFile(
        type, jdbcUrl, hosts, user, password, database, path, sql, resultFormat, domains, limit);
  }

  private static SqlTableFile of(String type, Path file, Map<String, String> values) {
    String query = values.getOrDefault("query", older(values));
    if (query.isEmpty()) {
      throw new BadValue(file + ": there is no query");
    }
    String limit = values.getOrDefault("expansion_limit", "0");
    if (!limit.matches("[0-9]{1,6}")) {
      throw new BadValue(file + ": expansion_limit: expected a whole number: " + limit);
    }
    return new SqlTableFile(
        type,
        Optional.ofNullable(values.get("jdbc_url")),
        Braces.items(values.getOrDefault("hosts", "")),
        values.getOrDefault("user", ""),
        Secret.of(values.getOrDefault("password", "")),
        values.getOrDefault("dbname", ""),
        Optional.ofNullable(values.get("dbpath")).map(Path::of),
        query,
        values.getOrDefault("result_format", "%s"),
        Braces.items(values.getOrDefault("domain", "")),
        Integer.parseInt(limit));
  }

  /** The query in its older forms, of which each part is a parameter; empty where there is none. */
  private static String older(Map<String, String> values) {
    if (values.containsKey("select_function")) {
      return "SELECT " + values.get("select_function") + "('%s')";
    }
    if (!values.containsKey("select_field") || !values.containsKey("table")) {
      return "";
    }
    return "SELECT "
        + values.get("select_field")
        + " FROM "
        + values.get("table")
        + " WHERE "
        + values.getOrDefault("where_field", "")
        + " = '%s' "
        + values.getOrDefault("additional_conditions", "");
  }
}
