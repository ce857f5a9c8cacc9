package org.postroom.smtp.client.tls;

import java.util.concurrent.CompletionStage;
import org.postroom.core.flow.NextHop;

/**
 * Knows of policies that the owners of domains publish. Asked for next hops of which {@code
 * smtp_tls_policy_maps} say nothing, before their mail exchangers are looked up.
 */
public interface PolicySource {

  /**
   * What holds for the hosts of a next hop.
   *
   * @param otherwise what holds where there is no policy: the answer then, and of use for hosts
   *     that a policy says nothing of
   * @return on any thread, never with an exception
   */
  CompletionStage<HostPolicies> of(NextHop hop, HostPolicies otherwise);
}
