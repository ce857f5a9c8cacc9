package org.postroom.dist.program;

import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.Transport;
import org.postroom.core.door.Door;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Outgoing;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;

/** Programs in one server. They run on when a generation ends, and end with the server. */
final class ProgramService implements Service, AutoCloseable {
  private final Premises premises;
  private final Identities identities;
  private final Programs programs;

  /** None runs. */
  ProgramService(Premises premises, Settings started, Identities identities) {
    this.premises = premises;
    this.identities = identities;
    this.programs =
        new Programs(started.get(ProgramParams.PROCESSES), premises.timers(), premises.workers());
  }

  @Override
  public Map<String, Transport> transports(
      Outgoing outgoing, Policy policy, OwnAddresses own, Tables tables) {
    Map<String, Transport> transports = new HashMap<>();
    for (Outgoing.Service service : PipeServices.all(outgoing)) {
      transports.put(
          service.line().name(),
          PipeServices.transport(
              service, identities, policy.delimiter(), surroundings(service.settings())));
    }
    // Not for routes of tables: only what aliases name goes there.
    transports.put(
        LocalTransport.NAME,
        new LocalTransport(
            outgoing.settings(),
            identities,
            MailboxCommands.of(outgoing.settings(), tables),
            policy.delimiter(),
            policy.hostname().name(),
            surroundings(outgoing.settings()),
            premises.workers(),
            premises.random()));
    return transports;
  }

  private Surroundings surroundings(Settings settings) {
    return new Surroundings(
        programs, Environment.of(settings), premises.timers(), premises.clock(), premises.zone());
  }

  @Override
  public Welcome welcome(
      Door door, SocketAddress address, Settings settings, Generation generation) {
    throw new IllegalArgumentException("programs have no door: " + door);
  }

  /** Kills what runs. */
  @Override
  public void close() {
    programs.close();
  }
}
