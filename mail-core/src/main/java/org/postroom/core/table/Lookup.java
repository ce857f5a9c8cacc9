package org.postroom.core.table;

import java.util.Optional;
import org.postroom.core.fact.LookupUnavailable;

/** What a file, or a text, has told when it was read: immutable, and all in memory. */
interface Lookup {

  /** {@link LookupUnavailable} when there is no answer. */
  Optional<String> find(String key);

  /** How many entries or rules. */
  int size();
}
