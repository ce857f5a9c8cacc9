package org.postroom.smtp.client;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.flow.NextHop;
import org.postroom.core.network.Network;

/**
 * How mail is sent on.
 *
 * @param heloName what EHLO says
 * @param ownNames names that are this host: mail exchangers called so are ourselves
 * @param ownAddresses addresses that are this host
 * @param specialNetworks of addresses that names may lead to although they are no other host's
 * @param defaultPort 25, unless a next hop says otherwise
 * @param clearAfter how old a mail must be to go in clear to a server whose handshake fails
 * @param sources addresses that we connect from
 * @param timeouts of each step
 * @param manners towards servers that are not what they should be
 * @param addressLimit how many addresses are tried in one attempt
 * @param sessionLimit with how many servers of a next hop an attempt talks about a mail
 * @param idleLimit how long a connection is kept for the next mail
 * @param reuseLimit how long a connection is used in all
 * @param lineLimit longer lines of the content are folded
 * @param fallback next hops for mail that finds no way to its own
 * @param dialect SMTP or LMTP
 * @param base what the paths of sockets are relative to
 * @param looksUpExchangers whether names stand for their mail exchangers, and not for hosts only
 */
public record SmtpClientOptions(
    String heloName,
    Set<String> ownNames,
    Set<InetAddress> ownAddresses,
    List<Network> specialNetworks,
    int defaultPort,
    Duration clearAfter,
    SourceAddresses sources,
    Timeouts timeouts,
    Manners manners,
    int addressLimit,
    int sessionLimit,
    Duration idleLimit,
    Duration reuseLimit,
    int lineLimit,
    List<NextHop> fallback,
    Dialect dialect,
    Path base,
    boolean looksUpExchangers) {

  public SmtpClientOptions {
    ownNames = Set.copyOf(ownNames);
    ownAddresses = Set.copyOf(ownAddresses);
    specialNetworks = List.copyOf(specialNetworks);
    fallback = List.copyOf(fallback);
  }

  /**
   * The next hops that a route names, then those for mail that finds no way there.
   *
   * @throws NextHop.Malformed where the route's is none
   */
  List<NextHop> hops(String nextHop) {
    List<NextHop> hops = new ArrayList<>(dialect.hops(nextHop, defaultPort, base));
    fallback.stream().filter(hop -> !hops.contains(hop)).forEach(hops::add);
    return hops;
  }

  /** For one address. */
  Duration connectTimeout() {
    return timeouts.connect();
  }

  /** For the greeting. */
  Duration greetingTimeout() {
    return timeouts.hello();
  }

  /** From which address we connect to a place; empty where the system chooses. */
  Optional<InetAddress> source(SocketAddress place) {
    return sources.towards(place);
  }

  /** Whether an address that somebody else names may be connected to. */
  boolean mayReach(InetAddress address) {
    return Reach.of(address) == Reach.ANOTHER_HOST
        || specialNetworks.stream().anyMatch(network -> network.contains(address));
  }

  /** Postfix's limits. */
  public static SmtpClientOptions of(String heloName) {
    return new SmtpClientOptions(
        heloName,
        Set.of(heloName),
        Set.of(),
        List.of(),
        25,
        Duration.ofSeconds(300),
        SourceAddresses.ANY,
        Timeouts.USUAL,
        Manners.USUAL,
        5,
        2,
        Duration.ofSeconds(2),
        Duration.ofSeconds(300),
        998,
        List.of(),
        Dialect.SMTP,
        Path.of(""),
        true);
  }
}
