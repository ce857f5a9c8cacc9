package org.postroom.smtp.client.tls;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.Tlsa;

/**
 * Hosts of which the DNS says by which certificates they are known (DANE, RFC 7672). Where an
 * answer cannot be had or its proof is wrong, the host is skipped: whoever meddles with answers
 * must not have mail go without TLS.
 *
 * @param names by DNSSEC
 * @param only whether mail goes to no host without such records ({@code dane-only})
 * @param insecureMx what such records mean where nobody proves that the host is one of the domain's
 * @param versions of TLS that may be spoken where there are any
 * @param otherwise what holds for hosts that have none
 */
record DaneHosts(
    Resolver names,
    boolean only,
    InsecureMx insecureMx,
    Set<String> versions,
    HostPolicies otherwise)
    implements HostPolicies {

  @Override
  public CompletionStage<Judgement> of(ExchangerHost host) {
    if (host.proven().isEmpty()) {
      return without(host, "DNSSEC does not prove its addresses");
    }
    if (!host.provenlyNamed() && only) {
      return without(host, "DNSSEC does not prove that it is a mail exchanger of the domain");
    }
    if (!host.provenlyNamed() && insecureMx == InsecureMx.MAY) {
      return otherwise.of(host);
    }
    return ask(host, host.proven().get())
        .thenCompose(
            answer -> {
              // RFC 7672, 2.2.3: first where aliases lead, then as it is written.
              Optional<Domain> written =
                  Domain.parse(host.name()).filter(name -> !name.equals(host.proven().get()));
              return isNone(answer) && written.isPresent()
                  ? ask(host, written.get())
                      .thenCompose(second -> judge(host, written.get(), second))
                  : judge(host, host.proven().get(), answer);
            });
  }

  @Override
  public boolean provesNames() {
    return otherwise.provesNames();
  }

  @Override
  public PublishedPolicy published() {
    return otherwise.published();
  }

  /** Where a host is known by its records, nothing else is asked. */
  @Override
  public Judgement tested(String host, Judgement obeyed) {
    return obeyed instanceof Judgement.Go go && !go.policy().tlsa().isEmpty()
        ? obeyed
        : otherwise.tested(host, obeyed);
  }

  private static boolean isNone(Answer<Tlsa> answer) {
    return answer instanceof Answer.NoData || answer instanceof Answer.NoSuchName;
  }

  private CompletionStage<Answer<Tlsa>> ask(ExchangerHost host, Domain base) {
    return Domain.parse(String.format(Locale.ROOT, "_%d._tcp.%s", host.port(), base.name()))
        .map(names::tlsa)
        .orElseGet(() -> CompletableFuture.completedStage(new Answer.NoSuchName<>()));
  }

  private CompletionStage<Judgement> judge(ExchangerHost host, Domain base, Answer<Tlsa> answer) {
    if (answer instanceof Answer.TryAgain<Tlsa> later) {
      return skip("TLSA lookup error for " + host + ": " + later.reason());
    }
    if (!(answer instanceof Answer.Found<Tlsa> found)) {
      return without(host, "it has no TLSA records");
    }
    List<Tlsa> usable = Associations.usable(found.records());
    if (usable.isEmpty() && only) {
      return without(host, "its TLSA records are not usable");
    }
    TlsPolicy encrypt =
        new TlsPolicy(TlsLevel.ENCRYPT, List.of(), Optional.of(base.name())).in(versions);
    return CompletableFuture.completedStage(
        new Judgement.Go(
            usable.isEmpty() || !host.provenlyNamed() && insecureMx == InsecureMx.ENCRYPT
                ? encrypt
                : TlsPolicy.dane(base.name(), usable, versions)));
  }

  private CompletionStage<Judgement> without(ExchangerHost host, String why) {
    return only ? skip("DANE is required for " + host + ", but " + why) : otherwise.of(host);
  }

  private static CompletionStage<Judgement> skip(String reason) {
    return CompletableFuture.completedStage(new Judgement.Skip("4.7.5", reason));
  }
}
