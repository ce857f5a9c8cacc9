package org.postroom.core.table;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.config.LogicalLines;
import org.postroom.core.network.Network;

/** {@code network/length value}, {@code !}, {@code if} and {@code endif}: cidr_table(5). */
final class CidrFormat implements Format {

  /** A network, or all of its family that lies outside of it. */
  record Range(Network network, boolean outside) {}

  @Override
  public Lookup read(TableLines lines, long octets) throws IOException {
    CidrRules.Builder rules = new CidrRules.Builder();
    Deque<String> open = new ArrayDeque<>();
    while (lines.next()) {
      String line = lines.text();
      try {
        if (isWord("endif", line)) {
          if (open.isEmpty()) {
            lines.warn("ignoring ENDIF without matching IF");
          } else {
            open.pop();
            rules.end();
          }
        } else if (isWord("if", line)) {
          open.push(lines.place());
          rules.begin(range(LogicalLines.trimmed(line.substring(2))));
        } else {
          rule(line, rules, lines);
        }
      } catch (MalformedAddress e) {
        if (isWord("if", line)) {
          throw lines.bad(String.valueOf(e.getMessage()));
        }
        lines.warn(e.getMessage() + ": skipping this rule");
      }
    }
    if (!open.isEmpty()) {
      lines.warn(open.peek(), "IF has no matching ENDIF");
    }
    return rules.build();
  }

  private static void rule(String line, CidrRules.Builder rules, TableLines lines) {
    int start = line.startsWith("!") ? 1 : 0;
    while (start < line.length() && LogicalLines.isSpace(line.charAt(start))) {
      start++;
    }
    int end = start;
    while (end < line.length() && !LogicalLines.isSpace(line.charAt(end))) {
      end++;
    }
    String value = LogicalLines.trimmed(line.substring(end));
    if (value.isEmpty()) {
      lines.warn("no lookup result: skipping this rule");
    } else {
      rules.add(new Range(Network.parse(line.substring(start, end)), start > 0), lines.row(value));
    }
  }

  private static Range range(String text) {
    boolean outside = text.startsWith("!");
    return new Range(
        Network.parse(outside ? LogicalLines.trimmed(text.substring(1)) : text), outside);
  }

  /** Whether a line begins with the word, in any case, and the word ends there. */
  static boolean isWord(String word, String line) {
    return line.regionMatches(true, 0, word, 0, word.length())
        && (line.length() == word.length()
            || !Character.isLetterOrDigit(line.charAt(word.length())));
  }
}
