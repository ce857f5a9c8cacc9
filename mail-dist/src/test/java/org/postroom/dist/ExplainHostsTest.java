package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.dist.operation.ExplainOperation;
import org.postroom.dist.operation.ExplainOperation.Leaving;
import org.postroom.storage.Storage;

/** By which hosts mail would leave, and how safely, is said without going there. */
final class ExplainHostsTest {
  private MailServer server;

  @BeforeEach
  void start() {
    server =
        MailServer.builder()
            .hostname("mx.example.test")
            .domains("example.test")
            .storage(Storage.inMemory())
            .set("smtp_dns_support_level", "dnssec")
            .set("smtp_tls_security_level", "dane")
            .set(
                "smtp_tls_policy_maps",
                "inline:{ {[hub.test]:2525 = secure} {none.test = none} {bad.test = always}"
                    + " {known.test = fingerprint match=00:11} }")
            .resolver(
                ZoneResolver.of(
                    "far.test MX 10 mx.far.test",
                    "far.test MX 20 mx2.far.test",
                    "mx.far.test A 192.0.2.1",
                    "_25._tcp.mx.far.test TLSA 3 1 1 " + "00".repeat(32),
                    "mx2.far.test A 192.0.2.2",
                    "hub.test A 192.0.2.3",
                    "none.test A 192.0.2.4",
                    "known.test A 192.0.2.5",
                    "null.test MX 0 .",
                    "cut.test MX 10 mx.cut.test",
                    "mx.cut.test A 192.0.2.6",
                    "_25._tcp.mx.cut.test SERVFAIL",
                    "here.test A 127.0.0.1"))
            .listen(Role.MX, 0)
            .start();
  }

  @AfterEach
  void close() {
    server.close();
  }

  private List<String> hosts(String recipient, String route) {
    return ExplainOperation.HOSTS
        .perform(new ServerDesk(server), new Leaving(recipient, route))
        .lines();
  }

  @Test
  void eachInItsOrderWithItsOwnPolicy() {
    assertThat(hosts("x@far.test", "smtp:far.test"))
        .containsExactly(
            "mx.far.test[192.0.2.1]:25: TLS with whom 1 TLSA records name (dane)",
            "mx2.far.test[192.0.2.2]:25: TLS where it is offered, with anybody (may)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "smtp:[hub.test]:2525|hub.test[192.0.2.3]:2525: TLS with a certificate for hub.test or .hub.test (secure)",
        "smtp:none.test|none.test[192.0.2.4]:25: without TLS (none)",
        "smtp:known.test|known.test[192.0.2.5]:25: TLS with a certificate or a key of 1 (fingerprint)",
        "smtp:null.test|null.test: 5.1.10 Domain null.test does not accept mail (nullMX)",
        "smtp:gone.test|gone.test: 5.4.4 Host or domain name not found",
        "smtp:cut.test|cut.test: 4.7.5 TLSA lookup error for mx.cut.test:25",
        "smtp:here.test|here.test: 5.4.6 mail for here.test loops back to myself",
        "smtp:bad.test|bad.test: TLS policy for bad.test",
        "smtp:[hub|\"[hub\" is no next hop",
      })
  void orWhyThereIsNone(String route, String line) {
    String hop = route.substring("smtp:".length());

    assertThat(hosts("x@" + (hop.startsWith("[") ? "far.test" : hop), route))
        .singleElement()
        .asString()
        .startsWith(line);
  }

  @ParameterizedTest
  @CsvSource({"mailbox ada@example.test", "discard:", "nosuch:far.test", "local:/etc/passwd"})
  void nothingIsSaidOfOtherWays(String route) {
    assertThat(hosts("x@far.test", route)).isEmpty();
  }
}
