package org.postroom.core.table;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** A table that is being opened, and what its type's factory may need. */
interface Opening {

  /** The whole, {@code type:name}. */
  String text();

  String type();

  /** What stands behind the colon. */
  String name();

  /** Another table, under the same conditions. */
  LookupTable open(String text);

  /** A part of the name, for whoever has to mend it; not where values are secret. */
  String told(String part);

  /** The name as a file's path; {@link org.postroom.core.config.BadValue} for what is none. */
  Path path();

  /** Reads the file, and looks after it from now on. */
  LookupTable file(Format format);

  /** Whether the file is in the form of aliases(5). */
  boolean isAliases();

  /** Whether a value must not hold what was matched. */
  boolean isLiteral();

  /** Tells the administrator, once. */
  void note(String text);

  /** The embedding program's table of that name. */
  Optional<LookupTable> given();

  Optional<SqlSource> sql();

  Optional<RandomGenerator> random();

  Optional<Function<String, Optional<String>>> environment();
}
