package org.postroom.core.policy.service;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.fact.Fact;

/**
 * What a policy server says of a request, as a fact. It is not asked ahead of its turn, though it
 * may be far away: servers remember what they were asked, as greylists do.
 *
 * @param request as {@link PolicyServers#ask} wants it
 */
public record PolicyQuestion(PolicyServers servers, PolicyService service, String request)
    implements Fact<String> {

  @Override
  public Optional<String> atOnce() {
    return Optional.empty();
  }

  @Override
  public CompletionStage<String> ask(Executor mayBlock) {
    return servers.ask(service, request);
  }

  /** All tries, and a moment more: each of them has its own end. */
  @Override
  public Duration patience() {
    return service.limits().inAll().plusSeconds(1);
  }

  @Override
  public String toString() {
    return "policy of " + service;
  }
}
