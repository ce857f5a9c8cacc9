package org.postroom.dist.applet;

import picocli.CommandLine;

/**
 * A command and the name that it gives itself, which is known before the command is read: to read
 * all of them takes longer than most commands.
 *
 * @param foreign whether it is another mail system's, whose words are read as that one reads them
 */
record NamedCommand(String name, Class<?> type, boolean foreign) {

  /** One of our own. */
  static NamedCommand own(String name, Class<?> type) {
    return new NamedCommand(name, type, false);
  }

  /** One of another mail system. */
  static NamedCommand foreign(String name, Class<?> type) {
    return new NamedCommand(name, type, true);
  }

  /** Reads its words. */
  CommandLine line() {
    CommandLine line = new CommandLine(type);
    return foreign
        ? line.setUnmatchedOptionsArePositionalParams(true)
            .setExpandAtFiles(false)
            .setEndOfOptionsDelimiter("\0")
        : line;
  }
}
