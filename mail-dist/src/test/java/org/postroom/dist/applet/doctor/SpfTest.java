package org.postroom.dist.applet.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.dns.lookup.ZoneResolver;

/** RFC 7208. */
final class SpfTest {
  private static final String AROUND =
      """
      example.org MX 10 mail.example.org
      mail.example.org A 192.0.2.1
      mail.example.org AAAA 2001:db8::1
      pass.test TXT v=spf1 ip4:192.0.2.0/24 -all
      none.test TXT other words
      soft.test TXT v=spf1 ~all
      loop.test TXT v=spf1 include:loop.test -all
      two.test TXT v=spf1 -all
      two.test TXT v=spf1 +all
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          v=spf1 -all|192.0.2.1|FAIL
          v=spf1|192.0.2.1|NEUTRAL
          v=spf1 +all|192.0.2.1|PASS
          V=SPF1 MX -ALL|192.0.2.1|PASS
          v=spf1 ip4:192.0.2.1 -all|192.0.2.1|PASS
          v=spf1 ip4:192.0.2.77/24 -all|192.0.2.1|PASS
          v=spf1 ip4:192.0.3.0/24 ~all|192.0.2.1|SOFTFAIL
          v=spf1 ip6:2001:db8::/32 -all|2001:db8::1|PASS
          v=spf1 ip4:192.0.2.1 ?all|2001:db8::1|NEUTRAL
          v=spf1 ip4:192.0.2.1/33 -all|192.0.2.1|PERMERROR
          v=spf1 a:mail.example.org -all|192.0.2.1|PASS
          v=spf1 a:mail.example.org/24 -all|192.0.2.200|PASS
          v=spf1 a:mail.example.org//32 -all|2001:db8:1::1|PASS
          v=spf1 a:mail.example.org//32 -all|192.0.2.200|FAIL
          v=spf1 mx -all|192.0.2.1|PASS
          v=spf1 mx/24 -all|192.0.2.99|PASS
          v=spf1 mx/99 -all|192.0.2.99|PERMERROR
          v=spf1 mx:example.org -all|192.0.2.9|FAIL
          v=spf1 include:pass.test -all|192.0.2.1|PASS
          v=spf1 include:pass.test -all|198.51.100.1|FAIL
          v=spf1 include:soft.test -all|192.0.2.1|FAIL
          v=spf1 include:none.test -all|192.0.2.1|PERMERROR
          v=spf1 include:two.test -all|192.0.2.1|PERMERROR
          v=spf1 include:loop.test -all|192.0.2.1|PERMERROR
          v=spf1 redirect=pass.test|192.0.2.1|PASS
          v=spf1 redirect=none.test|192.0.2.1|PERMERROR
          v=spf1 a:x1.test a:x2.test a:x3.test -all|192.0.2.1|PERMERROR
          v=spf1 exists:%{i}.test -all|192.0.2.1|OPEN
          v=spf1 exists:%{i}.test mx -all|192.0.2.1|PASS
          v=spf1 include:%{d}.test -all|192.0.2.1|OPEN
          v=spf1 unknown:x -all|192.0.2.1|PERMERROR
          v=spf1 x=y exp=why.test mx -all|192.0.2.1|PASS
          v=spf10 mx -all|192.0.2.1|NONE
          """)
  void evaluates(String record, String from, Spf.Result expected) {
    ZoneResolver zone = ZoneResolver.of(AROUND, "example.org TXT " + record);
    Names names = new Names(zone, Deadline.in(Duration.ofSeconds(30), Clock.systemUTC()));

    Spf.Outcome outcome =
        Spf.evaluate(names, Domain.of("example.org"), IpLiteral.parse(from).orElseThrow());

    assertThat(outcome.result()).as(outcome.why()).isEqualTo(expected);
  }
}
