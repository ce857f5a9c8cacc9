package org.postroom.core.table;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.LogicalLines;

/**
 * The logical lines of one table's source, and what was found to be said about them, each with its
 * file and line. Few are kept: a file can be wrong in all of its lines.
 */
final class TableLines {

  private static final int MOST_WARNINGS = 20;

  private final String source;

  /** Made once: all rows of a table have it. */
  private final String prefix;

  private final @Nullable LogicalLines lines;
  private final List<String> inline;
  private final List<String> warnings = new ArrayList<>();
  private int left;
  private int lost;
  private int at;
  private String text = "";

  /**
   * @param source its name in warnings
   */
  TableLines(String source, Reader reader) {
    this.source = source;
    this.prefix = source + ", line ";
    this.lines = new LogicalLines(reader);
    this.inline = List.of();
  }

  /** Rules that stand in the configuration itself. */
  TableLines(String source, List<String> inline) {
    this.source = source;
    this.prefix = source + ", rule ";
    this.lines = null;
    this.inline = inline;
  }

  static TableLines of(String source, String text) {
    return new TableLines(source, new StringReader(text));
  }

  boolean next() throws IOException {
    if (lines == null) {
      if (at == inline.size()) {
        return false;
      }
      text = LogicalLines.trimmed(inline.get(at++));
      return true;
    }
    while (lines.next()) {
      text = lines.text();
      at = lines.line();
      if (!LogicalLines.isSpace(text.charAt(0))) {
        return true;
      }
      lose("logical line must not start with whitespace: \"" + LogicalLines.trimmed(text) + "\"");
    }
    if (lines.isDamaged()) {
      at = 0;
      lose("something in it is not UTF-8");
    }
    return false;
  }

  /** The line; never empty in a file. */
  String text() {
    return text;
  }

  /** Where, as log lines say it. */
  String place() {
    return at == 0 ? source : prefix + at;
  }

  /** What stands before the number of a line. */
  String prefix() {
    return prefix;
  }

  /** The number of the line. */
  int number() {
    return at;
  }

  /** What this line gives for its key. */
  Row row(String value) {
    return new Row(value, prefix, at);
  }

  /** The line is passed over, or something in it. */
  void lose(String what) {
    lost++;
    warn(what);
  }

  /** Whether everything that is written counts. */
  boolean isWhole() {
    return lost == 0;
  }

  /** The line is passed over because another one counts, or taken though it looks wrong. */
  void warn(String what) {
    warn(place(), what);
  }

  /** The same, of another line. */
  void warn(String place, String what) {
    if (warnings.size() < MOST_WARNINGS) {
      warnings.add(place + ": " + what);
    } else {
      left++;
    }
  }

  /** The table cannot be used. */
  BadValue bad(String what) {
    return new BadValue(place() + ": " + what);
  }

  List<String> warnings() {
    if (left == 0) {
      return List.copyOf(warnings);
    }
    List<String> all = new ArrayList<>(warnings);
    all.add(source + ": " + left + " more of the kind");
    return all;
  }
}
