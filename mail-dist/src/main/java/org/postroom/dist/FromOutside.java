package org.postroom.dist;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.Report;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.SubmitOperation;

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

  /** See {@link ServerBuilder#ask(Operation, Record, Function)}. */
  <Q extends Record, A extends Record> void ask(
      Operation<Q, A> operation, Q first, Function<A, Optional<Q>> next) {
    try (Asker asker = new Asker(description)) {
      Optional<Q> question = Optional.of(first);
      while (question.isPresent()) {
        question = next.apply(asker.ask(operation, question.get()));
      }
    }
  }
}
