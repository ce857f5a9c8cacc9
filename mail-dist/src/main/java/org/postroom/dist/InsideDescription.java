package org.postroom.dist;

import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.postroom.core.auth.Argon2;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.part.Part;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.report.Report;
import org.postroom.core.table.LookupTable;
import org.postroom.core.wire.Ear;
import org.postroom.core.wire.Wire;
import org.postroom.dist.assembly.Checked;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.assembly.Disturbance;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.SubmitOperation;

/** What only the house says to a builder, and asks it. */
final class InsideDescription implements DescribedServer {
  private final Description description;

  InsideDescription(Description description) {
    this.description = description;
  }

  /** All that the builder has been told. */
  Description description() {
    return description;
  }

  @Override
  public DescribedServer part(Part part) {
    description.added.add(part);
    return this;
  }

  @Override
  public <T> DescribedServer set(Param<T> param, T value) {
    description.configuration.set(param, value);
    return this;
  }

  @Override
  public DescribedServer table(String name, LookupTable table) {
    description.tables.put(name, table);
    return this;
  }

  @Override
  public DescribedServer operation(Operation<?, ?> one) {
    description.circumstances.operations.add(one);
    return this;
  }

  @Override
  public DescribedServer lifeline(Lifeline ofTheProcess) {
    description.lifeline = ofTheProcess;
    return this;
  }

  @Override
  public DescribedServer overheardBy(Ear ear) {
    description.circumstances.ear = ear;
    return this;
  }

  @Override
  public DescribedServer wire(UnaryOperator<Wire> ofItsOwn) {
    description.circumstances.wire = ofItsOwn;
    return this;
  }

  @Override
  public DescribedServer hashing(Argon2.Cost cost) {
    description.circumstances.hashing = cost;
    return this;
  }

  @Override
  public DescribedServer disturbedBy(Disturbance disturbance) {
    description.circumstances.disturbance = disturbance;
    return this;
  }

  @Override
  public DescribedServer onAcceptance(Consumer<Acceptance> listener) {
    description.audience.accepted = listener;
    return this;
  }

  @Override
  public DescribedServer onPut(BiConsumer<Mailbox, UidSet> listener) {
    description.audience.put = listener;
    return this;
  }

  @Override
  public DescribedServer onSettings(Consumer<Settings> owner) {
    description.audience.settings = owner;
    return this;
  }

  @Override
  public Checked checked() {
    return new FromOutside(description).check();
  }

  @Override
  public Report report() {
    return new FromOutside(description).report();
  }

  @Override
  public SubmitOperation.Handed handIn(SubmitOperation.Mail mail) {
    return new FromOutside(description).handIn(mail);
  }

  @Override
  public <Q extends Record, A extends Record> void askAsAnybody(
      Operation<Q, A> operation, Q question, Function<A, Optional<Q>> next) {
    new FromOutside(description).askAsAnybody(operation, question, next);
  }

  @Override
  public <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question) {
    return new FromOutside(description).ask(operation, question);
  }

  @Override
  public <Q extends Record, A extends Record> void ask(
      Operation<Q, A> operation, Q question, Function<A, Optional<Q>> next) {
    new FromOutside(description).ask(operation, question, next);
  }

  @Override
  public Client client() {
    return new Asker(description);
  }
}
