package org.postroom.smtp.server;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.postroom.core.config.Settings;

/**
 * Counts what each client does within a unit of time. A client is an address or the network around
 * it; how many sessions it may have is the wire's to say. Shared by all sessions of all listeners;
 * threads may use it freely. Forgets a client one unit after it was last seen.
 */
public final class ClientLimits {
  private final Clock clock;
  private final long unitMillis;
  private final int ipv4Prefix;
  private final int ipv6Prefix;
  private final Map<ByteBuffer, Client> clients = new ConcurrentHashMap<>();
  private final AtomicLong nextSweep;

  public ClientLimits(Clock clock, Settings settings) {
    this(
        clock,
        settings.get(SmtpParams.RATE_UNIT),
        settings.get(SmtpParams.CLIENT_IPV4_PREFIX),
        settings.get(SmtpParams.CLIENT_IPV6_PREFIX));
  }

  ClientLimits(Clock clock, Duration unit, int ipv4Prefix, int ipv6Prefix) {
    this.clock = clock;
    this.unitMillis = unit.toMillis();
    this.ipv4Prefix = ipv4Prefix;
    this.ipv6Prefix = ipv6Prefix;
    this.nextSweep = new AtomicLong(clock.millis() + unitMillis);
  }

  /** What is counted within a unit of time. */
  public enum Event {
    CONNECTION,
    MESSAGE,
    RECIPIENT,
    AUTH
  }

  /** One more event; gives how many there were within this unit of time. */
  public int count(Event event, InetAddress address) {
    sweep();
    int[] count = new int[1];
    clients.compute(
        network(address),
        (key, known) -> {
          long now = clock.millis();
          Client client = known == null ? new Client(now) : known;
          if (now - client.since >= unitMillis) {
            client.events.clear();
            client.since = now;
          }
          count[0] = client.events.merge(event, 1, Integer::sum);
          return client;
        });
    return count[0];
  }

  /** How many clients are remembered. */
  int size() {
    return clients.size();
  }

  private void sweep() {
    long now = clock.millis();
    long due = nextSweep.get();
    if (now >= due && nextSweep.compareAndSet(due, now + unitMillis)) {
      for (ByteBuffer network : clients.keySet()) {
        clients.computeIfPresent(
            network, (key, client) -> client.isForgettable(now, unitMillis) ? null : client);
      }
    }
  }

  private ByteBuffer network(InetAddress address) {
    byte[] octets = address.getAddress();
    int prefix = octets.length == 4 ? ipv4Prefix : ipv6Prefix;
    for (int i = 0; i < octets.length; i++) {
      int bits = Math.max(0, Math.min(8, prefix - 8 * i));
      octets[i] &= (byte) (0xFF00 >> bits);
    }
    return ByteBuffer.wrap(octets);
  }

  /** Changed only while its key is locked by the map. */
  private static final class Client {
    private final Map<Event, Integer> events = new EnumMap<>(Event.class);
    private long since;

    Client(long since) {
      this.since = since;
    }

    boolean isForgettable(long now, long unitMillis) {
      return now - since >= unitMillis;
    }
  }
}
