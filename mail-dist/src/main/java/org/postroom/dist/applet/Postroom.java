package org.postroom.dist.applet;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import org.postroom.dist.MailServer;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code postroom serve}, {@code postroom user add} … */
@Command(
    name = "postroom",
    description = "A whole mail server: SMTP, POP3 and IMAP over one SQL store.",
    mixinStandardHelpOptions = true,
    version = "Postroom " + MailServer.VERSION,
    subcommands = {
      ServeApplet.class,
      CheckApplet.class,
      SelfApplet.class,
      DoctorApplet.class,
      DnsApplet.class,
      ReloadApplet.class,
      StatusApplet.class,
      ExplainApplet.class,
      UserApplet.class,
      QuotaApplet.class,
      QueueApplet.class,
      TlsApplet.class,
      MailApplet.class,
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
      ImportApplet.class
    })
public final class Postroom {
  private static final int USAGE = 64;

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
          "doveconf");

  private Postroom() {}

  /** Runs one applet and ends the JVM with its exit status. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one applet. Faults are one clear message each, never a stack trace. */
  static int run(String... args) {
    return run(new CommandLine(new Postroom()), args);
  }

  /** The same, with what it says elsewhere. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(new CommandLine(new Postroom()).setOut(out).setErr(err), args);
  }

  /** The same, with what sendmail reads from elsewhere. */
  static int run(InputStream in, PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = new CommandLine(new Postroom()).setOut(out).setErr(err);
    SendmailApplet sendmail =
        Objects.requireNonNull(line.getSubcommands().get("sendmail")).getCommand();
    sendmail.reads(in);
    return run(line, args);
  }

  private static int run(CommandLine line, String... args) {
    for (String name : FOREIGN) {
      asTheyAre(Objects.requireNonNull(line.getSubcommands().get(name)));
    }
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
