package org.postroom.smtp.client.sts;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Domain;
import org.postroom.smtp.client.sts.StsPolicy.Mode;
import org.postroom.smtp.client.tls.ExchangerHost;
import org.postroom.smtp.client.tls.HostPolicies;
import org.postroom.smtp.client.tls.PublishedPolicy;
import org.postroom.smtp.client.tls.TlsPolicy;

/**
 * The hosts of a domain that has a policy (RFC 8461, 5). Where it is enforced, mail goes to one
 * that it names and that has a valid certificate for the name that the DNS has, and to no other.
 *
 * @param valid how safe, where it is enforced
 * @param otherwise what is obeyed where it is not enforced
 */
record StsHosts(Domain domain, StsPolicy policy, TlsPolicy valid, HostPolicies otherwise)
    implements HostPolicies {

  @Override
  public CompletionStage<Judgement> of(ExchangerHost host) {
    return policy.mode() == Mode.ENFORCE
        ? CompletableFuture.completedStage(judged(host.name()))
        : otherwise.of(host);
  }

  @Override
  public boolean provesNames() {
    return policy.mode() == Mode.ENFORCE;
  }

  @Override
  public PublishedPolicy published() {
    return new PublishedPolicy(PublishedPolicy.Type.STS, policy.lines(), policy.exchangers());
  }

  @Override
  public Judgement tested(String host, Judgement obeyed) {
    return policy.mode() == Mode.NONE ? obeyed : judged(host);
  }

  private Judgement judged(String host) {
    return policy.names(host)
        ? new Judgement.Go(valid)
        : new Judgement.Skip(
            "4.7.5", "host " + host + " is not in the MTA-STS policy of " + domain);
  }
}
