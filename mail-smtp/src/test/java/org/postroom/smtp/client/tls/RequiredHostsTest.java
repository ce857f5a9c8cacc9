package org.postroom.smtp.client.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.flow.NextHop;

class RequiredHostsTest {
  private static final TlsPolicy NEXT_HOP = policy(TlsLevel.SECURE);
  private static final TlsPolicy ANYBODY = policy(TlsLevel.ENCRYPT);

  private static TlsPolicy policy(TlsLevel level) {
    return new TlsPolicy(level, List.of("nexthop"), Optional.empty());
  }

  /** Records say who a host is, but whether it is the domain's, only the proof of its MX. */
  @ParameterizedTest
  @CsvSource({
    "DANE, true, DANE",
    "DANE, false, SECURE",
    "DANE_ONLY, false, SECURE",
    "FINGERPRINT, false, FINGERPRINT",
    "MAY, true, SECURE",
  })
  void anEnforcedOneIsKnownByWhatNobodyCanForge(TlsLevel level, boolean proven, TlsLevel asked) {
    HostPolicies required =
        new RequiredHosts(
            RequireTlsLevel.ENFORCE,
            NextHop.parse("far.test", 25),
            NEXT_HOP,
            ANYBODY,
            HostPolicies.same(policy(level)));
    ExchangerHost host = new ExchangerHost("mx.far.test", 25, proven, Optional.empty());

    assertThat(required.of(host).toCompletableFuture().join())
        .isEqualTo(new HostPolicies.Judgement.Go(policy(asked)));
  }
}
