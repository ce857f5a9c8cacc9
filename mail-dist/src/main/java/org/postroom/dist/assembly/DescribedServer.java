package org.postroom.dist.assembly;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
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
import org.postroom.dist.operation.Operation;

/**
 * The inside of a server that is described and not started, for the house's own tools and tests:
 * what {@code ServerBuilder.unwrap} gives.
 */
public interface DescribedServer extends AskedServer {

  /** One more part, with its parameters, doors and transports. */
  DescribedServer part(Part part);

  /** One parameter. */
  <T> DescribedServer set(Param<T> param, T value);

  /** A table that the settings may name, as {@code program:name}. */
  DescribedServer table(String name, LookupTable table);

  /**
   * One more thing that the server can be asked to do, by everybody whom it answers at all: who may
   * have what of it done is its own matter.
   */
  DescribedServer operation(Operation<?, ?> one);

  /**
   * Where the server's parts say that they have died, instead of to the server: for who ends the
   * whole process then. The server does not close itself, and nobody else hears of the death.
   */
  DescribedServer lifeline(Lifeline ofTheProcess);

  /**
   * Has {@code ear} hear all that clients and next hops say and are said, in clear, passwords and
   * content as well.
   */
  DescribedServer overheardBy(Ear ear);

  /**
   * Has the server listen and connect by a wire that is made of its own, such as one that leads to
   * other ports; closing it closes the server's.
   */
  DescribedServer wire(UnaryOperator<Wire> ofItsOwn);

  /** What hashes of new passwords cost, where those guard less than others do, or nothing. */
  DescribedServer hashing(Argon2.Cost cost);

  /** Has something come between the server and what it stands on. */
  DescribedServer disturbedBy(Disturbance disturbance);

  /** Has {@code listener} see every mail that clients hand over, once it is durable. */
  DescribedServer onAcceptance(Consumer<Acceptance> listener);

  /**
   * Has {@code listener} hear of messages that are put into mailboxes as they are: into which one,
   * as it was before, and their numbers.
   */
  DescribedServer onPut(BiConsumer<Mailbox, UidSet> listener);

  /** Has {@code owner} hear of the settings that each reload has put in effect. */
  DescribedServer onSettings(Consumer<Settings> owner);

  /**
   * Reads the configuration as a start would, and opens nothing.
   *
   * @throws org.postroom.core.report.BadConfiguration with all faults
   */
  Checked checked();

  /** The same for who wants to hear everything there is to say, faults and silence included. */
  Report report();
}
