package org.postroom.dist.applet;

import picocli.CommandLine;

/** Runs a command: its faults are one clear message each, never a stack trace. */
final class CommandRun {
  private static final int USAGE = 64;

  private CommandRun() {}

  /** Its exit status. */
  static int of(CommandLine line, String... words) {
    line.setExecutionExceptionHandler(
        (trouble, command, parsed) -> Complaint.of(command.getErr(), trouble));
    line.setParameterExceptionHandler(
        (trouble, given) -> {
          trouble.getCommandLine().getErr().println("postroom: " + trouble.getMessage());
          trouble.getCommandLine().usage(trouble.getCommandLine().getErr());
          return USAGE;
        });
    return line.execute(words);
  }
}
