package org.postroom.core.table;

import java.util.List;
import java.util.Optional;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * The tables of one parameter, such as {@code virtual_alias_maps}: each form of a key is looked for
 * in all of them before the next form is.
 */
public record TableList(List<LookupTable> tables) {

  /** No table. */
  public static final TableList EMPTY = new TableList(List.of());

  /**
   * What was found.
   *
   * @param key the form that was found
   * @param table in which
   */
  public record Found(TableKey key, Row row, LookupTable table) {

    public String value() {
      return row.value();
    }

    /** Where it stands, for people: file and line as far as they are known, else the table. */
    public String where() {
      return row.place().isEmpty() ? table.name() : row.place();
    }

    /** For people. */
    @Override
    public String toString() {
      return key + " " + value() + " (" + where() + ")";
    }
  }

  public TableList {
    tables = List.copyOf(tables);
  }

  /**
   * The first that is found.
   *
   * @throws LookupUnavailable when a table that was reached has no answer now
   */
  public Optional<Found> find(TableKeys keys) {
    if (tables.isEmpty()) {
      return Optional.empty();
    }
    for (TableKey key : keys) {
      for (LookupTable table : tables) {
        if (!key.whole() && table.matchesPatterns()) {
          continue;
        }
        Optional<Row> row = table.row(key.text());
        if (row.isPresent()) {
          return Optional.of(new Found(key, row.get(), table));
        }
      }
    }
    return Optional.empty();
  }

  public boolean isEmpty() {
    return tables.isEmpty();
  }

  /** Whether a look-up may wait for something outside of memory. */
  public boolean mayBlock() {
    return tables.stream().anyMatch(LookupTable::mayBlock);
  }
}
