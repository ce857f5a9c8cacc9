package org.postroom.dist.applet;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import org.postroom.dist.MailServer;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code postroom serve}, {@code postroom user add} … */
@Command(
    name = "postroom",
    description = "A whole mail server: SMTP, POP3 and IMAP over one SQL store.",
    mixinStandardHelpOptions = true,
    version = "Postroom " + MailServer.VERSION)
public final class Postroom {
  private static final int USAGE = 64;

  /** All commands, in the order in which the help has them. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          ServeApplet.class,
          CheckApplet.class,
          SelfApplet.class,
          DoctorApplet.class,
          DnsApplet.class,
          ReloadApplet.class,
          StatusApplet.class,
          ListenApplet.class,
          ExplainApplet.class,
          UserApplet.class,
          QuotaApplet.class,
          QueueApplet.class,
          TlsApplet.class,
          MailApplet.class,
          FetchApplet.class,
          FixtureApplet.class,
          FaultsApplet.class,
          SendmailApplet.class,
          PostqueueApplet.class,
          PostsuperApplet.class,
          PostcatApplet.class,
          PostconfApplet.class,
          PostmapApplet.class,
          PostaliasApplet.class,
          PostfixApplet.class,
          ManualApplet.class,
          DoveconfApplet.class,
          ImportApplet.class,
          DoveadmApplet.class);

  /** Commands of other mail systems, whose options are read as those do. */
  static final List<String> FOREIGN =
      List.of(
          "sendmail",
          "postqueue",
          "postsuper",
          "postcat",
          "postconf",
          "postmap",
          "postalias",
          "postfix",
          "doveconf",
          "doveadm");

  private Postroom() {}

  /** Runs one applet and ends the JVM with its exit status. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one applet. Faults are one clear message each, never a stack trace. */
  static int run(String... args) {
    return run(line(args), args);
  }

  /** The same, with what it says elsewhere. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(line(args).setOut(out).setErr(err), args);
  }

  /** The same, with what sendmail reads from elsewhere. */
  static int run(InputStream in, PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = line(args).setOut(out).setErr(err);
    CommandLine sendmail = line.getSubcommands().get("sendmail");
    if (sendmail != null) {
      sendmail.<SendmailApplet>getCommand().reads(in);
    }
    return run(line, args);
  }

  /**
   * The command line with the one command that the words begin with: to make all of them takes
   * longer than most commands. Where the words begin with none, it has all, as for the help.
   */
  static CommandLine line(String... words) {
    CommandLine line = new CommandLine(new Postroom());
    List<Class<?>> meant =
        COMMANDS.stream()
            .filter(command -> words.length > 0 && nameOf(command).equals(words[0]))
            .toList();
    for (Class<?> command : meant.isEmpty() ? COMMANDS : meant) {
      CommandLine added = new CommandLine(command);
      if (FOREIGN.contains(nameOf(command))) {
        asTheyAre(added);
      }
      line.addSubcommand(added);
    }
    return line;
  }

  private static String nameOf(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  private static int run(CommandLine line, String... args) {
    line.setExecutionExceptionHandler(
        (trouble, command, parsed) -> Complaint.of(command.getErr(), trouble));
    line.setParameterExceptionHandler(
        (trouble, given) -> {
          trouble.getCommandLine().getErr().println("postroom: " + trouble.getMessage());
          trouble.getCommandLine().usage(trouble.getCommandLine().getErr());
          return USAGE;
        });
    return args.length == 0 ? line.execute("--help") : line.execute(args);
  }

  /** Its words are those of other mail systems, and mean something else to everybody else. */
  private static void asTheyAre(CommandLine command) {
    command
        .setUnmatchedOptionsArePositionalParams(true)
        .setExpandAtFiles(false)
        .setEndOfOptionsDelimiter("\0");
  }
}
