package org.postroom.core.part;

import java.util.List;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;

/**
 * What a module offers to servers: its parameters, and what they can listen for. Knows no server
 * and holds nothing; {@link #open} makes what runs in one.
 */
public interface Part {

  /** Every parameter that it obeys and no other part declares. */
  List<ParamSet> params();

  /** What it can listen for. No two parts of a server may have one of the same name. */
  List<Door> doors();

  /**
   * What mails are looked into by before they are ours. Made for each configuration, and for each
   * look at one.
   *
   * @param tables that settings may name
   * @throws org.postroom.core.report.BadConfiguration for what cannot be obeyed
   */
  default List<FilterStation.Named> filters(Settings settings, Tables tables) {
    return List.of();
  }

  /**
   * Looks at what its transports would obey, and makes nothing of it.
   *
   * @param outgoing what configuration says of transports
   * @throws org.postroom.core.report.BadConfiguration for what cannot be obeyed
   */
  default void check(Outgoing outgoing, Policy policy, Tables tables) {}

  /**
   * Names of the transports that its {@link Service} makes, so that parameters may name them.
   *
   * @param outgoing what configuration says of transports
   */
  default List<String> transports(Outgoing outgoing) {
    return List.of();
  }

  /**
   * Makes what runs of it in one server. Called once for each server, before any client comes.
   *
   * @param started what the server is started with: for what only a restart changes
   */
  Service open(Premises premises, Settings started);
}
