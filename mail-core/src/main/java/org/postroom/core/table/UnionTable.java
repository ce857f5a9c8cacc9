package org.postroom.core.table;

import java.util.Optional;

/** <code>unionmap:{a, b}</code>: what each table says of the key, with commas between. */
record UnionTable(String name, Members members) implements LookupTable {

  static LookupTable open(Opening in) {
    return new UnionTable(in.text(), Members.of(in));
  }

  @Override
  public Optional<String> find(String key) {
    StringBuilder all = new StringBuilder();
    for (LookupTable table : members.tables()) {
      String value = table.find(key).orElse("");
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
