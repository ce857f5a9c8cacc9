package org.postroom.core.flow;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.Policy;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.srs.NotOurs;
import org.postroom.core.srs.SenderRewriting;
import org.postroom.core.srs.SrsParams;

/**
 * The station that says in whose name mail of others is sent on: as it came, or, with {@code
 * srs_domain}, in that of an address here that stands for its sender (SRS), and whom such an
 * address stands for when mail comes back to it. Otherwise SPF of the sender's domain would have
 * forwarded mail refused, and its reports would go to whoever was named as its sender.
 */
public final class Forwarding {
  private final Optional<SenderRewriting> srs;
  private final Policy policy;

  private Forwarding(Optional<SenderRewriting> srs, Policy policy) {
    this.srs = srs;
    this.policy = policy;
  }

  /**
   * As settings say.
   *
   * @throws BadConfiguration for a domain that takes no mail here, and a file of secrets that
   *     cannot be used
   */
  static Forwarding of(Settings settings, Policy policy) {
    Optional<SenderRewriting> srs = SenderRewriting.of(settings);
    srs.map(SenderRewriting::domain)
        .filter(domain -> !isOurs(policy, domain))
        .ifPresent(
            domain -> {
              throw new BadConfiguration(
                  settings.fault(
                      SrsParams.DOMAIN,
                      "a domain that mail is taken for is expected, such as one of mydestination or"
                          + " virtual_alias_domains: reports on forwarded mail come back to "
                          + domain));
            });
    return new Forwarding(srs, policy);
  }

  private static boolean isOurs(Policy policy, Domain domain) {
    return policy.domains().classOf(domain).isOurs();
  }

  /**
   * Whom mail for {@code recipient} is meant for: another, where he stands for the sender of mail
   * that was forwarded; empty where he is like any other.
   *
   * @throws NotOurs where that was never written here, or too long ago
   */
  Optional<Address> back(Address recipient, Clock clock) {
    return srs.flatMap(scheme -> scheme.reverse(recipient, clock.instant()));
  }

  /**
   * As whom the sender stands on a copy that is sent on; empty where as himself: nobody, one of
   * ours, or a copy that stays with us.
   *
   * @param from where its sender has sent it to; empty for a copy of which he knows nothing
   * @param to who gets it
   */
  Optional<ReversePath> sender(
      ReversePath sender, Optional<Domain> from, Address to, Clock clock, List<String> trace) {
    if (srs.isEmpty()
        || from.filter(to.domain()::equals).isPresent()
        || isOurs(policy, to.domain())) {
      return Optional.empty();
    }
    return sender
        .address()
        .filter(address -> !isOurs(policy, address.domain()))
        .map(
            address -> {
              Address written = srs.get().forward(address, clock.instant());
              trace.add(
                  "from "
                      + address
                      + " -> from "
                      + written
                      + " ("
                      + SrsParams.DOMAIN.name()
                      + ", to "
                      + to.domain()
                      + ")");
              return ReversePath.of(written);
            });
  }
}
