package org.postroom.core.table;

import java.util.Optional;
import org.postroom.core.fact.LookupUnavailable;

/** What a file, or a text, has told when it was read: immutable, and all in memory. */
interface Lookup {

  /** {@link LookupUnavailable} when there is no answer. */
  Optional<String> find(String key);

  /** The same, for one of many questions about one mail. */
  default Optional<String> find(String key, Effort effort) {
    effort.take(1L + key.length());
    return find(key);
  }

  /** How many entries or rules. */
  int size();
}
