package org.postroom.dist;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.config.Settings;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.control.Control;
import org.postroom.dist.operation.Desk;
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
   * @param owned takes in what is to be closed
   * @throws org.postroom.core.wire.WireFault when the place for everybody cannot be had
   */
  static void open(Plan plan, Description description, MailServer server, Owned owned) {
    Function<String, Desk> desks = user -> new ServerDesk(server, new OsUser(user));
    ofEverybody(plan.settings(), description.configuration)
        .ifPresent(
            path ->
                owned.add(
                    Control.openToAll(
                        path,
                        name -> Operations.named(name).filter(SubmitOperation.SUBMIT::equals),
                        desks)));
    plan.folder().ifPresent(folder -> owned.add(Control.open(folder, Operations::named, desks)));
  }

  /** The place that everybody can reach; empty where none is wanted. */
  static Optional<Path> ofEverybody(Settings settings, Configuration configuration) {
    return settings.get(ServerParams.SUBMIT_SOCKET).map(configuration.base()::resolve);
  }
}
