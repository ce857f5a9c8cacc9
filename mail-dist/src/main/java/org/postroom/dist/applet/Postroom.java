package org.postroom.dist.applet;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.postroom.dist.log.Journal;
import org.postroom.dist.log.LateLogging;
import picocli.CommandLine;

/** The command line: {@code postroom serve}, {@code postroom user add} … */
public final class Postroom {
  /** What logs from its first moment on. */
  private static final List<String> SERVERS = List.of("serve", "fixture");

  /** The configuration of the logging library that the launcher names. */
  private static final String LAUNCHERS = "postroom-logback.xml";

  private Postroom() {}

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

  private static int run(String... args) {
    CommandLine line = Commands.line(args);
    Optional.ofNullable(System.getenv("JOURNAL_STREAM"))
        .flatMap(Journal::err)
        .ifPresent(line::setErr);
    return run(line, args);
  }

  /** Runs one applet, with what it says elsewhere. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(Commands.line(args).setOut(out).setErr(err), args);
  }

  /** The same, with what it reads from elsewhere. */
  static int run(InputStream in, PrintWriter out, PrintWriter err, String... args) {
    Caller caller = new OwnProcess(in, new FileOutputStream(FileDescriptor.out));
    return run(Commands.all().line(caller, args).setOut(out).setErr(err), args);
  }

  private static int run(CommandLine line, String... args) {
    return CommandRun.of(line, args.length == 0 ? new String[] {"--help"} : args);
  }
}
