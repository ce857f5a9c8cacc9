package org.postroom.core.table;

import java.io.IOException;
import org.postroom.core.config.LogicalLines;

/** {@code name: value, value}, as aliases(5) says; the value is kept as it is written. */
final class AliasFormat implements Format {

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
      int colon = colon(line);
      String name = colon < 0 ? "" : LogicalLines.trimmed(line.substring(0, colon));
      String value = colon < 0 ? "" : LogicalLines.trimmed(line.substring(colon + 1));
      if (name.isEmpty() || value.isEmpty()) {
        lines.lose("need name:value pair -- ignoring this line");
      } else if (name.charAt(0) != '"' && name.indexOf('@') >= 0) {
        lines.lose("name must be local -- ignoring this line");
      } else if (!entries.put(unquoted(name), value, lines.number())) {
        lines.warn("duplicate entry: \"" + unquoted(name) + "\" -- ignoring this line");
      }
    }
  }

  /** The first colon outside of quotes; -1 where there is none. */
  private static int colon(String line) {
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ':' && !quoted) {
        return i;
      }
    }
    return -1;
  }

  private static String unquoted(String name) {
    if (name.indexOf('"') < 0 && name.indexOf('\\') < 0) {
      return name;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '\\' && i + 1 < name.length()) {
        plain.append(name.charAt(++i));
      } else if (c != '"') {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
