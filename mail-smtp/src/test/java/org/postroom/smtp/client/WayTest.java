package org.postroom.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.flow.NextHop;
import org.postroom.smtp.client.tls.HostPolicies;
import org.postroom.smtp.client.tls.RequireTlsLevel;
import org.postroom.smtp.client.tls.TlsLevel;
import org.postroom.smtp.client.tls.TlsPolicy;

/** Which connection may carry which mail, and what may be said on it. */
class WayTest {
  private static Way way(String hop) {
    NextHop parsed = NextHop.parse(hop, 25);
    return new Way(
        parsed,
        parsed.written(),
        HostPolicies.same(new TlsPolicy(TlsLevel.MAY, List.of(), Optional.empty())),
        RequireTlsLevel.DISABLE,
        ReversePath.NULL);
  }

  /** Each spelling may have a log-in of its own. */
  @Test
  void whatIsWrittenOtherwiseIsAnotherWayToTheSamePlace() {
    assertThat(way("[mx.test]:587").hop()).isEqualTo(way("[mx.test]:submission").hop());
    assertThat(way("[mx.test]:587")).isNotEqualTo(way("[mx.test]:submission"));
    assertThat(way("[mx.test]:587")).isEqualTo(way("[mx.test]:587"));
    assertThat(
            new Way(
                way("mx.test").hop(),
                "mx.test",
                HostPolicies.same(TlsPolicy.NONE),
                RequireTlsLevel.DISABLE,
                ReversePath.NULL))
        .isNotEqualTo(way("mx.test"));
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, false, MAY,    OPEN",
    "192.0.2.1, false, NONE,   CLEAR",
    "127.0.0.1, false, MAY,    CLEAR",
    "192.0.2.1, true,  MAY,    TLS",
    "192.0.2.1, true,  SECURE, VERIFIED",
    "127.0.0.1, true,  ENCRYPT, TLS",
  })
  void passwordsAreToldWhereNobodyListens(
      String address, boolean tls, TlsLevel level, String channel) {
    Target target =
        new Target("mx.test", IpLiteral.parse(address).orElseThrow(), 25, TlsPolicy.NONE);

    assertThat(Conversation.channel(tls, level, target)).hasToString(channel);
  }

  /** Nobody listens in the file system. */
  @ParameterizedTest
  @CsvSource({"MAY, NONE", "ENCRYPT, ENCRYPT", "NONE, NONE"})
  void aSocketNeedsNoTlsThatMayBe(TlsLevel asked, TlsLevel used) {
    TlsPolicy policy = new TlsPolicy(asked, List.of(), Optional.empty());

    assertThat(Target.socket("here", Path.of("lmtp"), policy).tls().level()).isEqualTo(used);
  }
}
