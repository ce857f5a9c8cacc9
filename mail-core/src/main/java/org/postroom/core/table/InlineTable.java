package org.postroom.core.table;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Braces;
import org.postroom.core.config.LogicalLines;

/** <code>inline:{ key = value, { key = text with spaces } }</code>; the last of a key counts. */
final class InlineTable {

  private InlineTable() {}

  static LookupTable open(Opening in) {
    Map<String, String> last = new LinkedHashMap<>();
    List<String> items = Braces.items(Braces.inside(in.name()));
    for (String item : items) {
      String entry = Braces.open(item) ? Braces.inside(item) : item;
      int equals = entry.indexOf('=');
      String key = equals < 0 ? "" : LogicalLines.trimmed(entry.substring(0, equals));
      String value = equals < 0 ? "" : LogicalLines.trimmed(entry.substring(equals + 1));
      if (key.isEmpty() || value.isEmpty()) {
        throw new BadValue(in.text() + ": expected key = value: " + in.told(item));
      }
      last.put(key.toLowerCase(Locale.ROOT), value);
    }
    if (items.isEmpty()) {
      throw new BadValue(in.text() + ": an empty table; it has to be: inline:{ key = value }");
    }
    PackedEntries.Builder entries = new PackedEntries.Builder("", in.name().length());
    last.forEach((key, value) -> entries.put(key, value, 0));
    return new FixedTable(in.text(), entries.build(), false);
  }
}
