package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.postroom.core.secret.Secret;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.applet.doveadm.Doveadm;
import org.postroom.dist.applet.doveadm.PasswordWords;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.ReloadOperation;
import org.postroom.dist.operation.Status;
import org.postroom.dist.operation.StatusOperation;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code doveadm}: asks and changes what the server keeps, with the words of Dovecot's. */
@Command(
    name = "doveadm",
    description = {
      "Asks and changes what the server keeps, as Dovecot's doveadm(1) does.",
      "-f table|flow|pager|tab|json: the form of answers. -c FILE: a main.cf, or its folder"
          + " (default: that of MAIL_CONFIG, /etc/postroom).",
      "user MASK; auth test USER [PASSWORD]; quota get|recalc;",
      "mailbox list|status|create|delete|rename|subscribe|unsubscribe|mutf7, each with -u USER or -A;",
      "search QUERY; fetch FIELDS QUERY; flags add|remove|replace FLAGS QUERY; copy|move MAILBOX QUERY;"
          + " expunge QUERY, each with -u USER or -A;",
      "who [-1] [MASK] [ADDRESS]; kick MASK|ADDRESS; log errors|find|reopen|test;",
      "pw [-s SCHEME] [-p PASSWORD] [-t HASH]; reload; stop; service status; config [OPTIONS OF DOVECONF]."
    })
public final class DoveadmApplet implements Callable<Integer> {
  private static final int USAGE = 64;
  private static final int TEMPORARY = 75;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String USAGE_LINE =
      "usage: doveadm [-Dv] [-f <formatter>] auth|config|copy|expunge|fetch|flags|kick|log|mailbox|move|pw|quota"
          + "|reload|search|service|stop|user|who [<args>]";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Parameters(arity = "0..*", paramLabel = "OPTION|COMMAND", description = "As doveadm's.")
  private List<String> words = new ArrayList<>();

  DoveadmApplet() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Getopt options;
    try {
      options = Getopt.parse("Dvf:c:", words);
    } catch (Getopt.Misused e) {
      err.println("doveadm: " + e.getMessage());
      return USAGE;
    }
    if (options.operands().isEmpty()) {
      err.println(USAGE_LINE);
      return USAGE;
    }
    Caller caller = Caller.of(spec);
    UsualPlace place = new UsualPlace(caller);
    Optional<Path> configuration = options.last('c').map(Path::of);
    AskedServer server = place.asked(configuration, Optional.empty());
    String command = options.operands().get(0);
    List<String> rest = options.operands().subList(1, options.operands().size());
    Doveadm doveadm =
        new Doveadm(server, Clock.system(caller.zone()), options.last('f'), this::typed, out, err);
    return switch (command) {
      case "config" -> config(rest);
      case "log" ->
          doveadm.log(
              rest, () -> place.described(configuration, Optional.empty()).checked().settings());
      case "pw" -> password(rest);
      case "reload", "stop", "service" -> server(server, doveadm, command, rest);
      case "search", "fetch", "flags", "expunge", "move", "copy" ->
          messages(doveadm, command, rest);
      case "auth", "force-resync", "index", "kick", "mailbox", "purge", "quota", "user", "who" ->
          doveadm.run(command, rest);
      default -> {
        err.println("doveadm: there is no command " + command);
        err.println(USAGE_LINE);
        yield USAGE;
      }
    };
  }

  /** As many as there are, of which some have to be in memory. */
  private int messages(Doveadm doveadm, String command, List<String> rest) {
    Caller.of(spec).needsOwnProcess();
    return doveadm.run(command, rest);
  }

  /** Takes as long as the caller wants. */
  private int password(List<String> rest) {
    Caller.of(spec).needsOwnProcess();
    return new PasswordWords(spec.commandLine().getOut(), spec.commandLine().getErr(), this::typed)
        .run(rest);
  }

  /** What doveconf prints. */
  private int config(List<String> rest) {
    Caller.of(spec).needsOwnProcess();
    List<String> line = new ArrayList<>(List.of("doveconf"));
    line.addAll(rest);
    String[] all = line.toArray(String[]::new);
    CommandLine doveconf = CommandTable.of(spec).line(Caller.of(spec), all);
    doveconf.setOut(spec.commandLine().getOut()).setErr(spec.commandLine().getErr());
    return CommandRun.of(doveconf, all);
  }

  private int server(AskedServer server, Doveadm doveadm, String command, List<String> rest) {
    PrintWriter err = spec.commandLine().getErr();
    try {
      if (command.equals("reload")) {
        server.ask(ReloadOperation.RELOAD, new Nothing()).warnings().forEach(err::println);
        return 0;
      }
      Status status = server.ask(StatusOperation.STATUS, new Nothing());
      if (command.equals("stop")) {
        Caller.of(spec).needsOwnProcess();
        Optional<String> trouble = ServerInBackground.end(status.process(), false, PATIENCE);
        trouble.ifPresent(why -> err.println("doveadm: Error: " + why));
        return trouble.isPresent() ? TEMPORARY : 0;
      }
      if (!rest.equals(List.of("status"))) {
        err.println("usage: doveadm service status");
        return USAGE;
      }
      return doveadm.status(status);
    } catch (OperationRefused e) {
      e.reasons().forEach(reason -> err.println("doveadm: Error: " + reason));
      return TEMPORARY;
    }
  }

  /** The first line of standard input. */
  private Secret typed() {
    try {
      String line =
          new BufferedReader(new InputStreamReader(Caller.of(spec).in(), UTF_8)).readLine();
      return Secret.of(line == null ? "" : line);
    } catch (IOException e) {
      throw new UncheckedIOException("standard input cannot be read", e);
    }
  }
}
