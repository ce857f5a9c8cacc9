package org.postroom.dist;

import java.util.Optional;
import java.util.OptionalInt;
import org.postroom.core.config.Settings;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.wire.StrangerLimits;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.control.Control;
import org.postroom.smtp.server.SmtpParams;

/**
 * How many clients there is place for: what the configuration says, as far as there are
 * descriptors. A descriptor that a client takes must never be the one that the store lacks.
 *
 * @param sessions the most of them
 * @param warning for the administrator, when these are fewer than configured
 */
record ClientCapacity(int sessions, Optional<String> warning) {
  /** Jars, the store with its log and journal, content on its way, the DNS. */
  private static final int HOUSE = 200;

  /** Sockets on which the last words are under way, for so many sessions one more. */
  private static final int SESSIONS_TO_ONE_LEAVING = 8;

  /** Strangers may hold this part of what all clients may. */
  private static final int PART_OF_STRANGERS = 2;

  /** And this part may be answers that are not read. */
  private static final int PART_OF_ANSWERS = 4;

  /**
   * What there is place for.
   *
   * @param descriptors how many this process may have; empty for enough
   */
  static ClientCapacity on(Settings settings, OptionalInt descriptors) {
    int wanted = settings.get(ServerParams.SESSIONS);
    if (descriptors.isEmpty()) {
      return new ClientCapacity(wanted, Optional.empty());
    }
    int limit = descriptors.getAsInt();
    int house = HOUSE + QueueParams.limits(settings).active() + ofThisMachine(settings);
    // Where there is little, clients still get half of it.
    int forClients = Math.max(limit - house, limit / 2);
    int most = Math.max(1, forClients - forClients / (SESSIONS_TO_ONE_LEAVING + 1) - 1);
    if (most >= wanted) {
      return new ClientCapacity(wanted, Optional.empty());
    }
    int needed = wanted + wanted / SESSIONS_TO_ONE_LEAVING + 1 + house;
    return new ClientCapacity(
        most,
        Optional.of(
            "this process may open "
                + limit
                + " files: that is enough for "
                + most
                + " sessions, not for the "
                + wanted
                + " of "
                + ServerParams.SESSIONS
                + ", which need "
                + needed
                + " (LimitNOFILE, ulimit -n)"));
  }

  /** What users of this machine may take, who come by no listener. */
  private static int ofThisMachine(Settings settings) {
    return settings.get(ServerParams.SUBMIT_SOCKET).isPresent()
        ? Control.DESCRIPTORS_OF_EVERYBODY
        : 0;
  }

  /** What strangers may have of it. */
  StrangerLimits limits(Settings settings, MemoryBudget clients) {
    return new StrangerLimits(
        sessions,
        sessions + sessions / SESSIONS_TO_ONE_LEAVING + 1,
        settings.get(ServerParams.STRANGERS),
        settings.get(ServerParams.STRANGER_RATE),
        settings.get(SmtpParams.RATE_UNIT),
        settings.get(SmtpParams.CLIENT_IPV4_PREFIX),
        settings.get(SmtpParams.CLIENT_IPV6_PREFIX),
        clients.share(clients.capacity() / PART_OF_STRANGERS));
  }

  /** What may lie unread of long answers. */
  static MemoryBudget unsent(MemoryBudget clients) {
    return clients.share(clients.capacity() / PART_OF_ANSWERS);
  }
}
