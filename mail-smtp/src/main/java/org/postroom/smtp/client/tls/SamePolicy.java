package org.postroom.smtp.client.tls;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One policy for all hosts of a next hop. */
record SamePolicy(TlsPolicy policy) implements HostPolicies {

  @Override
  public CompletionStage<Judgement> of(ExchangerHost host) {
    return CompletableFuture.completedStage(new Judgement.Go(policy));
  }
}
