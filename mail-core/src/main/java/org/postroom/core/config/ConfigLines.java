package org.postroom.core.config;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;

/**
 * Joins the physical lines of a configuration file to logical ones (postconf(5)): a line that
 * begins with white space continues the one before it; comments and empty lines between them do not
 * part them.
 */
final class ConfigLines {

  /** A logical line, and where it begins. */
  record Line(String text, Place place) {}

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final String source;
  private final List<Line> lines = new ArrayList<>();
  private final List<Notice> notices;
  private final StringBuilder logical = new StringBuilder();
  private int startLine;
  private boolean afterCommentedAssignment;

  private ConfigLines(String source, List<Notice> notices) {
    this.source = source;
    this.notices = notices;
  }

  /**
   * The lines of a file, without comments and empty ones.
   *
   * @param source the file's name
   * @param notices takes what an administrator should know about them
   */
  static List<Line> of(String source, String text, List<Notice> notices) {
    ConfigLines reader = new ConfigLines(source, notices);
    reader.read(text);
    return reader.lines;
  }

  private void read(String text) {
    int line = 0;
    int at = 0;
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      warn(1, "a byte order mark, which is skipped");
      at = 1;
    }
    while (at < text.length()) {
      int end = text.indexOf('\n', at);
      if (end < 0) {
        end = text.length();
      }
      readLine(++line, text.substring(at, end));
      at = end + 1;
    }
    finish();
  }

  private void readLine(int number, String raw) {
    String line = raw;
    int nul = line.indexOf('\0');
    if (nul >= 0) {
      warn(number, "a NUL byte; the rest of the line is lost");
      line = line.substring(0, nul);
    }
    String content = line.strip();
    if (content.isEmpty()) {
      return;
    }
    if (content.startsWith("#")) {
      afterCommentedAssignment = content.indexOf('=') > 0;
      return;
    }
    if (!Character.isWhitespace(line.charAt(0))) {
      finish();
      startLine = number;
      logical.append(content);
    } else if (startLine == 0) {
      warn(number, "logical line must not start with whitespace: \"" + content + "\"");
    } else {
      if (afterCommentedAssignment) {
        warn(number, "this line continues line " + startLine + ", not the comment above it");
      }
      logical.append(line.stripTrailing());
    }
    afterCommentedAssignment = false;
  }

  private void finish() {
    if (startLine > 0) {
      lines.add(new Line(logical.toString(), new Place(source, startLine)));
    }
    logical.setLength(0);
  }

  private void warn(int line, String text) {
    notices.add(Notice.warning(new Place(source, line), "", text));
  }
}
