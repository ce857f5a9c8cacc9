package org.postroom.core.policy.service;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.wire.ConnectOptions;
import org.postroom.core.wire.Wire;

/** Opens connections to policy servers. */
final class Connector {
  private static final List<InetAddress> HERE =
      List.of(IpLiteral.parse("127.0.0.1").orElseThrow(), IpLiteral.parse("::1").orElseThrow());

  private final Wire wire;
  private final Resolver resolver;
  private final Executor workers;

  Connector(Wire wire, Resolver resolver, Executor workers) {
    this.wire = wire;
    this.resolver = resolver;
    this.workers = workers;
  }

  /** Connects; exceptionally {@link PolicyTrouble}. */
  CompletionStage<PolicyConnection> connect(PolicyService service) {
    if (service.peer() instanceof PolicyService.Peer.Unix unix) {
      try {
        return CompletableFuture.completedFuture(SocketConnection.open(unix.path(), workers));
      } catch (IOException e) {
        return CompletableFuture.failedFuture(new PolicyTrouble(String.valueOf(e.getMessage())));
      }
    }
    PolicyService.Peer.Inet peer = (PolicyService.Peer.Inet) service.peer();
    return addresses(peer.host())
        .thenCompose(
            addresses -> first(addresses.iterator(), peer.port(), service.limits(), "no address"));
  }

  /** RFC 6761, 6.3: one name needs no look-up. */
  private CompletionStage<List<InetAddress>> addresses(String host) {
    Optional<InetAddress> literal = IpLiteral.parse(host);
    if (literal.isPresent()) {
      return CompletableFuture.completedFuture(List.of(literal.get()));
    }
    if (host.equalsIgnoreCase("localhost")) {
      return CompletableFuture.completedFuture(HERE);
    }
    return Domain.parse(host)
        .map(resolver::addresses)
        .orElseGet(() -> CompletableFuture.completedFuture(new Answer.NoSuchName<>()))
        .thenApply(
            answer -> {
              if (answer instanceof Answer.Found<InetAddress> found) {
                return found.records();
              }
              throw new PolicyTrouble("no address of " + host + " is known now");
            });
  }

  private CompletionStage<PolicyConnection> first(
      Iterator<InetAddress> addresses, int port, PolicyService.Limits limits, String trouble) {
    if (!addresses.hasNext()) {
      return CompletableFuture.failedFuture(new PolicyTrouble(trouble));
    }
    AtomicReference<WireConnection> made = new AtomicReference<>();
    return wire.connect(
            new InetSocketAddress(addresses.next(), port),
            new ConnectOptions(limits.timeout(), Optional.empty(), PolicyReply.LONGEST_LINE),
            connection -> {
              WireConnection session =
                  new WireConnection(connection, limits.timeout().plus(limits.maxIdle()));
              made.set(session);
              return session;
            })
        .handle((connection, problem) -> problem)
        .thenCompose(
            problem ->
                problem == null
                    ? CompletableFuture.completedFuture(made.get())
                    : first(addresses, port, limits, String.valueOf(problem.getMessage())));
  }
}
