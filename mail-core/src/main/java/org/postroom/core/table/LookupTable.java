package org.postroom.core.table;

import java.util.List;
import java.util.Optional;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * A look-up table of the compatible systems' kind, {@code type:name}: gives a value for a key. What
 * the value means is its user's business. Threads share it.
 *
 * <p>What it says may change from one call to the next, because its file has changed; what one call
 * says is of one state.
 */
public interface LookupTable {

  /**
   * The value of the key; empty when there is none. Keys whose case does not matter are folded by
   * the table. Called on the event loop unless {@link #mayBlock}.
   *
   * @throws LookupUnavailable when there is no answer now
   */
  Optional<String> find(String key);

  /**
   * The same, for one of many questions about one mail: what it takes is taken from {@code effort}.
   *
   * @throws LookupUnavailable also when that has come to its end
   */
  default Optional<String> find(String key, Effort effort) {
    effort.take(1L + key.length());
    return find(key);
  }

  /**
   * The same as {@link #find(String)}, with where it is written, for who explains a decision. A
   * table that is no text has nothing to add.
   */
  default Optional<Row> row(String key) {
    return find(key).map(Row::of);
  }

  /** Whether {@link #find} may wait for something outside of memory. Never changes. */
  default boolean mayBlock() {
    return false;
  }

  /**
   * Whether it looks at a key's form, as regexp, pcre and cidr do: such a table is asked with whole
   * keys only, never with the parts of an address or with parent domains. Never changes.
   */
  default boolean matchesPatterns() {
    return false;
  }

  /**
   * The rules of a table that looks at a key's form, with as much of their values as does not come
   * from the key: for whoever looks at them before the table is asked. Empty for other tables, and
   * where they are not in memory.
   */
  default List<Row> rules() {
    return List.of();
  }

  /** As the administrator wrote it: {@code hash:/etc/postfix/access}. */
  String name();
}
