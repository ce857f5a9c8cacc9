package org.postroom.core.table;

import java.util.List;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Braces;

/**
 * The tables that another one is made of. It may block when one of them may, and matches patterns
 * when all of them do.
 */
record Members(List<LookupTable> tables) {

  Members {
    tables = List.copyOf(tables);
  }

  /** {@link BadValue} for none, and for one that cannot be obeyed. */
  static Members of(Opening in) {
    List<String> items = Braces.items(Braces.inside(in.name()));
    if (items.isEmpty()) {
      throw new BadValue(
          in.text() + ": it has no table; it has to be: " + in.type() + ":{type:name}");
    }
    return new Members(items.stream().map(item -> in.open(item)).toList());
  }

  boolean mayBlock() {
    return tables.stream().anyMatch(LookupTable::mayBlock);
  }

  boolean matchPatterns() {
    return tables.stream().allMatch(LookupTable::matchesPatterns);
  }
}
