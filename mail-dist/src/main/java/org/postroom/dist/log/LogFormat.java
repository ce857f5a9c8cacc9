package org.postroom.dist.log;

/** How the lines of the log look. */
public enum LogFormat {
  /** As Postfix and syslog write them: programs for Postfix's log read ours. */
  POSTFIX,
  /** One JSON object a line. */
  JSON
}
