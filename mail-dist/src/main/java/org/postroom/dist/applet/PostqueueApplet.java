package org.postroom.dist.applet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.postroom.core.address.Domain;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.QueueChanges;
import org.postroom.dist.operation.QueueChanges.Chosen;
import org.postroom.dist.operation.QueueChanges.Done;
import org.postroom.dist.operation.QueueChoice;
import org.postroom.storage.StorageFault;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code postqueue}: lists the queue and has it tried, with the options and the words of Postfix's.
 *
 * <p>DIAGNOSTICS: exit status 0 done, also where no mail has the id; 64 misused; 69 the server does
 * not run, or what is named may not be asked for; 77 this user may not do that
 * (authorized_mailq_users, authorized_flush_users).
 */
@Command(
    name = "postqueue",
    description = {
      "Lists the queue, or has it tried, as Postfix's postqueue(1) does.",
      "-p: lists it. -j: the same as JSON. -f: tries all that waits. -i ID: tries one mail. -s SITE:"
          + " tries what is for a domain of fast_flush_domains. -c FOLDER: that of main.cf (default:"
          + " that of MAIL_CONFIG, /etc/postroom)."
    })
public final class PostqueueApplet implements Callable<Integer> {
  private static final int USAGE = 64;
  private static final int UNAVAILABLE = 69;
  private static final int NOT_ALLOWED = 77;
  private static final String USAGE_TEXT =
      "usage: postqueue -f | postqueue -i queueid | postqueue -j | postqueue -p | postqueue -s"
          + " site";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "The data folder of a server without a configuration.")
  private Optional<Path> data = Optional.empty();

  @Parameters(arity = "0..*", paramLabel = "OPTION", description = "As postqueue's.")
  private List<String> words = new ArrayList<>();

  PostqueueApplet() {}

  @Override
  public Integer call() {
    Getopt options;
    try {
      options = Getopt.parse("fi:jps:c:v", words);
    } catch (Getopt.Misused e) {
      say(String.valueOf(e.getMessage()));
      return fail(USAGE, USAGE_TEXT);
    }
    List<Getopt.Given> modes =
        options.given().stream().filter(one -> "fijps".indexOf(one.letter()) >= 0).toList();
    if (modes.size() != 1 || !options.operands().isEmpty()) {
      return fail(USAGE, USAGE_TEXT);
    }
    AskedServer server =
        new UsualPlace(Caller.of(spec)).asked(options.last('c').map(Path::of), data);
    String value = modes.get(0).value();
    return switch (modes.get(0).letter()) {
      case 'f' -> run(server, QueueChanges.RUN, QueueChoice.of(List.of(QueueChoice.ALL)));
      case 'i' -> runMail(server, value);
      case 's' -> runSite(server, value);
      default -> list(server, modes.get(0).letter() == 'j');
    };
  }

  private int list(AskedServer server, boolean json) {
    try {
      if (json) {
        QueueLines.print(server, spec.commandLine().getOut());
      } else {
        QueueListing.print(server, spec.commandLine().getOut(), Caller.of(spec).zone());
      }
      return 0;
    } catch (OperationRefused e) {
      return e.kind() == OperationRefused.Kind.NOT_ALLOWED
          ? fail(NOT_ALLOWED, String.valueOf(e.getMessage()))
          : unavailable(e);
    } catch (StorageFault | BadConfiguration e) {
      return unavailable(e);
    }
  }

  private int unavailable(RuntimeException e) {
    return fail(
        UNAVAILABLE, "Queue report unavailable - mail system is down (" + e.getMessage() + ")");
  }

  private int runMail(AskedServer server, String id) {
    if (!id.matches("[0-9A-Za-z]+")) {
      return fail(UNAVAILABLE, "Cannot flush queue ID - invalid name: \"" + shortened(id) + "\"");
    }
    return run(server, QueueChanges.RUN, QueueChoice.of(List.of(id)));
  }

  private int runSite(AskedServer server, String site) {
    if (Domain.parse(site).isEmpty()) {
      return fail(
          UNAVAILABLE,
          "Cannot flush mail queue - invalid destination: \"" + shortened(site) + "\"");
    }
    return run(server, QueueChanges.RUN_SITE, QueueChoice.ofSite(site));
  }

  private int run(AskedServer server, Operation<Chosen, Done> operation, QueueChoice choice) {
    Chosen first = new Chosen(choice);
    try {
      server.ask(operation, first, first::behind);
      return 0;
    } catch (OperationRefused e) {
      return fail(
          e.kind() == OperationRefused.Kind.NOT_ALLOWED ? NOT_ALLOWED : UNAVAILABLE,
          e.kind() == OperationRefused.Kind.NO_SERVER
              ? "Cannot flush mail queue - mail system is down"
              : String.valueOf(e.getMessage()));
    }
  }

  private static String shortened(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "..." : text;
  }

  private int fail(int status, String why) {
    say("fatal: " + why);
    return status;
  }

  private void say(String line) {
    spec.commandLine().getErr().println("postqueue: " + line);
  }
}
