package org.postroom.dist.applet;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What each command finds above it: who has called it, and the way to other commands. */
interface CommandTable {

  /** That of a command. */
  static CommandTable of(CommandSpec spec) {
    return (CommandTable) spec.root().userObject();
  }

  /** Whose command it is. */
  Caller caller();

  /**
   * The command line with the one command that the words begin with; with all of them where they
   * begin with none.
   *
   * @param caller whose command that is
   */
  CommandLine line(Caller caller, String... words);
}
