package org.postroom.core.table;

import java.util.Optional;
import org.postroom.core.config.Braces;

/** {@code static:value}: every key has it. */
record StaticTable(String name, Optional<String> value) implements LookupTable {

  static LookupTable open(Opening in) {
    String value = Braces.open(in.name()) ? Braces.inside(in.name()) : in.name();
    return new StaticTable(in.text(), Optional.of(value));
  }

  @Override
  public Optional<String> find(String key) {
    return value;
  }
}
