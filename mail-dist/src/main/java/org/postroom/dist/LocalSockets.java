package org.postroom.dist;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.control.Control;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.Operations;

/**
 * Where a server can be asked on this machine: for everything in its folder, which is its owner's
 * alone; where it is wanted, for what is everybody's at a place that everybody can reach.
 */
final class LocalSockets {
  private final List<Control> open = new ArrayList<>();

  private LocalSockets() {}

  /**
   * Opens them.
   *
   * @param added what can be asked for besides {@link Operations}, by everybody
   * @param desks what is acted upon, by the user who asks
   * @param owned takes in what is to be closed
   * @throws org.postroom.core.refusal.WireFault when the place for everybody cannot be had
   */
  static LocalSockets open(
      Plan plan,
      Configuration configuration,
      List<Operation<?, ?>> added,
      Function<String, Desk> desks,
      Owned owned) {
    LocalSockets sockets = new LocalSockets();
    configuration
        .socketOfEverybody(plan.settings())
        .ifPresent(
            path ->
                sockets.open.add(
                    owned.add(
                        Control.openToAll(
                            path,
                            name ->
                                Operations.named(name)
                                    .filter(Operations::isEverybodys)
                                    .or(() -> named(added, name)),
                            desks))));
    plan.folder()
        .ifPresent(
            folder ->
                sockets.open.add(
                    owned.add(
                        Control.open(
                            folder,
                            name -> Operations.named(name).or(() -> named(added, name)),
                            desks))));
    return sockets;
  }

  private static Optional<Operation<?, ?>> named(List<Operation<?, ?>> among, String name) {
    return among.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** Whether the caller is a thread on which somebody is answered. */
  boolean isCaller() {
    return open.stream().anyMatch(Control::isCaller);
  }

  /**
   * Asks the server for what everybody may that listens for everybody; where it does not yet, root
   * can reach it all the same.
   *
   * @param folder where it is its owner's alone
   * @throws OperationRefused with what is wrong
   */
  static <Q extends Record, A extends Record> A ask(
      Path everybodys, Supplier<Optional<Path>> folder, Operation<Q, A> operation, Q question) {
    return Control.askAt(everybodys, operation, question)
        .or(
            () ->
                OsUser.ofThisProcess().name().equals("root")
                    ? folder.get().flatMap(own -> Control.ask(own, operation, question))
                    : Optional.empty())
        .orElseThrow(
            () ->
                new OperationRefused(
                    OperationRefused.Kind.NO_SERVER, "no server listens at " + everybodys));
  }
}
