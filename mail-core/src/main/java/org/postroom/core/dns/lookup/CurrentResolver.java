package org.postroom.core.dns.lookup;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;

/**
 * Asks the name servers that a machine names now: where it names others at a {@link #refresh}, they
 * are asked from then on, and nothing is known any more of what the former ones have said. Who has
 * asked already gets his answer from those. Threads share it.
 */
final class CurrentResolver implements Resolver {
  private final Supplier<List<InetSocketAddress>> servers;
  private final Function<List<InetSocketAddress>, Resolver> asking;
  private volatile Current current;

  /**
   * Asks those of this moment.
   *
   * @param servers says which they are
   * @param asking makes who asks them
   */
  CurrentResolver(
      Supplier<List<InetSocketAddress>> servers,
      Function<List<InetSocketAddress>, Resolver> asking) {
    this.servers = servers;
    this.asking = asking;
    List<InetSocketAddress> first = List.copyOf(servers.get());
    this.current = new Current(first, asking.apply(first));
  }

  private record Current(List<InetSocketAddress> servers, Resolver resolver) {}

  @Override
  public synchronized void refresh() {
    List<InetSocketAddress> named = List.copyOf(servers.get());
    if (!named.equals(current.servers())) {
      current = new Current(named, asking.apply(named));
    }
  }

  @Override
  public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
    return current.resolver().mx(domain);
  }

  @Override
  public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
    return current.resolver().nameServers(domain);
  }

  @Override
  public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
    return current.resolver().addresses(host);
  }

  @Override
  public CompletionStage<Answer<Domain>> names(InetAddress address) {
    return current.resolver().names(address);
  }

  @Override
  public CompletionStage<Answer<String>> texts(Domain name) {
    return current.resolver().texts(name);
  }

  @Override
  public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
    return current.resolver().tlsa(name);
  }

  /**
   * By the servers of this moment: whoever needs proofs is made anew by a reload, and asks again.
   */
  @Override
  public Optional<Resolver> validating() {
    return current.resolver().validating();
  }
}
