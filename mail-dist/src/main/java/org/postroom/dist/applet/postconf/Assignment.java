package org.postroom.dist.applet.postconf;

import org.postroom.core.config.LogicalLines;

/** {@code name = value} as somebody has typed it. */
record Assignment(String name, String value) {

  /** {@link Fatal} for what is none. */
  static Assignment parse(String text) {
    String trimmed = LogicalLines.trimmed(text);
    int equals = trimmed.indexOf('=');
    String name = equals < 0 ? "" : LogicalLines.trimmed(trimmed.substring(0, equals));
    if (equals == 0) {
      throw new Fatal("missing attribute name: \"" + text + "\"");
    }
    if (equals < 0 || name.chars().anyMatch(c -> LogicalLines.isSpace((char) c))) {
      throw new Fatal("missing '=' after attribute name: \"" + text + "\"");
    }
    return new Assignment(name, LogicalLines.trimmed(trimmed.substring(equals + 1)));
  }
}
