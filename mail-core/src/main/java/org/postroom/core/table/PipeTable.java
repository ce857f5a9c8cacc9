package org.postroom.core.table;

import java.util.Optional;
import java.util.function.BiFunction;

/** <code>pipemap:{a, b}</code>: what the first table says is looked for in the second. */
record PipeTable(String name, Members members) implements LookupTable {

  static LookupTable open(Opening in) {
    return new PipeTable(in.text(), Members.of(in));
  }

  @Override
  public Optional<String> find(String key) {
    return find(key, LookupTable::find);
  }

  @Override
  public Optional<String> find(String key, Effort effort) {
    return find(key, (table, value) -> table.find(value, effort));
  }

  @Override
  public Optional<Row> row(String key) {
    Optional<Row> last = Optional.empty();
    String value = key;
    StringBuilder places = new StringBuilder();
    for (LookupTable table : members.tables()) {
      last = table.row(value);
      if (last.isEmpty()) {
        return last;
      }
      value = last.get().value();
      places.append(places.isEmpty() || last.get().place().isEmpty() ? "" : ", then ");
      places.append(last.get().place());
    }
    return last.map(row -> new Row(row.value(), places.toString(), 0));
  }

  private Optional<String> find(
      String key, BiFunction<LookupTable, String, Optional<String>> asked) {
    Optional<String> value = Optional.of(key);
    for (LookupTable table : members.tables()) {
      value = asked.apply(table, value.get());
      if (value.isEmpty()) {
        return value;
      }
    }
    return value;
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
