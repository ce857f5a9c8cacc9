package org.postroom.core.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Counts failed log-ins for each client network (IPv4 /24, IPv6 /64) and for each account, and says
 * how long to wait; waiting is the caller's. The first failure costs 2 s, each further one twice as
 * much up to 64 s; a count is forgotten after 15 minutes of peace. A success clears the account's
 * count only: a network with one good login gets no free guesses at others.
 *
 * <p>Remembers a limited number of networks and accounts, those that failed last. Threads share it.
 */
public final class LoginThrottle {
  private static final Duration FIRST = Duration.ofSeconds(2);
  private static final int MOST_DOUBLINGS = 5;
  private static final Duration MEMORY = Duration.ofMinutes(15);

  private final Clock clock;
  private final Map<String, Count> counts;

  private record Count(int failures, Instant last) {}

  public LoginThrottle(Clock clock, int remembered) {
    this.clock = clock;
    this.counts =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > remembered;
          }
        };
  }

  /** Counts a failure, and says how long to wait before it is answered. */
  public synchronized Duration failed(InetAddress client, String login) {
    Instant now = clock.instant();
    int worst = Math.max(count(network(client), now), count(account(login), now));
    return delay(worst);
  }

  /** How long to wait before the next try is looked at; zero after no failure. */
  public synchronized Duration delay(InetAddress client, String login) {
    Instant now = clock.instant();
    return delay(Math.max(failures(network(client), now), failures(account(login), now)));
  }

  /** Forgets the failures of an account that has logged in. */
  public synchronized void succeeded(String login) {
    counts.remove(account(login));
  }

  private int count(String key, Instant now) {
    int failures = failures(key, now) + 1;
    counts.put(key, new Count(failures, now));
    return failures;
  }

  private int failures(String key, Instant now) {
    Count count = counts.get(key);
    return count == null || count.last.plus(MEMORY).isBefore(now) ? 0 : count.failures;
  }

  private static Duration delay(int failures) {
    return failures == 0
        ? Duration.ZERO
        : FIRST.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
  }

  private static String account(String login) {
    return "account " + login.toLowerCase(Locale.ROOT);
  }

  private static String network(InetAddress client) {
    int octets = client instanceof Inet6Address ? 8 : 3;
    return "network " + Arrays.toString(Arrays.copyOf(client.getAddress(), octets));
  }
}
