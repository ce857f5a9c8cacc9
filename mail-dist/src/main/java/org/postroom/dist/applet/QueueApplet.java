package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.List;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.HeldMail;
import org.postroom.dist.operation.QueueOperations.Mails;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postroom queue}: mail that waits or is held, whether a server runs or not. */
@Command(
    name = "queue",
    description = "Mail that waits: list; mail that is held: held, release, delete.",
    mixinStandardHelpOptions = true)
public final class QueueApplet {
  @Spec private CommandSpec spec = CommandSpec.create();

  QueueApplet() {}

  @Command(
      name = "list",
      description = "Lists what waits, as mailq does; what is held has a \"!\" behind its id.",
      mixinStandardHelpOptions = true)
  int list(@Mixin Place place) {
    PrintWriter out = spec.commandLine().getOut();
    QueueListing.print(
        place.builder().ask(QueueOperations.LIST, new Nothing()), ZoneId.systemDefault(), out);
    out.flush();
    return 0;
  }

  @Command(name = "held", description = "Lists what is held.", mixinStandardHelpOptions = true)
  int held(@Mixin Place place) {
    PrintWriter out = spec.commandLine().getOut();
    for (HeldMail mail : place.builder().ask(QueueOperations.HELD, new Nothing()).mails()) {
      out.println(
          mail.id()
              + " "
              + mail.arrived()
              + " "
              + mail.size()
              + " <"
              + mail.sender()
              + "> to "
              + String.join(", ", mail.recipients()));
    }
    out.flush();
    return 0;
  }

  @Command(
      name = "release",
      description = "Lets held mail go: it is delivered like any other.",
      mixinStandardHelpOptions = true)
  int release(
      @Mixin Place place,
      @Parameters(paramLabel = "ID", arity = "1..*", description = "Mails, or ALL.")
          List<String> ids) {
    return request(place, QueueOperations.RELEASE, ids, "released ");
  }

  @Command(
      name = "delete",
      description = "Deletes held mail, for good and without a word to its sender.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin Place place,
      @Parameters(paramLabel = "ID", arity = "1..*", description = "Mails, or ALL.")
          List<String> ids) {
    return request(place, QueueOperations.DELETE, ids, "deleted ");
  }

  private int request(
      Place place, Operation<Mails, Mails> operation, List<String> ids, String done) {
    PrintWriter out = spec.commandLine().getOut();
    place.builder().ask(operation, new Mails(ids)).ids().forEach(id -> out.println(done + id));
    out.flush();
    return 0;
  }
}
