package org.postroom.smtp.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The commands of a session, by verb. */
public final class CommandTable {
  private final List<Row> rows;
  private final Map<String, Row> byVerb = new HashMap<>();

  public CommandTable(List<Row> rows) {
    this.rows = List.copyOf(rows);
    rows.forEach(row -> byVerb.put(row.verb(), row));
  }

  /** In the order of the table. */
  public List<Row> rows() {
    return rows;
  }

  /** The row of {@code verb}, in upper case. */
  Optional<Row> find(String verb) {
    return Optional.ofNullable(byVerb.get(verb));
  }
}
