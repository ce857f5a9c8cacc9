package org.postroom.dist.log;

import ch.qos.logback.classic.Level;

/** How much a line matters, by syslog's numbers (RFC 5424, 6.2.1). */
final class Severity {
  static final int ERROR = 3;
  static final int WARNING = 4;
  private static final int INFORMATIONAL = 6;
  private static final int DEBUG = 7;

  private Severity() {}

  static int of(Level level) {
    if (level.isGreaterOrEqual(Level.ERROR)) {
      return ERROR;
    }
    if (level.isGreaterOrEqual(Level.WARN)) {
      return WARNING;
    }
    return level.isGreaterOrEqual(Level.INFO) ? INFORMATIONAL : DEBUG;
  }
}
