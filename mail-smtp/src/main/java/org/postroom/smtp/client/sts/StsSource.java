package org.postroom.smtp.client.sts;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.NextHop;
import org.postroom.smtp.client.https.Https;
import org.postroom.smtp.client.sts.StsPolicy.Mode;
import org.postroom.smtp.client.tls.ExchangerHost;
import org.postroom.smtp.client.tls.HostPolicies;
import org.postroom.smtp.client.tls.PolicySource;

/**
 * What MTA-STS says of next hops: the next hop's domain is the policy's. Hosts in brackets, addresses
 * and sockets have none.
 */
public final class StsSource implements PolicySource {
  private final StsPolicies policies;
  private final PolicyFetch fetch;

  StsSource(StsPolicies policies, PolicyFetch fetch) {
    this.policies = policies;
    this.fetch = fetch;
  }

  /**
   * One for transports with these settings; none where they do not want to hear of it.
   *
   * @param https by which policies are asked for
   */
  public static List<PolicySource> of(Settings settings, StsPolicies policies, Https https) {
    return settings.get(StsParams.ENABLE)
        ? List.of(
            new StsSource(policies, new PolicyHosts(https, settings.get(StsParams.PORT))))
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

  private static HostPolicies hosts(
      Domain domain, StsPolicies.Found found, HostPolicies otherwise) {
    return found
        .policy()
        .filter(policy -> policy.mode() == Mode.ENFORCE)
        .<HostPolicies>map(policy -> new StsHosts(domain, policy))
        .orElse(otherwise);
  }

  private static String reason(Throwable trouble) {
    Throwable cause =
        trouble instanceof CompletionException && trouble.getCause() != null
            ? trouble.getCause()
            : trouble;
    return "policies of MTA-STS cannot be read now: " + cause.getMessage();
  }

  /** What was kept cannot be read: none is said to have no policy. */
  private record Unknown(String reason) implements HostPolicies {

    @Override
    public CompletionStage<Judgement> of(ExchangerHost host) {
      return CompletableFuture.completedStage(new Judgement.Skip("4.3.0", reason));
    }
  }
}
