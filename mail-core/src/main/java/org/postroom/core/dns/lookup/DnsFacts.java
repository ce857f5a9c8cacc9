package org.postroom.core.dns.lookup;

import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.fact.Fact;

/** What the DNS says, as facts that a decision may want. All are far away: asked side by side. */
public final class DnsFacts {
  private DnsFacts() {}

  /** The addresses of a name. */
  public static Fact<Answer<InetAddress>> addresses(Resolver resolver, Domain name) {
    return new Addresses(resolver, name);
  }

  /** The mail exchangers of a domain. */
  public static Fact<Answer<MailExchanger>> exchangers(Resolver resolver, Domain domain) {
    return new Exchangers(resolver, domain);
  }

  /** The name servers of a domain. */
  public static Fact<Answer<Domain>> nameServers(Resolver resolver, Domain domain) {
    return new NameServers(resolver, domain);
  }

  /** The texts (TXT) of a name. */
  public static Fact<Answer<String>> texts(Resolver resolver, Domain name) {
    return new Texts(resolver, name);
  }

  private interface Remote<T> extends Fact<Answer<T>> {
    CompletionStage<Answer<T>> ask();

    /** The resolver remembers answers, and gives those at once when it is asked. */
    @Override
    default Optional<Answer<T>> atOnce() {
      return Optional.empty();
    }

    @Override
    default CompletionStage<Answer<T>> ask(Executor mayBlock) {
      return ask();
    }

    @Override
    default boolean isFarAway() {
      return true;
    }
  }

  private record Addresses(Resolver resolver, Domain name) implements Remote<InetAddress> {
    @Override
    public CompletionStage<Answer<InetAddress>> ask() {
      return resolver.addresses(name);
    }

    @Override
    public String toString() {
      return "addresses of " + name;
    }
  }

  private record Exchangers(Resolver resolver, Domain domain) implements Remote<MailExchanger> {
    @Override
    public CompletionStage<Answer<MailExchanger>> ask() {
      return resolver.mx(domain);
    }

    @Override
    public String toString() {
      return "mail exchangers of " + domain;
    }
  }

  private record NameServers(Resolver resolver, Domain domain) implements Remote<Domain> {
    @Override
    public CompletionStage<Answer<Domain>> ask() {
      return resolver.nameServers(domain);
    }

    @Override
    public String toString() {
      return "name servers of " + domain;
    }
  }

  private record Texts(Resolver resolver, Domain name) implements Remote<String> {
    @Override
    public CompletionStage<Answer<String>> ask() {
      return resolver.texts(name);
    }

    @Override
    public String toString() {
      return "texts of " + name;
    }
  }
}
