package org.postroom.core.table;

import java.io.IOException;
import org.postroom.core.config.LogicalLines;

/** {@code key value}, as postmap(1) takes it: the source of hash, texthash and their kin. */
final class KeyValueFormat implements Format {

  @Override
  public Lookup read(TableLines lines, long octets) throws IOException {
    PackedEntries.Builder entries = new PackedEntries.Builder(lines.prefix(), octets);
    read(lines, entries);
    return entries.build();
  }

  /** Hands over each entry as it is written, in its order. */
  static void read(TableLines lines, Entries entries) throws IOException {
    while (lines.next()) {
      String line = lines.text();
      int end = keyEnd(line);
      String key = line.substring(0, end);
      String value = LogicalLines.trimmed(line.substring(end));
      if (value.isEmpty()) {
        lines.lose("expected format: key whitespace value -- ignoring this line");
        continue;
      }
      if (key.endsWith(":")) {
        lines.warn("record is in \"key: value\" format; is this an alias file?");
      }
      if (!entries.put(key, value, lines.number())) {
        lines.warn("duplicate entry: \"" + key + "\" -- ignoring this line");
      }
    }
  }

  /** White space in quotes belongs to the key, and the quotes do, too. */
  private static int keyEnd(String line) {
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && LogicalLines.isSpace(c)) {
        return i;
      }
    }
    return line.length();
  }
}
