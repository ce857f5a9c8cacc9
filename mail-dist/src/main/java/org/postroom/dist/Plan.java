package org.postroom.dist;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.config.Notice;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.Aliases;
import org.postroom.core.part.Door;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;
import org.postroom.core.wire.WireFault;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.config.ServerSettings;
import org.postroom.dist.control.Control;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.OperationRefused;
import org.postroom.dist.operation.StatusOperation;
import org.postroom.storage.Storage;

/**
 * What a configuration comes to on this machine, before anything of it is opened: what a check
 * looks at, a start begins with, and a reload puts in the place of what was before. Whatever can be
 * refused is refused while it is made.
 *
 * @param tables those that are asked; not watched yet
 * @param aliases the addresses that stand for others
 * @param own the addresses that are this machine
 * @param ports where to listen
 * @param portsFromSettings whether the settings say so, or the program
 * @param addresses on which addresses
 * @param storage where mail is kept
 * @param folder what the server may write to on this machine: the store's folder, or its own
 * @param given the administrator's keys
 * @param warnings for the administrator
 */
record Plan(
    Settings settings,
    Policy policy,
    Tables tables,
    Aliases aliases,
    OwnAddresses own,
    Map<Door, Integer> ports,
    boolean portsFromSettings,
    List<InetAddress> addresses,
    Storage storage,
    Optional<Path> folder,
    Optional<Keys> given,
    List<String> warnings) {

  /**
   * @param settings those that are to be in effect
   * @param configuration what they were read from
   * @throws org.postroom.core.config.BadConfiguration with what is wrong
   */
  static Plan of(Settings settings, Configuration configuration, Description description) {
    boolean fromSettings = configuration.ports().isEmpty();
    Map<Door, Integer> ports =
        fromSettings ? Listeners.of(settings, description.parts()) : configuration.ports();
    OwnAddresses own = ServerSettings.own(settings);
    Tables tables = description.tables(settings, configuration);
    Policy policy = Policy.of(settings, own, tables);
    Aliases aliases = Aliases.of(settings, tables);
    List<InetAddress> addresses =
        description.bind == null ? ServerSettings.addresses(settings) : List.of(description.bind);
    Storage storage =
        description.storage != null
            ? description.storage
            : ServerSettings.storage(settings, configuration.base());
    Optional<Path> folder =
        storage instanceof Storage.H2 h2
            ? Optional.of(h2.folder())
            : settings.get(ServerParams.STORAGE_FOLDER).map(configuration.base()::resolve);
    List<String> warnings = new ArrayList<>();
    settings.notices().stream().map(Notice::toString).forEach(warnings::add);
    warnings.addAll(policy.warnings());
    tables.warnings().stream().filter(line -> !warnings.contains(line)).forEach(warnings::add);
    return new Plan(
        settings,
        policy,
        tables,
        aliases,
        own,
        ports,
        fromSettings,
        addresses,
        storage,
        folder,
        Keys.given(settings),
        List.copyOf(warnings));
  }

  /** Refuses ports that cannot be had; where a server runs on the store already, that is why. */
  void checkPorts() {
    try {
      new Ports(settings, portsFromSettings).check(ports, addresses);
    } catch (WireFault e) {
      throw folder.flatMap(Plan::runningOn).map(WireFault::new).orElse(e);
    }
  }

  private static Optional<String> runningOn(Path folder) {
    try {
      return Control.ask(folder, StatusOperation.STATUS, new Operation.Nothing())
          .map(
              status ->
                  "a server runs on "
                      + folder
                      + " already: stop process "
                      + status.process()
                      + ", or choose another place for this one");
    } catch (OperationRefused e) {
      return Optional.empty(); // then the ports are what can be said
    }
  }

  /** Refuses a folder that others can enter, or that is another user's. */
  void checkFolder() {
    folder.ifPresent(
        one ->
            PrivateFolder.check(
                one,
                settings,
                hasStoreInFolder() ? ServerParams.STORAGE_URL : ServerParams.STORAGE_FOLDER));
  }

  /** Whether the store lies in {@link #folder}, and looks after it. */
  boolean hasStoreInFolder() {
    return storage instanceof Storage.H2;
  }
}
