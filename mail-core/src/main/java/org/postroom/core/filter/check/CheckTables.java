package org.postroom.core.filter.check;

import java.util.List;
import java.util.Optional;
import org.postroom.core.table.Effort;
import org.postroom.core.table.LookupTable;

/**
 * The tables of one parameter.
 *
 * @param parameter which names them
 */
record CheckTables(String parameter, List<LookupTable> tables) {

  CheckTables {
    tables = List.copyOf(tables);
  }

  boolean isEmpty() {
    return tables.isEmpty();
  }

  /** What the first table says that has the line. */
  Optional<String> find(String line, Effort effort) {
    for (LookupTable table : line.isEmpty() ? List.<LookupTable>of() : tables) {
      Optional<String> found = table.find(line, effort);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }
}
