package org.postroom.core.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.postroom.core.address.Domain;

/** Leaves out addresses that cannot be used, such as those of IPv6 where only IPv4 is spoken. */
record SomeAddresses(Resolver all, Predicate<InetAddress> usable) implements Resolver {

  @Override
  public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
    return all.mx(domain);
  }

  @Override
  public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
    return all.nameServers(domain);
  }

  @Override
  public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
    return all.addresses(host).thenApply(this::usable);
  }

  private Answer<InetAddress> usable(Answer<InetAddress> answer) {
    if (!(answer instanceof Answer.Found<InetAddress> found)) {
      return answer;
    }
    List<InetAddress> some = found.records().stream().filter(usable).toList();
    return some.isEmpty() ? new Answer.NoData<>() : new Answer.Found<>(some, found.proven());
  }

  @Override
  public void refresh() {
    all.refresh();
  }

  @Override
  public Optional<Resolver> validating() {
    return all.validating().map(one -> one.only(usable));
  }

  @Override
  public CompletionStage<Answer<Domain>> names(InetAddress address) {
    return all.names(address);
  }

  @Override
  public CompletionStage<Answer<String>> texts(Domain name) {
    return all.texts(name);
  }

  @Override
  public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
    return all.tlsa(name);
  }
}
