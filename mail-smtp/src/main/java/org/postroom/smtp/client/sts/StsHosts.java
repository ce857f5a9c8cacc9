package org.postroom.smtp.client.sts;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Domain;
import org.postroom.smtp.client.tls.ExchangerHost;
import org.postroom.smtp.client.tls.HostPolicies;
import org.postroom.smtp.client.tls.TlsPolicy;

/**
 * The hosts of a domain whose policy is enforced (RFC 8461, 5): one that it names, with a valid
 * certificate for the name that the DNS has, and no other.
 */
record StsHosts(Domain domain, StsPolicy policy) implements HostPolicies {
  @Override
  public CompletionStage<Judgement> of(ExchangerHost host) {
    return CompletableFuture.completedStage(
        policy.names(host.name())
            ? new Judgement.Go(TlsPolicy.VALID)
            : new Judgement.Skip(
                "4.7.5", "host " + host.name() + " is not in the MTA-STS policy of " + domain));
  }
}
