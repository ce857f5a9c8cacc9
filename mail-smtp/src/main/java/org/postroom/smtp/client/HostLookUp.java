package org.postroom.smtp.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.postroom.core.address.Domain;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.flow.NextHop;
import org.postroom.core.network.Network;
import org.postroom.smtp.client.tls.ExchangerHost;
import org.postroom.smtp.client.tls.HostPolicies.Judgement;

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

    /** No address that mail can be sent to, or may. */
    record Trouble(DeliveryResult result) implements Host {}
  }

  /**
   * The addresses that the DNS has for {@code name}, for mail that goes {@code way}.
   *
   * @param provenlyNamed see {@link ExchangerHost}
   */
  CompletionStage<Host> find(String name, boolean provenlyNamed, Way way) {
    return Domain.parse(name)
        .map(resolver::addresses)
        .map(answer -> answer.thenCompose(found -> read(name, provenlyNamed, found, way)))
        .orElseGet(
            () ->
                CompletableFuture.completedStage(
                    new Host.Trouble(
                        new DeliveryResult.Deferred(
                            "none", "4.4.3", "Malformed name of a mail exchanger: " + name))));
  }

  private CompletionStage<Host> read(
      String name, boolean provenlyNamed, Answer<InetAddress> answer, Way way) {
    if (answer instanceof Answer.Found<InetAddress> found) {
      ExchangerHost host = new ExchangerHost(name, way.hop().port(), provenlyNamed, found.proven());
      return told(host, found.records(), way);
    }
    if (answer instanceof Answer.TryAgain<InetAddress> later) {
      return trouble(notNow(name, "A", later.reason()));
    }
    return trouble(notFound(name, "A"));
  }

  private static CompletionStage<Host> trouble(DeliveryResult result) {
    return CompletableFuture.completedStage(new Host.Trouble(result));
  }

  /** Of addresses that somebody else names, those of other hosts; of the rest, why not. */
  CompletionStage<Host> told(ExchangerHost host, List<InetAddress> addresses, Way way) {
    List<InetAddress> others = addresses.stream().filter(options::mayReach).toList();
    if (!others.isEmpty()) {
      return chosen(host, others, way);
    }
    if (addresses.stream().anyMatch(a -> Reach.of(a) == Reach.OURSELVES)) {
      return trouble(loop(way.hop()));
    }
    return trouble(
        new DeliveryResult.Bounced(
            "none",
            "5.4.4",
            "Host "
                + host.name()
                + " has no address that mail can be sent to: "
                + addresses.get(0).getHostAddress()));
  }

  /** All addresses, whatever they are: the administrator names them. */
  CompletionStage<Host> chosen(ExchangerHost host, List<InetAddress> addresses, Way way) {
    // Another port is somebody else's, whatever the address.
    if (host.port() == options.defaultPort() && addresses.stream().anyMatch(this::isOwn)) {
      return CompletableFuture.completedStage(new Host.Ourselves());
    }
    return way.tls().of(host).thenApply(judgement -> judged(host, addresses, judgement));
  }

  private Host judged(ExchangerHost host, List<InetAddress> addresses, Judgement judgement) {
    return judgement instanceof Judgement.Go go
        ? new Host.Reachable(
            inTurns(addresses).stream()
                .map(address -> new Target(host.name(), address, host.port(), go.policy()))
                .toList())
        : new Host.Trouble(skipped((Judgement.Skip) judgement));
  }

  static DeliveryResult skipped(Judgement.Skip skip) {
    return new DeliveryResult.Deferred("none", skip.status(), skip.reason());
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
    return new DeliveryResult.Deferred(
        "none", "4.4.3", noName(name, type, "Host not found, try again (" + reason + ")"));
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
