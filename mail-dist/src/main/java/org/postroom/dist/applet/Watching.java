package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.QueueChoice;
import org.postroom.dist.operation.WatchOperations;
import org.postroom.dist.operation.WatchOperations.Opened;
import org.postroom.dist.operation.WatchOperations.Outcome;
import org.postroom.dist.operation.WatchOperations.Sight;
import org.postroom.dist.operation.WatchOperations.Sights;
import org.postroom.dist.operation.WatchOperations.Wanted;
import org.postroom.storage.StorageFault;

/**
 * Mail that is watched while it is tried, shown as sendmail shows it: what a next hop says as it
 * says it, what is said to it behind "{@code >>> }", and {@code ADDRESS... Sent (REPLY)} for each
 * recipient.
 */
final class Watching {
  private final AskedServer server;
  private final PrintWriter out;
  private final Optional<Long> watch;

  private Watching(AskedServer server, PrintWriter out, Optional<Long> watch) {
    this.server = server;
    this.out = out;
    this.watch = watch;
  }

  /** None. */
  static Watching nothing(AskedServer server, PrintWriter out) {
    return new Watching(server, out, Optional.empty());
  }

  /** Begins one; none where no server runs, or too many watch already. */
  static Watching begun(AskedServer server, PrintWriter out) {
    List<Opened> opened = new ArrayList<>();
    try {
      server.askAsAnybody(
          WatchOperations.OPEN,
          new Nothing(),
          one -> {
            opened.add(one);
            return Optional.empty();
          });
    } catch (OperationRefused | BadConfiguration | StorageFault e) {
      return nothing(server, out); // whoever goes on hears what is wrong
    }
    return new Watching(server, out, opened.stream().map(Opened::watch).findFirst());
  }

  /** Its number, for questions. */
  Optional<Long> number() {
    return watch;
  }

  /** Shows all that is said about one mail, until each of its recipients was tried. */
  void show(String mail) {
    follow(QueueChoice.of(List.of(mail)), this::print);
  }

  /**
   * Waits until all of what was to be tried was tried.
   *
   * @param isShown whether what becomes of each recipient is shown, behind the mail's id
   */
  void await(QueueChoice tried, boolean isShown) {
    follow(
        tried,
        sight -> {
          if (isShown) {
            sight.outcome().ifPresent(one -> out.println(sight.id() + ": " + line(one)));
          }
        });
  }

  private void follow(QueueChoice choice, Consumer<Sight> printer) {
    if (watch.isEmpty()) {
      return;
    }
    long[] lost = {0};
    try {
      Wanted first = new Wanted(watch.get(), choice);
      server.askAsAnybody(
          WatchOperations.SEE, first, answer -> shown(first, answer, printer, lost));
    } catch (OperationRefused e) {
      out.println("... it cannot be watched any more: " + e.getMessage());
    }
  }

  private Optional<Wanted> shown(
      Wanted first, Sights answer, Consumer<Sight> printer, long[] lost) {
    if (answer.lost() > lost[0]) {
      out.println("... " + (answer.lost() - lost[0]) + " lines were not read in time");
      lost[0] = answer.lost();
    }
    answer.sights().forEach(printer);
    out.flush();
    return out.checkError() ? Optional.empty() : first.behind(answer);
  }

  private void print(Sight sight) {
    sight.line().ifPresent(line -> out.println(printable(line)));
    sight.outcome().ifPresent(one -> out.println(line(one)));
  }

  private static String line(Outcome one) {
    String became =
        one.became().substring(0, 1).toUpperCase(Locale.ROOT) + one.became().substring(1);
    String reason = printable(one.reason());
    return one.recipient()
        + "... "
        + (one.became().equals("sent") ? became + " (" + reason + ")" : became + ": " + reason);
  }

  /** A next hop can say anything; a terminal would obey it. */
  private static String printable(String line) {
    StringBuilder clean = new StringBuilder(line.length());
    line.codePoints()
        .forEach(c -> clean.appendCodePoint(Character.isISOControl(c) && c != '\t' ? '?' : c));
    return clean.toString();
  }
}
