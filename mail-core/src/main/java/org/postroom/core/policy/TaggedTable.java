package org.postroom.core.policy;

import java.util.Optional;
import org.postroom.core.table.Effort;
import org.postroom.core.table.LookupTable;
import org.postroom.core.table.Row;

/**
 * sendmail's access table as one side of a session sees it: a key with the tag of that side goes
 * before the same key without one, and addresses of IPv6 are marked.
 *
 * @param tag {@code Connect:}, {@code From:}, {@code To:}; empty where none is meant
 */
record TaggedTable(LookupTable table, String tag) implements LookupTable {
  /** The table type that is read so. */
  static final String TYPE = "accessdb:";

  @Override
  public Optional<String> find(String key) {
    return row(key).map(Row::value);
  }

  @Override
  public Optional<String> find(String key, Effort effort) {
    effort.take(4L * (tag.length() + key.length()));
    return find(key);
  }

  @Override
  public Optional<Row> row(String key) {
    Optional<Row> found = tagged(key);
    return found.isPresent() || key.indexOf(':') < 0 ? found : tagged("IPv6:" + key);
  }

  private Optional<Row> tagged(String key) {
    Optional<Row> found = tag.isEmpty() ? Optional.empty() : table.row(tag + key);
    return found.isPresent() ? found : table.row(key);
  }

  @Override
  public boolean mayBlock() {
    return table.mayBlock();
  }

  @Override
  public String name() {
    return table.name();
  }
}
