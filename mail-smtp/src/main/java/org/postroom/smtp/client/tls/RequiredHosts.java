package org.postroom.smtp.client.tls;

import java.util.concurrent.CompletionStage;
import org.postroom.core.flow.NextHop;

/**
 * The hosts of a next hop, for a mail that requires TLS (RFC 8689, 4.2.1): what else holds for each
 * of them, and at least what it asks for. Where nobody vouches for the names that the DNS has, a
 * certificate for one of these says nothing: it has to be for the next hop itself.
 *
 * @param level more than nothing
 * @param known with a certificate for the next hop
 * @param secret with anybody's
 * @param otherwise what holds for other mail
 */
record RequiredHosts(
    RequireTlsLevel level, NextHop hop, TlsPolicy known, TlsPolicy secret, HostPolicies otherwise)
    implements HostPolicies {

  @Override
  public CompletionStage<Judgement> of(ExchangerHost host) {
    return otherwise
        .of(host)
        .thenApply(
            judged ->
                judged instanceof Judgement.Go go
                    ? new Judgement.Go(raised(go.policy(), host))
                    : judged);
  }

  private TlsPolicy raised(TlsPolicy policy, ExchangerHost host) {
    if (level == RequireTlsLevel.ENFORCE) {
      return isKnown(policy, host) ? policy : known;
    }
    return policy.level().requiresTls() ? policy : secret;
  }

  /** Records say who a host is, but not whose it is. */
  private boolean isKnown(TlsPolicy policy, ExchangerHost host) {
    return switch (policy.level()) {
      case DANE, DANE_ONLY -> host.provenlyNamed();
      case FINGERPRINT -> true;
      case VERIFY, SECURE ->
          hop.literal() || otherwise.provesNames() || !policy.match().contains("hostname");
      case NONE, MAY, ENCRYPT -> false;
    };
  }

  @Override
  public boolean provesNames() {
    return otherwise.provesNames();
  }

  @Override
  public PublishedPolicy published() {
    return otherwise.published();
  }

  @Override
  public Judgement tested(String host, Judgement obeyed) {
    return otherwise.tested(host, obeyed);
  }
}
