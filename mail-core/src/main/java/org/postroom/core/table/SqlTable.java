package org.postroom.core.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;

/** A table in a database. It may block. */
final class SqlTable implements LookupTable {

  /** So many rows are looked at for one key, so that they do not fill the heap. */
  private static final int MOST = 10_000;

  private final String name;
  private final SqlTableFile file;
  private final SqlTemplate template;
  private final KeyTemplate result;
  private final MatchList domains;
  private final SqlSource.Query query;

  private SqlTable(Opening in, SqlTableFile file, SqlSource source) {
    this.name = in.text();
    this.file = file;
    this.template = SqlTemplate.parse(file.query(), file.type().equals("mysql"));
    this.result = KeyTemplate.parse(file.resultFormat());
    this.domains = MatchList.ofNames(file.domains(), in::open);
    this.query = source.prepare(file.withStatement(template.sql()));
  }

  static LookupTable open(Opening in) {
    SqlSource source =
        in.sql().orElseThrow(() -> new BadValue("no database can be asked here: " + in.text()));
    SqlTableFile file = SqlTableFile.read(in.type(), in.path());
    try {
      return new SqlTable(in, file, source);
    } catch (BadValue e) {
      throw new BadValue(in.text() + ": " + e.reason());
    }
  }

  @Override
  public Optional<String> find(String key) {
    KeyTemplate.Parts parts = KeyTemplate.Parts.of(key.toLowerCase(Locale.ROOT));
    Optional<List<String>> bound = isAsked(parts) ? template.bound(parts) : Optional.empty();
    if (bound.isEmpty()) {
      return Optional.empty();
    }
    List<Map<String, String>> rows = query.rows(bound.get(), MOST + 1);
    if (rows.size() > MOST) {
      throw new LookupUnavailable(name + ": more than " + MOST + " rows for one key");
    }
    List<String> found = new ArrayList<>();
    for (Map<String, String> row : rows) {
      for (String value : row.values()) {
        if (!value.isEmpty()) {
          result.filled(KeyTemplate.Parts.of(value), parts).ifPresent(found::add);
        }
      }
    }
    // What is empty, or lacks what the format names, does not count.
    if (file.limit() > 0 && found.size() > file.limit()) {
      throw new LookupUnavailable(name + ": more than " + file.limit() + " values for one key");
    }
    String joined = String.join(",", found);
    return joined.isEmpty() ? Optional.empty() : Optional.of(joined);
  }

  private boolean isAsked(KeyTemplate.Parts key) {
    return !key.whole().isEmpty()
        && (file.domains().isEmpty()
            || !key.user().isEmpty() && key.domain().filter(domains::containsName).isPresent());
  }

  @Override
  public boolean mayBlock() {
    return true;
  }

  @Override
  public String name() {
    return name;
  }
}
