package org.postroom.core.table;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.config.BadValue;

/** A query whose rows are wanted whole, by the names of their columns. It may block. */
public final class SqlQuery {
  private final SqlTemplate template;
  private final SqlSource.Query query;

  private SqlQuery(SqlTemplate template, SqlSource.Query query) {
    this.template = template;
    this.query = query;
  }

  /**
   * Makes it ready.
   *
   * @param database says which database, and the query, with {@code %s} for the whole key, {@code
   *     %u} and {@code %d} for what stands before and behind its {@code @}
   * @throws BadValue for what cannot be asked
   */
  public static SqlQuery prepare(SqlTableFile database, SqlSource source) {
    SqlTemplate template = SqlTemplate.parse(database.query(), database.type().equals("mysql"));
    return new SqlQuery(template, source.prepare(database.withStatement(template.sql())));
  }

  /**
   * The rows for a key; none where the key lacks a part that the query names.
   *
   * @throws org.postroom.core.refusal.LookupUnavailable when the database does not answer
   */
  public List<Map<String, String>> rows(String key, int most) {
    Optional<List<String>> bound = template.bound(KeyTemplate.Parts.of(key));
    return bound.isEmpty() ? List.of() : query.rows(bound.get(), most);
  }
}
