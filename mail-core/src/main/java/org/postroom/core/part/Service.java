package org.postroom.core.part;

import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.Transport;
import org.postroom.core.door.Door;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;

/**
 * A part at work in one server. Holds what sessions of all generations share, such as counts;
 * everything that configuration says comes with the call. Any thread may call. One that can be
 * closed is closed with the server, when its doors are.
 */
public interface Service {

  /**
   * The ways that mail can leave by, named as routes name them. Made for each generation; one that
   * can be closed is closed when the next generation has taken over, and must then bring attempts
   * under way to their end.
   *
   * @param outgoing what configuration says of transports
   * @param own the addresses that are this machine
   * @param tables of the generation
   */
  default Map<String, Transport> transports(
      Outgoing outgoing, Policy policy, OwnAddresses own, Tables tables) {
    return Map.of();
  }

  /**
   * How clients are received from now on.
   *
   * @param door one of the part's
   * @param address where it listens
   * @param settings what this listener obeys; as a rule those of the generation
   * @throws IllegalStateException when it needs TLS and there are no keys for it
   */
  Welcome welcome(Door door, SocketAddress address, Settings settings, Generation generation);

  /**
   * The server runs, and every port answers. Called once, for parts that send mail of their own.
   *
   * @param current the generation by which mail goes that begins its way now
   */
  default void running(Supplier<Generation> current) {}

  /**
   * A reload has made another generation current, which {@link #running} told of. Must not fail,
   * and wait for nothing.
   */
  default void reloaded() {}

  /**
   * What would become of a mail at a door, with the same settings and generation. Waits for
   * whatever has to be asked.
   *
   * @return empty where this door takes no mail
   */
  default Optional<DryRun> explain(
      Door door, Settings settings, Generation generation, DryRun.Asked asked) {
    return Optional.empty();
  }
}
