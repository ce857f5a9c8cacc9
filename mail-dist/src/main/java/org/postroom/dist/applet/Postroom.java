package org.postroom.dist.applet;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import org.postroom.dist.MailServer;
import org.postroom.dist.log.LateLogging;
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

  /** What logs from its first moment on. */
  private static final List<String> SERVERS = List.of("serve", "fixture");

  /** The configuration of the logging library that the launcher names. */
  private static final String LAUNCHERS = "postroom-logback.xml";

  /**
   * All commands, in the order in which the help has them, by the names that they give themselves:
   * to read those of all takes longer than most commands.
   */
  private static final List<Named> COMMANDS =
      List.of(
          new Named("serve", ServeApplet.class),
          new Named("check", CheckApplet.class),
          new Named("self", SelfApplet.class),
          new Named("doctor", DoctorApplet.class),
          new Named("dns", DnsApplet.class),
          new Named("reload", ReloadApplet.class),
          new Named("status", StatusApplet.class),
          new Named("listen", ListenApplet.class),
          new Named("explain", ExplainApplet.class),
          new Named("user", UserApplet.class),
          new Named("quota", QuotaApplet.class),
          new Named("queue", QueueApplet.class),
          new Named("tls", TlsApplet.class),
          new Named("mail", MailApplet.class),
          new Named("fetch", FetchApplet.class),
          new Named("fixture", FixtureApplet.class),
          new Named("faults", FaultsApplet.class),
          new Named("sendmail", SendmailApplet.class),
          new Named("postqueue", PostqueueApplet.class),
          new Named("postsuper", PostsuperApplet.class),
          new Named("postcat", PostcatApplet.class),
          new Named("postconf", PostconfApplet.class),
          new Named("postmap", PostmapApplet.class),
          new Named("postalias", PostaliasApplet.class),
          new Named("postfix", PostfixApplet.class),
          new Named("manual", ManualApplet.class),
          new Named("doveconf", DoveconfApplet.class),
          new Named("import", ImportApplet.class),
          new Named("doveadm", DoveadmApplet.class));

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

  private record Named(String name, Class<?> type) {}

  /** Runs one applet and ends the JVM with its exit status. */
  public static void main(String[] args) {
    if (args.length > 0 && !SERVERS.contains(args[0])) {
      logWhenThereIsSomething();
    }
    System.exit(run(args));
  }

  /** Where the launcher says how the log looks; whoever says otherwise wants it so. */
  private static void logWhenThereIsSomething() {
    if (LAUNCHERS.equals(System.getProperty("logback.configurationFile"))
        && System.getProperty(LateLogging.PROPERTY) == null) {
      System.setProperty(LateLogging.PROPERTY, LateLogging.class.getName());
      // It would say on standard error that it was told so.
      System.setProperty("slf4j.internal.verbosity", "WARN");
    }
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
    List<Named> meant =
        COMMANDS.stream()
            .filter(command -> words.length > 0 && command.name().equals(words[0]))
            .toList();
    for (Named command : meant.isEmpty() ? COMMANDS : meant) {
      CommandLine added = new CommandLine(command.type());
      if (FOREIGN.contains(command.name())) {
        asTheyAre(added);
      }
      line.addSubcommand(added);
    }
    return line;
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
