package org.postroom.smtp.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.postroom.core.address.Domain;
import org.postroom.core.address.Network;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.flow.DeliveryResult;
import org.postroom.core.flow.NextHop;

/**
 * Looks up one host and keeps of its addresses those that mail may be sent to. What the DNS says is
 * a stranger's word: a name that leads to this machine's loopback, or to no host at all, is not
 * followed.
 */
final class HostLookUp {
  private final Resolver resolver;
  private final SmtpClientOptions options;
  private final RandomGenerator random;

  HostLookUp(Resolver resolver, SmtpClientOptions options, RandomGenerator random) {
    this.resolver = resolver;
    this.options = options;
    this.random = random;
  }

  /** What came of it. */
  sealed interface Host {
    /** At least one address, in the order to try them. */
    record Reachable(List<Target> targets) implements Host {}

    /** One of the addresses is this server's own. */
    record Ourselves() implements Host {}

    /** No address that mail can be sent to. */
    record Trouble(DeliveryResult result) implements Host {}
  }

  /** The addresses that the DNS has for {@code name}, for mail for {@code hop}. */
  CompletionStage<Host> find(String name, NextHop hop) {
    return Domain.parse(name)
        .map(resolver::addresses)
        .map(answer -> answer.thenApply(addresses -> read(name, addresses, hop)))
        .orElseGet(
            () ->
                CompletableFuture.completedStage(
                    new Host.Trouble(
                        new DeliveryResult.Deferred(
                            "none", "4.4.3", "Malformed name of a mail exchanger: " + name))));
  }

  private Host read(String name, Answer<InetAddress> answer, NextHop hop) {
    if (answer instanceof Answer.Found<InetAddress> found) {
      return told(name, found.records(), hop);
    }
    if (answer instanceof Answer.TryAgain<InetAddress> later) {
      return new Host.Trouble(notNow(name, "A", later.reason()));
    }
    return new Host.Trouble(notFound(name, "A"));
  }

  /** Of addresses that somebody else names, those of other hosts; of the rest, why not. */
  Host told(String name, List<InetAddress> addresses, NextHop hop) {
    List<InetAddress> others = addresses.stream().filter(this::isOfAnotherHost).toList();
    if (!others.isEmpty()) {
      return chosen(name, others, hop);
    }
    if (addresses.stream().anyMatch(a -> Reach.of(a) == Reach.OURSELVES)) {
      return new Host.Trouble(loop(hop));
    }
    return new Host.Trouble(
        new DeliveryResult.Bounced(
            "none",
            "5.4.4",
            "Host "
                + name
                + " has no address that mail can be sent to: "
                + addresses.get(0).getHostAddress()));
  }

  /** All addresses, whatever they are: the administrator names them. */
  Host chosen(String name, List<InetAddress> addresses, NextHop hop) {
    // Another port is somebody else's, whatever the address.
    if (hop.port() == options.defaultPort() && addresses.stream().anyMatch(this::isOwn)) {
      return new Host.Ourselves();
    }
    return new Host.Reachable(
        inTurns(addresses).stream().map(address -> new Target(name, address, hop.port())).toList());
  }

  private boolean isOfAnotherHost(InetAddress address) {
    return Reach.of(address) == Reach.ANOTHER_HOST
        || options.specialNetworks().stream().anyMatch(network -> network.contains(address));
  }

  private boolean isOwn(InetAddress address) {
    return options.ownAddresses().stream().anyMatch(own -> Network.of(own).contains(address));
  }

  /** Shuffled, and both families in turns, so that one that is broken costs one time-out only. */
  private List<InetAddress> inTurns(List<InetAddress> addresses) {
    List<InetAddress> six = new ArrayList<>();
    List<InetAddress> four = new ArrayList<>();
    addresses.forEach(a -> (a instanceof Inet6Address ? six : four).add(a));
    TargetFinder.shuffle(six, random);
    TargetFinder.shuffle(four, random);
    List<InetAddress> turns = new ArrayList<>();
    for (int i = 0; i < Math.max(six.size(), four.size()); i++) {
      if (i < four.size()) {
        turns.add(four.get(i));
      }
      if (i < six.size()) {
        turns.add(six.get(i));
      }
    }
    return turns;
  }

  static DeliveryResult loop(NextHop hop) {
    return new DeliveryResult.Bounced(
        "none", "5.4.6", "mail for " + hop.host() + " loops back to myself");
  }

  static DeliveryResult notNow(String name, String type, String reason) {
    return new DeliveryResult.Deferred("none", "4.4.3", noName(name, type, reason));
  }

  static DeliveryResult notFound(String name, String type) {
    return new DeliveryResult.Bounced("none", "5.4.4", noName(name, type, "Host not found"));
  }

  private static String noName(String name, String type, String reason) {
    return "Host or domain name not found. Name service error for name="
        + name
        + " type="
        + type
        + ": "
        + reason;
  }
}
