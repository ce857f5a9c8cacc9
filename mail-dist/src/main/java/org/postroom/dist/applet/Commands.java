package org.postroom.dist.applet;

import java.util.List;
import java.util.stream.Stream;
import org.postroom.dist.MailServer;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** All commands, below {@code postroom}. */
@Command(
    name = "postroom",
    description = "A whole mail server: SMTP, POP3 and IMAP over one SQL store.",
    mixinStandardHelpOptions = true,
    version = "Postroom " + MailServer.VERSION)
final class Commands implements CommandTable {
  private static final List<NamedCommand> ALL =
      Stream.of(OwnCommands.ALL, PostfixCommands.ALL, DovecotCommands.ALL)
          .flatMap(List::stream)
          .toList();

  private final Caller caller;

  private Commands(Caller caller) {
    this.caller = caller;
  }

  /** All of them, for nobody yet. */
  static CommandTable all() {
    return new Commands(new OwnProcess());
  }

  @Override
  public Caller caller() {
    return caller;
  }

  /** The names of those of other mail systems. */
  static List<String> foreign() {
    return ALL.stream().filter(NamedCommand::foreign).map(NamedCommand::name).toList();
  }

  /**
   * The command line with the one command that the words begin with: to make all of them takes
   * longer than most commands. Where the words begin with none, it has all, as for the help.
   */
  static CommandLine line(String... words) {
    return all().line(new OwnProcess(), words);
  }

  @Override
  public CommandLine line(Caller other, String... words) {
    CommandLine line = new CommandLine(new Commands(other));
    List<NamedCommand> meant =
        ALL.stream().filter(one -> words.length > 0 && one.name().equals(words[0])).toList();
    for (NamedCommand one : meant.isEmpty() ? ALL : meant) {
      line.addSubcommand(one.line());
    }
    return line;
  }
}
