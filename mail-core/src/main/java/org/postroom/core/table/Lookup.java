package org.postroom.core.table;

import java.util.List;
import java.util.Optional;
import org.postroom.core.refusal.LookupUnavailable;

/** What a file, or a text, has told when it was read: immutable, and all in memory. */
interface Lookup {

  /** {@link LookupUnavailable} when there is no answer. */
  Optional<Row> row(String key);

  /** The same, for one of many questions about one mail. */
  default Optional<Row> row(String key, Effort effort) {
    effort.take(1L + key.length());
    return row(key);
  }

  /** Its value alone. */
  default Optional<String> find(String key) {
    return row(key).map(Row::value);
  }

  /** The same, for one of many questions about one mail. */
  default Optional<String> find(String key, Effort effort) {
    return row(key, effort).map(Row::value);
  }

  /** Those of {@link LookupTable#rules}. */
  default List<Row> rules() {
    return List.of();
  }

  /** How many entries or rules. */
  int size();
}
