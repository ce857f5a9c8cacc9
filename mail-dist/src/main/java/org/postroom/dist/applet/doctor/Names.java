package org.postroom.dist.applet.doctor;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.dns.Resolver.Tlsa;

/**
 * What the DNS says, waited for, until the time for all is over. Whoever has written the zones,
 * there are {@value #MOST_QUESTIONS} questions at most, {@value #MOST_RECORDS} records of an answer
 * count, and {@value #MOST_CHARACTERS} characters of a text.
 *
 * <p>Each look-up gives nothing where there is none, and throws {@link Unanswered} where nobody
 * says.
 */
final class Names {
  static final int MOST_QUESTIONS = 5000;
  static final int MOST_RECORDS = 100;
  static final int MOST_CHARACTERS = 4096;

  private final Resolver resolver;
  private final Deadline deadline;
  private final AtomicInteger asked = new AtomicInteger();

  Names(Resolver resolver, Deadline deadline) {
    this.resolver = resolver;
    this.deadline = deadline;
  }

  List<MailExchanger> mx(Domain domain) {
    return records("MX of " + domain, () -> resolver.mx(domain));
  }

  List<InetAddress> addresses(Domain host) {
    return records("addresses of " + host, () -> resolver.addresses(host));
  }

  List<Domain> names(InetAddress address) {
    return records("name of " + address.getHostAddress(), () -> resolver.names(address));
  }

  List<String> texts(Domain name) {
    return records("TXT of " + name, () -> resolver.texts(name)).stream()
        .map(text -> text.substring(0, Math.min(text.length(), MOST_CHARACTERS)))
        .toList();
  }

  /** The same for a name below {@code domain}; nothing where such a name cannot be. */
  List<String> texts(String below, Domain domain) {
    return Domain.parse(below + "." + domain.name()).map(this::texts).orElse(List.of());
  }

  /** Those that DNSSEC proves; empty where nobody checks signatures. */
  Optional<List<Tlsa>> tlsa(Domain name) {
    return resolver.validating().map(proven -> records("TLSA of " + name, () -> proven.tlsa(name)));
  }

  /** Whether DNSSEC proves the addresses of a host. */
  boolean isSigned(Domain host) {
    return resolver
        .validating()
        .map(proven -> answer("addresses of " + host, () -> proven.addresses(host)))
        .filter(answer -> answer instanceof Answer.Found<InetAddress> f && f.proven().isPresent())
        .isPresent();
  }

  private <T> List<T> records(String question, Supplier<CompletionStage<Answer<T>>> ask) {
    Answer<T> answer = answer(question, ask);
    if (answer instanceof Answer.Found<T> found) {
      return found.records().subList(0, Math.min(found.records().size(), MOST_RECORDS));
    }
    return List.of();
  }

  private <T> Answer<T> answer(String question, Supplier<CompletionStage<Answer<T>>> ask) {
    if (asked.incrementAndGet() > MOST_QUESTIONS) {
      throw new Unanswered("more than " + MOST_QUESTIONS + " look-ups are not made");
    }
    try {
      Answer<T> answer =
          ask.get().toCompletableFuture().get(deadline.left().toMillis(), TimeUnit.MILLISECONDS);
      if (answer instanceof Answer.TryAgain<T> later) {
        throw new Unanswered("no " + question + ": " + Finding.shown(later.reason()));
      }
      return answer;
    } catch (TimeoutException e) {
      throw new Unanswered("no " + question + " within the time for all");
    } catch (ExecutionException e) {
      throw new Unanswered("no " + question + ": " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unanswered("no " + question + ": interrupted");
    }
  }
}
