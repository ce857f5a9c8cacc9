package org.postroom.dist;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.source.AccountSources;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.flow.Addressing;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.part.Outgoing;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.report.Report;
import org.postroom.core.table.SqlSource;
import org.postroom.core.table.Tables;
import org.postroom.core.wire.WireOptions;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.config.Interfaces;
import org.postroom.dist.control.Control;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.StatusOperation;
import org.postroom.storage.Storage;

/**
 * What a configuration comes to on this machine, before anything of it is opened: what a check
 * looks at, a start begins with, and a reload puts in the place of what was before. Whatever can be
 * refused is refused while it is made.
 *
 * @param tables those that are asked; not watched yet
 * @param addressing whom mail is from and for
 * @param people where they are known
 * @param filters what looks into mails
 * @param own the addresses that are this machine
 * @param listeners where to listen
 * @param portsFromSettings whether the settings say so, or the program
 * @param outgoing what is said of transports
 * @param capacity how many clients there is place for
 * @param storage where mail is kept
 * @param folder what the server may write to on this machine: the store's folder, or its own
 * @param given the administrator's keys
 * @param report for the administrator
 */
record Plan(
    Settings settings,
    Policy policy,
    Tables tables,
    Addressing addressing,
    AccountSources people,
    List<FilterStation.Named> filters,
    OwnAddresses own,
    List<PlannedListener> listeners,
    boolean portsFromSettings,
    Outgoing outgoing,
    ClientCapacity capacity,
    Storage storage,
    Optional<Path> folder,
    Optional<Keys> given,
    Report report) {

  Plan {
    listeners = List.copyOf(listeners);
  }

  /**
   * Looks at everything; changes and opens nothing.
   *
   * @param read those that are to be in effect
   * @param configuration what they were read from
   * @param databases asks the tables that lie there
   * @param known where people are known to a server that runs; else they are looked for
   * @throws org.postroom.core.report.BadConfiguration with everything that there is to say
   */
  static Plan of(
      Configuration.Read read,
      Configuration configuration,
      Description description,
      SqlSource databases,
      Optional<AccountSources> known) {
    return new Preparation(read, configuration, description, databases, known).plan();
  }

  /** For the administrator, at each start. */
  List<String> warnings() {
    return report.said();
  }

  /** How the network is used, by clients that may have a share of {@code memory}. */
  WireOptions wire(MemoryBudget memory) {
    return WireOptions.defaults()
        .withFamily(Interfaces.family(settings))
        .withStrangers(capacity.limits(settings, memory))
        .withUnsent(ClientCapacity.unsent(memory));
  }

  /** Refuses ports that cannot be had; where a server runs on the store already, that is why. */
  void checkPorts() {
    try {
      new Ports(settings, portsFromSettings).check(listeners);
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
}
