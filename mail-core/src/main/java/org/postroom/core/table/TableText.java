package org.postroom.core.table;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The text of a table of keys and values, entry by entry as it is written: for who checks, lists or
 * changes it. The same lines count that count for a look-up. All of it is held; whoever reads sees
 * to its size.
 *
 * @param entries in their order, those too whose key stands further up already
 * @param warnings what is to be said about lines, each with its place; not all where there are many
 * @param isWhole whether everything that is written counts: no line is passed over, but for
 *     comments and for keys that stand further up
 */
public record TableText(List<Entry> entries, List<String> warnings, boolean isWhole) {

  /** One entry, its key as it is written, and where it begins. */
  public record Entry(String key, String value, int line) {}

  /** How lines become entries. */
  public enum Form {
    /** {@code key value}, as postmap(1) takes it. */
    KEY_VALUE,
    /** {@code name: value, value}, as aliases(5) says. */
    ALIASES
  }

  public TableText {
    entries = List.copyOf(entries);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads to the end.
   *
   * @param source its name in warnings
   * @throws org.postroom.core.config.BadValue for a line that is too long
   */
  public static TableText read(String source, Reader text, Form form) throws IOException {
    TableLines lines = new TableLines(source, text);
    List<Entry> entries = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Entries taker =
        (key, value, line) -> {
          entries.add(new Entry(key, value, line));
          return seen.add(key.toLowerCase(Locale.ROOT));
        };
    if (form == Form.ALIASES) {
      AliasFormat.read(lines, taker);
    } else {
      KeyValueFormat.read(lines, taker);
    }
    return new TableText(entries, lines.warnings(), lines.isWhole());
  }
}
