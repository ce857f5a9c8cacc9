package org.postroom.core.table;

import java.util.Optional;
import java.util.function.Function;

/** <code>unionmap:{a, b}</code>: what each table says of the key, with commas between. */
record UnionTable(String name, Members members) implements LookupTable {

  static LookupTable open(Opening in) {
    return new UnionTable(in.text(), Members.of(in));
  }

  @Override
  public Optional<String> find(String key) {
    return find(table -> table.find(key));
  }

  @Override
  public Optional<String> find(String key, Effort effort) {
    return find(table -> table.find(key, effort));
  }

  @Override
  public Optional<Row> row(String key) {
    StringBuilder values = new StringBuilder();
    StringBuilder places = new StringBuilder();
    for (LookupTable table : members.tables()) {
      table
          .row(key)
          .filter(row -> !row.value().isEmpty())
          .ifPresent(
              row -> {
                values.append(values.isEmpty() ? "" : ",").append(row.value());
                places.append(places.isEmpty() || row.place().isEmpty() ? "" : " and ");
                places.append(row.place());
              });
    }
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(new Row(values.toString(), places.toString(), 0));
  }

  private Optional<String> find(Function<LookupTable, Optional<String>> asked) {
    StringBuilder all = new StringBuilder();
    for (LookupTable table : members.tables()) {
      String value = asked.apply(table).orElse("");
      if (!value.isEmpty()) {
        all.append(all.isEmpty() ? "" : ",").append(value);
      }
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(all.toString());
  }

  @Override
  public boolean mayBlock() {
    return members.mayBlock();
  }

  @Override
  public boolean matchesPatterns() {
    return members.matchPatterns();
  }
}
