package org.postroom.testkit.fault;

import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.time.Timers;

/** Names that are looked up elsewhere, but for those that are in trouble. */
final class TroubledNames implements Resolver {
  private final Resolver names;
  private final Rules rules;
  private final Timers timers;

  TroubledNames(Resolver names, Rules rules, Timers timers) {
    this.names = names;
    this.rules = rules;
    this.timers = timers;
  }

  @Override
  public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
    return look(domain.name(), () -> names.mx(domain));
  }

  @Override
  public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
    return look(domain.name(), () -> names.nameServers(domain));
  }

  @Override
  public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
    return look(host.name(), () -> names.addresses(host));
  }

  @Override
  public Optional<Resolver> validating() {
    return names.validating().map(one -> new TroubledNames(one, rules, timers));
  }

  @Override
  public CompletionStage<Answer<Domain>> names(InetAddress address) {
    return names.names(address);
  }

  @Override
  public CompletionStage<Answer<String>> texts(Domain name) {
    return look(name.name(), () -> names.texts(name));
  }

  @Override
  public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
    return look(name.name(), () -> names.tlsa(name));
  }

  private <T> CompletionStage<Answer<T>> look(
      String name, Supplier<CompletionStage<Answer<T>>> otherwise) {
    for (Rules.Armed one : rules.dueFor(name)) {
      one.happens("", name);
      if (one.fault.act() instanceof Act.Unavailable unavailable) {
        Answer<T> answer = new Answer.TryAgain<>("no answer for " + name);
        CompletableFuture<Answer<T>> later = new CompletableFuture<>();
        if (unavailable.after().isZero()) {
          later.complete(answer);
        } else {
          var unused = timers.after(unavailable.after(), () -> later.complete(answer));
        }
        return later;
      }
      return CompletableFuture.completedFuture(new Answer.NoSuchName<>());
    }
    return otherwise.get();
  }
}
