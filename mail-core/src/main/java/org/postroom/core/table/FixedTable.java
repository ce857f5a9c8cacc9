package org.postroom.core.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** A table that stands in the configuration, with all of its rules. */
record FixedTable(String name, Lookup content, boolean matchesPatterns) implements LookupTable {

  static FixedTable of(Opening in, Format format, List<String> rules) {
    TableLines lines = new TableLines(in.text(), rules);
    try {
      Lookup content = format.read(lines, 0);
      lines.warnings().forEach(in::note);
      return new FixedTable(in.text(), content, true);
    } catch (IOException e) {
      throw new UncheckedIOException("there is no file", e);
    }
  }

  @Override
  public Optional<String> find(String key) {
    return content.find(key);
  }

  @Override
  public Optional<Row> row(String key) {
    return content.row(key);
  }

  @Override
  public List<Row> rules() {
    return content.rules();
  }

  @Override
  public Optional<String> find(String key, Effort effort) {
    return content.find(key, effort);
  }
}
