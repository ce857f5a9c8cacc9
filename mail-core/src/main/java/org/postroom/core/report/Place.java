package org.postroom.core.report;

import org.jspecify.annotations.Nullable;

/**
 * Where a setting was written.
 *
 * @param source a file's name as it was given to us, or what else the value came from
 * @param line counted from 1; 0 where there are no lines
 */
public record Place(String source, int line) {

  /** A value that nobody wrote. */
  public static final Place DEFAULT = new Place("built-in default", 0);

  /** A value that the embedding program or the command line gave. */
  public static final Place PROGRAM = new Place("program", 0);

  /** A table, whose words name its file and line. */
  public static final Place TABLES = new Place("tables", 0);

  // As a record's are, without what the JVM makes up for them at their first use: a start asks.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Place place && line == place.line && source.equals(place.source);
  }

  @Override
  public int hashCode() {
    return 31 * source.hashCode() + line;
  }

  @Override
  public String toString() {
    return line > 0 ? source + ", line " + line : source;
  }
}
