package org.postroom.core.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;

/** A table in a database. It may block. */
final class SqlTable implements LookupTable {

  /** Where the file names no limit of its own, so that one row too many does not fill the heap. */
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
    int limit = file.limit() > 0 ? file.limit() : MOST;
    List<String> values = new ArrayList<>();
    query.rows(bound.get(), limit + 1).forEach(row -> values.addAll(row.values()));
    if (values.size() > limit) {
      throw new LookupUnavailable(name + ": more than " + limit + " values for one key");
    }
    List<String> found = new ArrayList<>();
    for (String value : values) {
      if (!value.isEmpty()) {
        result.filled(KeyTemplate.Parts.of(value), parts).ifPresent(found::add);
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(String.join(",", found));
  }

  private boolean isAsked(KeyTemplate.Parts key) {
    return file.domains().isEmpty()
        || !key.user().isEmpty() && key.domain().filter(domains::containsName).isPresent();
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
