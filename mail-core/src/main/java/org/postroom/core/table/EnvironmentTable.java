package org.postroom.core.table;

import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.config.BadValue;

/** {@code environ:}: a variable of the environment. */
record EnvironmentTable(String name, Function<String, Optional<String>> variables)
    implements LookupTable {

  static LookupTable open(Opening in) {
    return new EnvironmentTable(
        in.text(),
        in.environment()
            .orElseThrow(() -> new BadValue("there is no environment here: " + in.text())));
  }

  @Override
  public Optional<String> find(String key) {
    return variables.apply(key);
  }
}
