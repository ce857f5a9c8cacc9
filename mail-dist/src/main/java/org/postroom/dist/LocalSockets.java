package org.postroom.dist;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.postroom.dist.control.Control;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.OperationRefused;
import org.postroom.dist.operation.Operations;
import org.postroom.dist.operation.SubmitOperation;

/**
 * Where a server can be asked on this machine: for everything in its folder, which is its owner's
 * alone; where it is wanted, for the taking of mail at a place that everybody can reach.
 */
final class LocalSockets {
  private LocalSockets() {}

  /**
   * Opens them.
   *
   * @param desks what is acted upon, by the user who asks
   * @param owned takes in what is to be closed
   * @throws org.postroom.core.wire.WireFault when the place for everybody cannot be had
   */
  static void open(
      Plan plan, Configuration configuration, Function<String, Desk> desks, Owned owned) {
    configuration
        .socketOfEverybody(plan.settings())
        .ifPresent(
            path ->
                owned.add(
                    Control.openToAll(
                        path,
                        name -> Operations.named(name).filter(SubmitOperation.SUBMIT::equals),
                        desks)));
    plan.folder().ifPresent(folder -> owned.add(Control.open(folder, Operations::named, desks)));
  }

  /**
   * Has the server take a mail that listens for everybody; where it does not yet, root can reach it
   * all the same.
   *
   * @param folder where it is its owner's alone
   * @throws OperationRefused with what is wrong
   */
  static SubmitOperation.Handed handIn(
      Path everybodys, Supplier<Optional<Path>> folder, SubmitOperation.Mail mail) {
    return Control.askAt(everybodys, SubmitOperation.SUBMIT, mail)
        .or(
            () ->
                OsUser.ofThisProcess().name().equals("root")
                    ? folder.get().flatMap(own -> Control.ask(own, SubmitOperation.SUBMIT, mail))
                    : Optional.empty())
        .orElseThrow(
            () ->
                new OperationRefused(
                    OperationRefused.Kind.NO_SERVER, "no server listens at " + everybodys));
  }
}
