package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.json.Json;
import org.postroom.dist.control.Records;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.QueueChanges;
import org.postroom.dist.operation.QueueChanges.Chosen;
import org.postroom.dist.operation.QueueChanges.Done;
import org.postroom.dist.operation.QueueChoice;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.Asked;
import org.postroom.dist.operation.QueueOperations.Named;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom queue}: mail that waits or is held, whether a server runs or not. */
@Command(
    name = "queue",
    description = {
      "Mail in the queue: list, held, show; run, hold, release, park, unpark, expire, requeue and"
          + " delete for mails that are named, or for all that an option says; export and import"
          + " for what is parked."
    },
    mixinStandardHelpOptions = true)
public final class QueueApplet {
  private static final int MISSING = 65;
  private static final int FAILED = 75;

  /** So many ids are named in one question. */
  private static final int AT_ONCE = 500;

  @Spec private CommandSpec spec = CommandSpec.create();

  QueueApplet() {}

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  @Command(
      name = "list",
      description = {
        "Lists what is in the queue, as mailq does: \"*\" behind an id is under way, \"!\" is"
            + " held or parked, \"#\" ends with the next attempt."
      },
      mixinStandardHelpOptions = true)
  int list(
      @Mixin Place place,
      @Option(
              names = "--json",
              description =
                  "An object of JSON a line, with all that is known; one that has many"
                      + " recipients takes several.")
          boolean json) {
    if (json) {
      place
          .described()
          .ask(
              QueueOperations.LIST,
              Asked.ALL,
              page -> {
                page.mails().forEach(mail -> out().println(line(mail)));
                return out().checkError() ? Optional.empty() : Asked.ALL.behind(page);
              });
    } else {
      QueueListing.print(place.described(), out(), ZoneId.systemDefault());
    }
    return 0;
  }

  private static String line(WaitingMail mail) {
    return new String(Json.write(Records.toJson(mail)), UTF_8);
  }

  @Command(
      name = "held",
      description = "Lists what is held or parked.",
      mixinStandardHelpOptions = true)
  int held(@Mixin Place place) {
    place
        .described()
        .ask(
            QueueOperations.LIST,
            Asked.HELD,
            page -> {
              page.mails().forEach(mail -> out().println(heldLine(mail)));
              return out().checkError() ? Optional.empty() : Asked.HELD.behind(page);
            });
    return 0;
  }

  private static String heldLine(WaitingMail mail) {
    return mail.id()
        + " "
        + mail.arrived()
        + " "
        + mail.size()
        + " <"
        + mail.sender()
        + "> to "
        + String.join(", ", mail.recipients().stream().map(WaitingRecipient::address).toList());
  }

  @Command(
      name = "show",
      description = "Shows all that is known of a mail in the queue.",
      mixinStandardHelpOptions = true)
  int show(
      @Mixin Place place,
      @Option(names = "--json", description = "As JSON.") boolean json,
      @Parameters(paramLabel = "ID") String id) {
    List<WaitingMail> parts = new ArrayList<>();
    Named first = new Named(id, Optional.empty());
    place
        .described()
        .ask(
            QueueOperations.SHOW,
            first,
            page -> {
              parts.addAll(page.mails());
              return first.behind(page);
            });
    Map<String, @Nullable Object> shown = Records.toJson(parts.get(0));
    List<WaitingRecipient> recipients =
        parts.stream().flatMap(part -> part.recipients().stream()).toList();
    shown.put("recipients", recipients.stream().map(Records::toJson).toList());
    if (json) {
      out().println(Json.text(shown));
    } else {
      shown.remove("recipients");
      print("", shown);
      for (WaitingRecipient recipient : recipients) {
        out().println();
        print("  ", Records.toJson(recipient));
      }
    }
    return 0;
  }

  private void print(String margin, Map<String, @Nullable Object> members) {
    members.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> parts) {
            parts.forEach((part, its) -> out().println(margin + name + "." + part + ": " + its));
          } else {
            out().println(margin + name + ": " + value);
          }
        });
  }

  @Command(
      name = "run",
      description = "Has mail that waits tried now; ALL for all of it.",
      mixinStandardHelpOptions = true)
  int run(@Mixin Place place, @Mixin Choosing choosing) {
    return change(place, QueueChanges.RUN, choosing.choice(), "tried now");
  }

  @Command(
      name = "hold",
      description = "Keeps mail until it is released.",
      mixinStandardHelpOptions = true)
  int hold(@Mixin Place place, @Mixin Choosing choosing) {
    return change(place, QueueChanges.HOLD, choosing.choice(), "held");
  }

  @Command(
      name = "release",
      description = "Lets held mail go: it is delivered like any other.",
      mixinStandardHelpOptions = true)
  int release(@Mixin Place place, @Mixin Choosing choosing) {
    return change(place, QueueChanges.RELEASE, choosing.choice(), "released");
  }

  @Command(
      name = "park",
      description = "Puts mail aside until it is taken up again, as for a site that is away.",
      mixinStandardHelpOptions = true)
  int park(@Mixin Place place, @Mixin Choosing choosing) {
    return change(place, QueueChanges.PARK, choosing.choice(), "parked");
  }

  @Command(
      name = "unpark",
      description = "Takes up parked mail again.",
      mixinStandardHelpOptions = true)
  int unpark(@Mixin Place place, @Mixin Choosing choosing) {
    return change(place, QueueChanges.UNPARK, choosing.choice(), "unparked");
  }

  @Command(
      name = "expire",
      description = {
        "Ends mail: it is not sent any more, and its sender hears so, with the next attempt.",
        "That is when it is due (queue run: now); for what is held, when it is released."
      },
      mixinStandardHelpOptions = true)
  int expire(@Mixin Place place, @Mixin Choosing choosing) {
    return change(place, QueueChanges.EXPIRE, choosing.choice(), "expired");
  }

  @Command(
      name = "requeue",
      description = {
        "Sends mail on its way again by the configuration of today, under new ids.",
        "What is held or parked is left alone unless its id is named; it goes on its way then."
      },
      mixinStandardHelpOptions = true)
  int requeue(@Mixin Place place, @Mixin Choosing choosing) {
    return change(place, QueueChanges.REQUEUE, choosing.choice(), "requeued");
  }

  @Command(
      name = "delete",
      description = "Deletes mail, for good and without a word to its sender.",
      mixinStandardHelpOptions = true)
  int delete(@Mixin Place place, @Mixin Choosing choosing) {
    return change(place, QueueChanges.DELETE, choosing.choice(), "deleted");
  }

  @Command(
      name = "export",
      description = {
        "Writes parked mail into a folder, two files each: ID.json, what is known of it, and"
            + " ID.eml, its octets. What is not parked stays: it might be sent meanwhile."
      },
      mixinStandardHelpOptions = true)
  int export(
      @Mixin Place place,
      @Option(names = "--delete", description = "Deletes from the queue what was written.")
          boolean delete,
      @Parameters(paramLabel = "DIR") Path folder) {
    return withFiles(
        () -> {
          int mails = new QueueFolder(folder).export(place.described(), delete, out());
          out().println(mails + (mails == 1 ? " mail" : " mails") + " exported");
          return 0;
        });
  }

  @Command(
      name = "import",
      description = {
        "Takes in what was exported, under the same ids and as it was; it stays parked until it is"
            + " unparked. ID.json is called ID.json.imported afterwards. Needs a server that runs.",
        "The same for what sendmail has left in its queue, qfID and dfID, in DIR or with dfID in the"
            + " folder df beside it, while sendmail does not run."
      },
      mixinStandardHelpOptions = true)
  int bring(@Mixin Place place, @Parameters(paramLabel = "DIR") Path folder) {
    return withFiles(
        () -> {
          List<String> faults = new ArrayList<>();
          int mails = new QueueFolder(folder).bring(place.described(), faults, out());
          out().println(mails + (mails == 1 ? " mail" : " mails") + " imported");
          out().flush();
          faults.forEach(this::error);
          return faults.isEmpty() ? 0 : MISSING;
        });
  }

  private int withFiles(IntSupplier work) {
    try {
      return work.getAsInt();
    } catch (UncheckedIOException e) {
      error(String.valueOf(e.getMessage()));
      return FAILED;
    }
  }

  private void error(String text) {
    out().flush();
    spec.commandLine().getErr().println("postroom: error: " + text);
  }

  /** Prints each mail with which it was done, and how many they were. */
  private int change(
      Place place, Operation<Chosen, Done> operation, QueueChoice choice, String done) {
    Tally tally = new Tally(done);
    for (QueueChoice part : parts(choice)) {
      Chosen first = new Chosen(part);
      place
          .described()
          .ask(
              operation,
              first,
              answer -> {
                tally.add(answer);
                return first.behind(answer);
              });
    }
    out()
        .println(
            tally.mails
                + (tally.mails == 1 ? " mail, " : " mails, ")
                + tally.recipients
                + (tally.recipients == 1 ? " recipient " : " recipients ")
                + done);
    out().flush();
    tally.missing.forEach(
        id ->
            spec.commandLine()
                .getErr()
                .println("postroom: error: no mail that could be " + done + " is " + id));
    tally.failed.forEach(
        (id, reason) ->
            spec.commandLine()
                .getErr()
                .println("postroom: error: " + id + " is not " + done + ": " + reason));
    if (!tally.failed.isEmpty()) {
      return FAILED;
    }
    return tally.missing.isEmpty() ? 0 : MISSING;
  }

  /** A question has so many ids and no more, however many a shell hands over. */
  private static List<QueueChoice> parts(QueueChoice choice) {
    if (choice.ids().size() <= AT_ONCE) {
      return List.of(choice);
    }
    if (choice.ids().contains(QueueChoice.ALL)) {
      return List.of(choice.naming(List.of(QueueChoice.ALL)));
    }
    List<QueueChoice> parts = new ArrayList<>();
    List<String> ids = List.copyOf(new LinkedHashSet<>(choice.ids()));
    for (int i = 0; i < ids.size(); i += AT_ONCE) {
      parts.add(choice.naming(ids.subList(i, Math.min(ids.size(), i + AT_ONCE))));
    }
    return parts;
  }

  /** What answers come to. */
  private final class Tally {
    private final String done;
    private final Set<String> missing = new LinkedHashSet<>();
    private final Map<String, String> failed = new LinkedHashMap<>();
    private String last = "";
    private long mails;
    private long recipients;

    Tally(String done) {
      this.done = done;
    }

    void add(Done answer) {
      for (String id : answer.ids()) {
        if (!id.equals(last)) { // one with many recipients is in several answers
          out().println(done + " " + id);
          mails++;
        }
        last = id;
      }
      recipients += answer.recipients();
      missing.addAll(answer.missing());
      answer.failed().forEach(one -> failed.putIfAbsent(one.id(), one.reason()));
    }
  }
}
