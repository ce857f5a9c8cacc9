package org.postroom.smtp.client.sts;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.NextHop;
import org.postroom.core.trouble.Reason;
import org.postroom.smtp.client.https.Https;
import org.postroom.smtp.client.sts.PolicyFetch.Fetched;
import org.postroom.smtp.client.tls.ExchangerHost;
import org.postroom.smtp.client.tls.HostPolicies;
import org.postroom.smtp.client.tls.PolicySource;
import org.postroom.smtp.client.tls.PublishedPolicy;
import org.postroom.smtp.client.tls.TlsPolicy;
import org.postroom.smtp.client.tlsrpt.Failure;
import org.postroom.smtp.client.tlsrpt.TlsReports;
import org.postroom.smtp.client.tlsrpt.TlsrptParams;

/**
 * What MTA-STS says of next hops: the next hop's domain is the policy's. Hosts in brackets,
 * addresses and sockets have none.
 */
public final class StsSource implements PolicySource {
  private final StsPolicies policies;
  private final PolicyFetch fetch;
  private final TlsPolicy valid;
  private final Optional<TlsReports> reports;

  private StsSource(
      StsPolicies policies, PolicyFetch fetch, TlsPolicy valid, Optional<TlsReports> reports) {
    this.policies = policies;
    this.fetch = fetch;
    this.valid = valid;
    this.reports = reports;
  }

  /**
   * One for transports with these settings; none where they do not want to hear of it.
   *
   * @param reports hear of policies that cannot be had, where settings want any
   * @param https by which policies are asked for
   */
  public static List<PolicySource> of(
      Settings settings, StsPolicies policies, TlsReports reports, Https https) {
    return settings.get(StsParams.ENABLE)
        ? List.of(
            new StsSource(
                policies,
                new PolicyHosts(https, settings.get(StsParams.PORT)),
                TlsPolicy.valid(settings),
                settings.get(TlsrptParams.ENABLE) ? Optional.of(reports) : Optional.empty()))
        : List.of();
  }

  @Override
  public CompletionStage<HostPolicies> of(NextHop hop, HostPolicies otherwise) {
    if (hop.literal() || hop.socket().isPresent() || IpLiteral.parse(hop.host()).isPresent()) {
      return CompletableFuture.completedStage(otherwise);
    }
    Domain domain = Domain.of(hop.host());
    return policies
        .find(domain, fetch)
        .handle(
            (found, trouble) ->
                trouble == null ? hosts(domain, found, otherwise) : new Unknown(reason(trouble)));
  }

  private HostPolicies hosts(Domain domain, StsPolicies.Found found, HostPolicies otherwise) {
    HostPolicies hosts =
        found
            .policy()
            .<HostPolicies>map(policy -> new StsHosts(domain, policy, valid, otherwise))
            .orElse(otherwise);
    found.trouble().ifPresent(trouble -> report(domain, hosts, trouble));
    return hosts;
  }

  /**
   * To the domain, beside what becomes of the mail: a session that had no policy, or an old one.
   */
  private void report(Domain domain, HostPolicies hosts, Fetched.Failed trouble) {
    PublishedPolicy known = hosts.published();
    PublishedPolicy told =
        new PublishedPolicy(PublishedPolicy.Type.STS, known.lines(), known.exchangers());
    reports.ifPresent(
        one ->
            one.count(
                domain,
                told,
                Optional.of(new Failure(trouble.kind().word(), "", "", "", trouble.reason()))));
  }

  private static String reason(Throwable trouble) {
    return "policies of MTA-STS cannot be read now: " + Reason.text(trouble);
  }

  /** What was kept cannot be read: none is said to have no policy. */
  private record Unknown(String reason) implements HostPolicies {

    @Override
    public CompletionStage<Judgement> of(ExchangerHost host) {
      return CompletableFuture.completedStage(new Judgement.Skip("4.3.0", reason));
    }
  }
}
