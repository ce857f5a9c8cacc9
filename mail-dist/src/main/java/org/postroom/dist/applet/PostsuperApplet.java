package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.QueueChanges;
import org.postroom.dist.operation.QueueChanges.Chosen;
import org.postroom.dist.operation.QueueChanges.Done;
import org.postroom.dist.operation.QueueChanges.Failed;
import org.postroom.dist.operation.QueueChoice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code postsuper}: deletes mail in the queue, holds it, lets it go, ends it or sends it on its
 * way again, with the options and the words of Postfix's. A structure to be checked there is none.
 *
 * <p>DIAGNOSTICS: each mail that is named has a line on standard error, and each kind of thing that
 * was done with any has one with its count. Exit status 0, also where no mail has the id; 64
 * misused; 69 the server does not run and would have to; 75 it could not be done with some, which
 * are named with the reason and are as they were.
 */
@Command(
    name = "postsuper",
    description = {
      "Works on mail in the queue, as Postfix's postsuper(1) does.",
      "-d ID: deletes it. -h ID: holds it. -H ID: releases it. -r ID: requeues it. -e ID: ends it with"
          + " the next attempt. -f ID: the same, and releases it. Each as often as need be; ID is -"
          + " for those on standard input, or ALL, of the queues (active, deferred, hold) that"
          + " follow. -r ALL leaves alone what is held, unless the queue hold is named. -p, -s, -S: nothing to do. -c FOLDER: that of main.cf (default: that of"
          + " MAIL_CONFIG, /etc/postroom)."
    })
public final class PostsuperApplet implements Callable<Integer> {
  private static final int USAGE = 64;
  private static final int UNAVAILABLE = 69;
  private static final int FAILED = 75;
  private static final int AT_ONCE = 500;
  private static final String USAGE_TEXT =
      "usage: postsuper [-c config_dir] [-d queue_id (delete)] [-e queue_id (expire)] [-f queue_id"
          + " (expire and/or un-hold)] [-h queue_id (hold)] [-H queue_id (un-hold)] [-p (purge"
          + " temporary files)] [-r queue_id (requeue)] [-s (structure fix)] [-S (redundant"
          + " structure fix)][-v (verbose)] [queue...]";

  /** Where mail can be, and where it never is here. */
  private static final List<String> QUEUES = List.of("active", "deferred", "hold");

  private static final Set<String> EMPTY = Set.of("incoming", "maildrop", "corrupt", "saved");

  /** What can be done, in the order in which it is. */
  private static final List<Deed> DEEDS =
      List.of(
          new Deed("d", QueueChanges.DELETE, "removed", "Deleted", List.of()),
          new Deed("r", QueueChanges.REQUEUE, "requeued", "Requeued", List.of()),
          new Deed("ef", QueueChanges.EXPIRE, "expired", "Force-expired", List.of()),
          new Deed("h", QueueChanges.HOLD, "placed on hold", "Placed on hold", List.of()),
          new Deed(
              "Hf",
              QueueChanges.RELEASE,
              "released from hold",
              "Released from hold",
              List.of("hold")));

  /**
   * One thing.
   *
   * @param letters the options that want it
   * @param each what is said of each mail
   * @param all what is said of all
   * @param queues where, unless it is said; empty for wherever it may be done unasked
   */
  private record Deed(
      String letters,
      Operation<Chosen, Done> operation,
      String each,
      String all,
      List<String> queues) {}

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean unusedHelp; // picocli acts upon it

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "The data folder of a server without a configuration.")
  private Optional<Path> data = Optional.empty();

  @Parameters(arity = "0..*", paramLabel = "OPTION|QUEUE", description = "As postsuper's.")
  private List<String> words = new ArrayList<>();

  PostsuperApplet() {}

  @Override
  public Integer call() {
    Getopt options;
    try {
      options = Getopt.parse("c:d:e:f:h:H:pr:sSv", words);
    } catch (Getopt.Misused e) {
      say(String.valueOf(e.getMessage()));
      return fail(USAGE, USAGE_TEXT);
    }
    for (String queue : options.operands()) {
      if (!QUEUES.contains(queue) && !EMPTY.contains(queue)) {
        return fail(USAGE, "invalid directory name: " + queue);
      }
    }
    if (options.given().stream().anyMatch(one -> one.value().equals("-"))) {
      Caller.of(spec).needsOwnProcess(); // what is before that may have been done
    }
    try {
      List<String> standardInput = new ArrayList<>();
      List<Tally> tallies = new ArrayList<>();
      for (Deed deed : DEEDS) {
        Set<String> ids = ids(options, deed, standardInput);
        if (!ids.isEmpty()) {
          tallies.add(perform(options, deed, ids));
        }
      }
      tallies.stream().filter(tally -> tally.mails > 0).forEach(tally -> say(tally.summary()));
      return tallies.stream().allMatch(tally -> tally.failed.isEmpty()) ? 0 : FAILED;
    } catch (OperationRefused e) {
      if (e.kind() != OperationRefused.Kind.NO_SERVER) {
        throw e;
      }
      return fail(UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  /** Those named for it, each once. */
  private Set<String> ids(Getopt options, Deed deed, List<String> standardInput) {
    Set<String> ids = new LinkedHashSet<>();
    for (Getopt.Given one : options.given()) {
      if (deed.letters().indexOf(one.letter()) < 0) {
        continue;
      }
      if (!one.value().equals("-")) {
        ids.add(one.value());
        continue;
      }
      if (standardInput.isEmpty()) {
        standardInput.addAll(lines());
      }
      ids.addAll(standardInput);
    }
    return ids;
  }

  private List<String> lines() {
    try {
      return new BufferedReader(new InputStreamReader(Caller.of(spec).in(), UTF_8))
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (UncheckedIOException e) {
      throw new IllegalStateException("standard input cannot be read: " + e.getMessage(), e);
    }
  }

  /** Does it; gives what it came to. */
  private Tally perform(Getopt options, Deed deed, Set<String> ids) {
    List<String> named = options.operands().stream().filter(QUEUES::contains).toList();
    List<String> queues = options.operands().isEmpty() ? deed.queues() : named;
    boolean isAnywhere = options.operands().isEmpty() || !named.isEmpty();
    Tally tally = new Tally(deed, ids.contains(QueueChoice.ALL));
    List<String> good = new ArrayList<>();
    for (String id : ids) {
      if (id.matches("[0-9A-Za-z]+")) {
        good.add(id);
      } else {
        say("warning: invalid mail queue id: " + id);
      }
    }
    List<String> wanted = tally.all ? List.of(QueueChoice.ALL) : good;
    for (int i = 0; isAnywhere && i < wanted.size(); i += AT_ONCE) {
      QueueChoice choice =
          QueueChoice.of(wanted.subList(i, Math.min(wanted.size(), i + AT_ONCE))).in(queues);
      Chosen first = new Chosen(choice);
      new UsualPlace(Caller.of(spec))
          .asked(options.last('c').map(Path::of), data)
          .ask(
              deed.operation(),
              first,
              answer -> {
                tally.add(answer);
                return first.behind(answer);
              });
    }
    return tally;
  }

  /** What answers come to. */
  private final class Tally {
    private final Deed deed;

    /** Whether all were meant: then none is named. */
    private final boolean all;

    private final Set<String> failed = new LinkedHashSet<>();
    private String last = "";
    private long mails;

    Tally(Deed deed, boolean all) {
      this.deed = deed;
      this.all = all;
    }

    void add(Done answer) {
      for (String id : answer.ids()) {
        if (!id.equals(last)) {
          mails++;
          if (!all) {
            say(id + ": " + deed.each());
          }
        }
        last = id;
      }
      for (Failed one : answer.failed()) {
        if (failed.add(one.id())) {
          say("warning: " + one.id() + ": not " + deed.each() + ": " + one.reason());
        }
      }
    }

    String summary() {
      return deed.all() + ": " + mails + (mails == 1 ? " message" : " messages");
    }
  }

  private int fail(int status, String why) {
    say("fatal: " + why);
    return status;
  }

  private void say(String line) {
    spec.commandLine().getErr().println("postsuper: " + line);
  }
}
