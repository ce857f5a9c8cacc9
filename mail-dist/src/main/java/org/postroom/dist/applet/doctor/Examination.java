package org.postroom.dist.applet.doctor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.dist.applet.doctor.Reach.Outcome;

/**
 * What checks look at, and what they ask of it in common.
 *
 * @param domains those that are looked at
 * @param calls runs connections side by side
 */
record Examination(
    Site site, World world, List<Domain> domains, Names names, Deadline deadline, Executor calls) {
  private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

  /** The mail exchangers in their order; without the null MX. */
  List<MailExchanger> exchangers(Domain domain) {
    return names.mx(domain).stream()
        .filter(one -> !one.isNull())
        .sorted(Comparator.comparingInt(MailExchanger::preference))
        .toList();
  }

  /** The addresses that are this server: the machine's, and those that the DNS gives its name. */
  Set<InetAddress> mine() {
    Set<InetAddress> all = new LinkedHashSet<>(site.publicAddresses());
    site.host().ifPresent(host -> all.addAll(names.addresses(host)));
    return all;
  }

  /** The addresses of ours that other servers see. */
  List<InetAddress> outgoing() {
    List<InetAddress> own = site.publicAddresses();
    return own.isEmpty() ? List.copyOf(mine()) : own;
  }

  /** Whether a mail exchanger is this server. */
  boolean isHere(MailExchanger one) {
    if (site.host().map(Domain::name).filter(one.host()::equalsIgnoreCase).isPresent()) {
      return true;
    }
    Optional<Domain> host = Domain.parse(one.host());
    Set<InetAddress> mine = mine();
    return host.isPresent() && names.addresses(host.get()).stream().anyMatch(mine::contains);
  }

  /** The addresses of a host, or the one that is written there. */
  List<InetAddress> addresses(String host) {
    Optional<InetAddress> literal = IpLiteral.parse(host);
    if (literal.isPresent()) {
      return List.of(literal.get());
    }
    return Domain.parse(host).map(names::addresses).orElse(List.of());
  }

  /** What becomes of connections, in the order of {@link Outcome}: a success first. */
  Map<Outcome, List<InetSocketAddress>> call(List<InetSocketAddress> peers) {
    Duration limit = deadline.left(LONGEST_CALL);
    List<CompletableFuture<Outcome>> all = new ArrayList<>();
    for (InetSocketAddress peer : peers) {
      all.add(CompletableFuture.supplyAsync(() -> world.reach().tryOut(peer, limit), calls));
    }
    Map<Outcome, List<InetSocketAddress>> found = new TreeMap<>();
    for (int i = 0; i < peers.size(); i++) {
      found.computeIfAbsent(all.get(i).join(), o -> new ArrayList<>()).add(peers.get(i));
    }
    return found;
  }

  /** For people: what became of which. */
  static String words(Map<Outcome, List<InetSocketAddress>> calls) {
    List<String> words = new ArrayList<>();
    calls.forEach(
        (outcome, peers) ->
            peers.forEach(
                peer ->
                    words.add(
                        // Without the interface behind an IPv6 address.
                        peer.getAddress().getHostAddress().split("%", 2)[0]
                            + " port "
                            + peer.getPort()
                            + ": "
                            + outcome.words())));
    return String.join("; ", words);
  }
}
