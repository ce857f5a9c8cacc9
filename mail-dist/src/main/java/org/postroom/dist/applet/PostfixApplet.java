package org.postroom.dist.applet;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Report;
import org.postroom.core.trouble.Reason;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.assembly.Checked;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.QueueChanges;
import org.postroom.dist.operation.QueueChoice;
import org.postroom.dist.operation.ReloadOperation;
import org.postroom.dist.operation.StatusOperation;
import org.postroom.storage.StorageFault;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code postfix}: starts, ends and asks the server, with the words of Postfix's.
 *
 * <p>DIAGNOSTICS: exit status 0 done, or it runs; 1 with the reason on standard error.
 */
@Command(
    name = "postfix",
    description = {
      "Starts, ends and asks the server, as Postfix's postfix(1) does.",
      "start: in the background (postroom serve: in the foreground); by root, as the user whose the"
          + " data folder is. stop: when what is under way is done. abort: at once. reload: has it"
          + " obey its files as they are. check: says what is wrong with them. status: exit status"
          + " 0 where it runs. flush: tries all that waits. -c FOLDER: that of main.cf (default:"
          + " that of MAIL_CONFIG, /etc/postroom)."
    })
public final class PostfixApplet implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SYSTEM = "the Postroom mail system";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Parameters(arity = "0..*", paramLabel = "OPTION|COMMAND", description = "As postfix's.")
  private List<String> words = new ArrayList<>();

  PostfixApplet() {}

  @Override
  public Integer call() {
    Getopt options;
    try {
      options = Getopt.parse("c:Dv", words);
    } catch (Getopt.Misused e) {
      say(String.valueOf(e.getMessage()));
      return fail("usage: postfix [-c config_dir] [-Dv] command");
    }
    if (options.operands().size() != 1) {
      return fail("usage: postfix [-c config_dir] [-Dv] command");
    }
    Optional<Path> configuration = options.last('c').map(Path::of);
    UsualPlace place = new UsualPlace(Caller.of(spec));
    Supplier<DescribedServer> described = () -> place.described(configuration, Optional.empty());
    Supplier<AskedServer> asked = () -> place.asked(configuration, Optional.empty());
    try {
      return switch (options.operands().get(0)) {
        case "start" -> start(described.get(), place.folder(configuration).resolve("main.cf"));
        case "start-fg" -> fail("in the foreground it is run by postroom serve");
        case "stop" -> stop(described.get(), false);
        case "abort" -> stop(described.get(), true);
        case "reload" -> reload(asked.get());
        case "flush" -> flush(asked.get());
        case "check" -> check(described.get());
        case "status" -> status(asked.get());
        case "set-permissions", "upgrade-configuration" -> 0;
        default -> fail("unknown command: '" + options.operands().get(0) + "'");
      };
    } catch (OperationRefused e) {
      return fail(
          e.kind() == OperationRefused.Kind.NO_SERVER
              ? SYSTEM + " is not running"
              : String.valueOf(e.getMessage()));
    } catch (BadConfiguration | StorageFault e) {
      return fail(String.valueOf(e.getMessage()));
    }
  }

  private static long process(AskedServer server) {
    return server.ask(StatusOperation.STATUS, new Nothing()).process();
  }

  private static boolean runs(DescribedServer server) {
    try {
      return process(server) > 0;
    } catch (OperationRefused e) {
      return false;
    }
  }

  private int status(AskedServer server) {
    say(SYSTEM + " is running: PID: " + process(server));
    return 0;
  }

  private int start(DescribedServer server, Path mainCf) {
    Optional<Path> unit = ServerInBackground.unit();
    if (unit.isPresent()) {
      return fail(
          "systemd runs it (" + unit.get() + "): systemctl start " + unit.get().getFileName());
    }
    if (check(server) != 0) {
      return FAILED;
    }
    if (runs(server)) {
      return fail(SYSTEM + " is already running");
    }
    Optional<String> launcher = Optional.ofNullable(System.getenv("POSTROOM_COMMAND"));
    if (launcher.isEmpty()) {
      return fail("it is not known by which command it starts: say postroom postfix start");
    }
    Optional<ServiceUser> user;
    try {
      Checked checked = server.checked();
      user = ServiceUser.of(checked);
      if (user.isPresent()) {
        user.get().makeRoom(checked);
      }
    } catch (IOException e) {
      return fail("its user's folders cannot be seen to: " + Reason.withFile(e));
    }
    Optional<String> trouble =
        ServerInBackground.start(launcher.get(), mainCf, user, () -> runs(server), PATIENCE);
    trouble.ifPresent(this::fail);
    return trouble.isPresent() ? FAILED : 0;
  }

  private int stop(DescribedServer server, boolean atOnce) {
    long process = process(server);
    say((atOnce ? "aborting " : "stopping ") + SYSTEM);
    Optional<String> trouble = ServerInBackground.end(process, atOnce, PATIENCE);
    trouble.ifPresent(this::fail);
    return trouble.isPresent() ? FAILED : 0;
  }

  private int reload(AskedServer server) {
    say("refreshing " + SYSTEM);
    server
        .ask(ReloadOperation.RELOAD, new Nothing())
        .warnings()
        .forEach(spec.commandLine().getErr()::println);
    return 0;
  }

  private static int flush(AskedServer server) {
    QueueChanges.Chosen first = new QueueChanges.Chosen(QueueChoice.of(List.of(QueueChoice.ALL)));
    server.ask(QueueChanges.RUN, first, first::behind);
    return 0;
  }

  private int check(DescribedServer server) {
    Report report = server.report();
    report.said().forEach(line -> say(line));
    report.faults().forEach(fault -> say("error: " + fault));
    return report.isGood() ? 0 : FAILED;
  }

  private int fail(String why) {
    say("fatal: " + why);
    return FAILED;
  }

  private void say(String line) {
    spec.commandLine().getErr().println("postfix: " + line);
  }
}
