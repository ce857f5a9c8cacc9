package org.postroom.dist;

import java.nio.file.Path;
import java.util.Optional;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.Report;
import org.postroom.dist.control.Control;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.SubmitOperation;
import org.postroom.storage.SqlTables;

/** What is asked of a described server that runs in another process, or not at all. */
final class FromOutside {
  private final Description description;

  FromOutside(Description description) {
    this.description = description;
  }

  /** See {@link ServerBuilder#check}. */
  Checked check() {
    Plan plan = description.plan();
    return new Checked(plan.settings(), plan.warnings());
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
  SubmitOperation.Handed handIn(SubmitOperation.Mail mail) {
    Optional<Path> open = description.socketOfEverybody();
    return open.isEmpty()
        ? ask(SubmitOperation.SUBMIT, mail)
        : LocalSockets.handIn(open.get(), () -> description.plan().folder(), mail);
  }

  /** See {@link ServerBuilder#ask}. */
  <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question) {
    try (SqlTables databases = new SqlTables()) {
      Plan plan = description.plan(databases);
      Optional<A> answer =
          plan.folder().flatMap(folder -> Control.ask(folder, operation, question));
      if (answer.isPresent()) {
        return answer.get();
      }
      try (StoreDesk desk = new StoreDesk(plan, description)) {
        return operation.perform(desk, question);
      }
    }
  }
}
