package org.postroom.core.table;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Braces;
import org.postroom.core.config.Nearest;

/**
 * The catalogue of table types: one row each. A new type is a row and its factory; a lambda, and
 * not a reference to another class's method, for which that class would be loaded with the row.
 */
final class TableTypes {

  record Row(String name, Function<Opening, LookupTable> factory, String doc) {

    LookupTable open(Opening opening) {
      return factory.apply(opening);
    }
  }

  static final List<Row> ALL =
      List.of(
          indexed("hash", ".db", "Key and value, read from the source's text."),
          indexed("btree", ".db", "As hash."),
          indexed("lmdb", ".lmdb", "As hash."),
          indexed("dbm", ".pag", "As hash."),
          indexed("cdb", ".cdb", "As hash."),
          new Row("texthash", TableTypes::keyValue, "Key and value, from a file's text."),
          new Row(
              "regexp",
              in -> rules(in, new PatternFormat(new PosixSyntax(), in.isLiteral())),
              "POSIX expressions, the first that matches; regexp_table(5)."),
          new Row(
              "pcre",
              in -> rules(in, new PatternFormat(new PerlSyntax(), in.isLiteral())),
              "Perl's expressions, the first that matches; pcre_table(5)."),
          new Row(
              "cidr",
              in -> rules(in, new CidrFormat()),
              "Networks, the first that holds the address; cidr_table(5)."),
          new Row(
              "accessdb",
              in -> SendmailTables.access(in),
              "sendmail's table of who may do what, for the check_..._access restrictions."),
          new Row(
              "mailertable",
              in -> SendmailTables.mailers(in),
              "sendmail's table of where mail goes, for transport_maps."),
          new Row(
              "inline", in -> InlineTable.open(in), "Keys and values in the configuration itself."),
          new Row("static", in -> StaticTable.open(in), "One value for every key."),
          new Row(
              "unionmap", in -> UnionTable.open(in), "All that several tables say, with commas."),
          new Row("pipemap", in -> PipeTable.open(in), "One table's value is the next one's key."),
          new Row("randmap", in -> RandomTable.open(in), "One of several values, by chance."),
          new Row("environ", in -> EnvironmentTable.open(in), "The variables of the environment."),
          new Row(
              "proxy",
              in -> in.open(in.name()),
              "The table behind it; nothing needs a proxy here."),
          new Row("program", TableTypes::given, "A table that the embedding program gives."),
          database("mysql"),
          database("pgsql"),
          database("sqlite"));

  private static final Map<String, Row> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Row::name, row -> row));

  /** Known from the compatible systems, to say more than "unknown". */
  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry("unix", "the system's users cannot be looked up yet"),
          Map.entry("ldap", "export it to a file, or ask a database"),
          Map.entry("memcache", "use a file or a database"),
          Map.entry("tcp", "use a file or a database"),
          Map.entry("socketmap", "use a file or a database"),
          Map.entry("sdbm", "use hash: with the table's source"),
          Map.entry("mongodb", "use a file or a database"),
          Map.entry("nis", "export it to a file (ypcat -k)"),
          Map.entry("nisplus", "export it to a file (niscat)"),
          Map.entry("netinfo", "export it to a file"),
          Map.entry("fail", "it would only ever fail"),
          Map.entry("internal", "it belongs to processes that are not here"),
          Map.entry("debug", "name the table itself"));

  private TableTypes() {}

  private static Row indexed(String name, String suffix, String doc) {
    return new Row(name, in -> indexed(in, suffix), doc);
  }

  private static Row database(String name) {
    String doc = "A database, as " + name + "_table(5) describes it.";
    return new Row(name, in -> SqlTable.open(in), doc);
  }

  /** {@link BadValue}, which says why, for a type that is none of ours. */
  static Row named(String type, String text) {
    Row row = BY_NAME.get(type);
    if (row != null) {
      return row;
    }
    String why = REFUSED.get(type);
    throw new BadValue(
        why != null
            ? "table type not supported: " + text + " (" + why + ")"
            : "unknown table type: "
                + text
                + Nearest.hint(type, ALL.stream().map(Row::name).toList()));
  }

  private static LookupTable indexed(Opening in, String suffix) {
    in.note(
        in.type()
            + ": tables are read from their text: an edit counts within seconds, without postmap");
    Path path = in.path();
    if (!Files.exists(path) && Files.exists(Path.of(path + suffix))) {
      throw new BadValue(
          in.text()
              + ": there is only "
              + in.name()
              + suffix
              + ", which is not read here; make its source with: postmap -s "
              + in.text()
              + " > "
              + in.name());
    }
    return keyValue(in);
  }

  private static LookupTable keyValue(Opening in) {
    return in.file(in.isAliases() ? new AliasFormat() : new KeyValueFormat());
  }

  /** In a file, or each rule in braces. */
  private static LookupTable rules(Opening in, Format format) {
    if (!Braces.open(in.name())) {
      return in.file(format);
    }
    List<String> rules =
        Braces.items(Braces.inside(in.name())).stream().map(Braces::inside).toList();
    return FixedTable.of(in, format, rules);
  }

  private static LookupTable given(Opening in) {
    return in.given()
        .orElseThrow(() -> new BadValue("the program gives no such table: " + in.text()));
  }
}
