package org.postroom.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.address.Domain;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Report;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.answer.OperationRefused.Kind;
import org.postroom.dist.assembly.Checked;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.maildrop.Maildrop;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.Operations;
import org.postroom.dist.operation.SubmitOperation;
import org.postroom.dist.operation.SubmitOperation.Handed;
import org.postroom.dist.operation.SubmitOperation.Mail;
import org.postroom.storage.StorageFault;
import org.postroom.storage.store.SqlTables;

/** What is asked of a described server that runs in another process, or not at all. */
final class FromOutside {
  private static final Domain ANY = Domain.of("localhost");

  private final Description description;

  FromOutside(Description description) {
    this.description = description;
  }

  /** See {@link ServerBuilder#check}. */
  Checked check() {
    Plan plan = description.plan();
    List<Checked.Listening> listeners = new ArrayList<>();
    for (PlannedListener one : plan.listeners()) {
      one.places().forEach(at -> listeners.add(new Checked.Listening(one.name(), one.door(), at)));
    }
    return new Checked(plan.settings(), plan.warnings(), listeners, plan.folder());
  }

  /** See {@link ServerBuilder#report}. */
  Report report() {
    try {
      return description.plan().report();
    } catch (BadConfiguration e) {
      return e.report();
    }
  }

  /** See {@link ServerBuilder#handIn}. */
  Handed handIn(Mail mail) {
    if (!mail.content().markSupported()) {
      return asked(mail);
    }
    Mail named =
        mail.name().isPresent()
            ? mail
            : mail.named(Maildrop.newName(description.clock.instant(), description.random));
    named.content().mark(Integer.MAX_VALUE);
    try {
      Handed handed = asked(named);
      return handed.mayPass() ? left(named, handed.refusal().orElseThrow()) : handed;
    } catch (OperationRefused e) {
      if (e.kind() == Kind.REQUEST || e.kind() == Kind.NOT_ALLOWED) {
        throw e;
      }
      return left(named, String.valueOf(e.getMessage()));
    } catch (BadConfiguration | StorageFault e) {
      return left(named, String.valueOf(e.getMessage()));
    }
  }

  private Handed asked(Mail mail) {
    Optional<Path> open = description.socketOfEverybody();
    return open.isEmpty()
        ? ask(SubmitOperation.SUBMIT, mail)
        : askAt(open.get(), SubmitOperation.SUBMIT, mail);
  }

  private <Q extends Record, A extends Record> A askAt(
      Path everybodys, Operation<Q, A> operation, Q question) {
    return LocalSockets.ask(everybodys, () -> description.plan().folder(), operation, question);
  }

  /** See {@link org.postroom.dist.assembly.DescribedServer#askAsAnybody}. */
  <Q extends Record, A extends Record> void askAsAnybody(
      Operation<Q, A> operation, Q first, Function<A, Optional<Q>> next) {
    Optional<Path> open = description.socketOfEverybody();
    if (open.isEmpty()) {
      ask(operation, first, next);
      return;
    }
    Optional<Q> question = Optional.of(first);
    while (question.isPresent()) {
      question = next.apply(askAt(open.get(), operation, question.get()));
    }
  }

  /**
   * Leaves a mail for the server to take up later; whatever else is wrong with the settings. What
   * no server would ever take is refused at once: nobody could be told of it later.
   *
   * @param why nobody takes it now
   */
  private Handed left(Mail mail, String why) {
    try {
      Settings settings = description.configuration.read(description.parts()).settings();
      Path folder =
          description
              .maildrop(settings)
              .orElseThrow(() -> new IOException("there is no folder to leave it in"));
      OsUser user = OsUser.ofThisProcess();
      int recipients =
          mail.envelope(user.name(), written -> WrittenAddress.parse(written).at(ANY))
              .recipients()
              .size();
      HandedInLimit limit = HandedInLimit.of(settings);
      if (recipients > limit.recipients()) {
        return new Handed(Optional.empty(), Optional.of(limit.reply().toString()));
      }
      if (isForbidden(user)) {
        throw new OperationRefused(
            Kind.NOT_ALLOWED, "user " + user.name() + " is not allowed to submit mail");
      }
      mail.content().reset();
      new Maildrop(folder)
          .leave(
              mail.name().orElseThrow(),
              mail.seenBy(Optional.empty()), // nobody waits for it any more
              mail.content(),
              settings.get(ServerParams.MIN_FREE));
      return Handed.LEFT;
    } catch (BadConfiguration e) {
      throw new OperationRefused(Kind.UNAVAILABLE, why);
    } catch (IOException | UncheckedIOException e) {
      throw new OperationRefused(Kind.UNAVAILABLE, why + "; and " + said(e));
    } catch (IllegalArgumentException e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    }
  }

  /** Where the settings cannot be obeyed, or a table does not answer, it is for later to say. */
  private boolean isForbidden(OsUser user) {
    try (SqlTables databases = new SqlTables()) {
      return !description.plan(databases).policy().permits(LocalRight.SUBMIT, user.name());
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static String said(Exception e) {
    return e instanceof AccessDeniedException denied
        ? "this user may not leave mail in the maildrop (maildrop_directory): " + denied.getFile()
        : String.valueOf(e.getMessage());
  }

  /** See {@link ServerBuilder#ask}. */
  <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question) {
    List<A> answers = new ArrayList<>(1);
    ask(
        operation,
        question,
        answer -> {
          answers.add(answer);
          return Optional.empty();
        });
    return answers.get(0);
  }

  /** Whether this user cannot come to the server's own place, and need not. */
  private boolean isToBeAskedAsAnybody(Operation<?, ?> operation) {
    return Operations.isEverybodys(operation)
        && description.socketOfEverybody().isPresent()
        && Asker.folder(description)
            .filter(folder -> !Files.notExists(folder) && !Files.isReadable(folder))
            .isPresent();
  }

  /** See {@link ServerBuilder#ask(Operation, Record, Function)}. */
  <Q extends Record, A extends Record> void ask(
      Operation<Q, A> operation, Q first, Function<A, Optional<Q>> next) {
    if (isToBeAskedAsAnybody(operation)) {
      askAsAnybody(operation, first, next);
      return;
    }
    try (Asker asker = new Asker(description)) {
      Optional<Q> question = Optional.of(first);
      while (question.isPresent()) {
        question = next.apply(asker.ask(operation, question.get()));
      }
    }
  }
}
