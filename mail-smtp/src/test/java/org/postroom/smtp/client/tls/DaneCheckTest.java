package org.postroom.smtp.client.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postroom.core.dns.Resolver.Tlsa;
import org.postroom.core.wire.CertificateAuthority;

/** Which certificates TLSA records are about (RFC 7671, 5). */
class DaneCheckTest {
  private static final String HOST = "mx.far.test";

  private static List<X509Certificate> chain(Clock clock, String name) throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.create("Far CA", List.of(name), clock, new SecureRandom());
    List<X509Certificate> chain = new ArrayList<>();
    for (Certificate one :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(authority.issue(List.of(name)).chain().getBytes(UTF_8)))) {
      chain.add((X509Certificate) one);
    }
    return chain;
  }

  private static Tlsa record(int usage, int selector, int matching, X509Certificate about)
      throws Exception {
    byte[] octets = selector == 0 ? about.getEncoded() : about.getPublicKey().getEncoded();
    byte[] data =
        switch (matching) {
          case 1 -> MessageDigest.getInstance("SHA-256").digest(octets);
          case 2 -> MessageDigest.getInstance("SHA-512").digest(octets);
          default -> octets;
        };
    return new Tlsa(usage, selector, matching, HexFormat.of().formatHex(data));
  }

  private static Optional<String> fault(Tlsa tlsa, List<X509Certificate> chain) {
    return DaneCheck.fault(List.of(tlsa), chain, List.of(HOST));
  }

  @Test
  void ofEachKindThereIsOneThatFits() throws Exception {
    List<X509Certificate> chain = chain(Clock.systemUTC(), HOST);
    for (int selector = 0; selector <= 1; selector++) {
      for (int matching = 0; matching <= 2; matching++) {
        assertThat(fault(record(3, selector, matching, chain.get(0)), chain)).isEmpty();
        assertThat(fault(record(2, selector, matching, chain.get(1)), chain)).isEmpty();
        assertThat(fault(record(3, selector, matching, chain.get(1)), chain))
            .hasValue("no TLSA record is about its certificates");
      }
    }
  }

  /** A server need not send the authority that its record has as a whole, but any other. */
  @Test
  void theChainLeadsToTheAuthority() throws Exception {
    List<X509Certificate> chain = chain(Clock.systemUTC(), HOST);
    List<X509Certificate> alone = chain.subList(0, 1);

    assertThat(fault(record(2, 0, 0, chain.get(1)), alone)).isEmpty();
    assertThat(fault(record(2, 0, 1, chain.get(1)), alone)).isPresent();
    X509Certificate other = chain(Clock.systemUTC(), HOST).get(1);
    assertThat(fault(record(2, 0, 1, other), List.of(chain.get(0), other)))
        .hasValueSatisfying(fault -> assertThat(fault).contains("is not trusted"));
    assertThat(fault(record(2, 0, 1, chain.get(0)), chain))
        .hasValue("its certificate is the authority's own");
  }

  @Test
  void namesAndDatesCountWithAnAuthorityAlone() throws Exception {
    List<X509Certificate> other = chain(Clock.systemUTC(), "other.test");
    List<X509Certificate> old =
        chain(Clock.fixed(Instant.parse("2010-01-01T00:00:00Z"), ZoneOffset.UTC), HOST);

    assertThat(fault(record(3, 1, 1, other.get(0)), other)).isEmpty();
    assertThat(fault(record(2, 1, 1, other.get(1)), other))
        .hasValue("its certificate is not for mx.far.test, but for other.test");
    assertThat(fault(record(3, 0, 1, old.get(0)), old)).isEmpty();
    assertThat(fault(record(2, 0, 1, old.get(1)), old))
        .hasValueSatisfying(fault -> assertThat(fault).startsWith("its certificate has expired"));
  }

  @Test
  void whatIsNoCertificateIsAboutNobody() throws Exception {
    List<X509Certificate> chain = chain(Clock.systemUTC(), HOST);

    assertThat(fault(new Tlsa(2, 0, 0, "abcd"), chain))
        .hasValue("no TLSA record is about its certificates");
  }
}
