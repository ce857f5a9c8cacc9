package org.postroom.smtp.client.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.NextHop;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.core.wire.TlsContexts;

/** Whose certificate will do. */
class PeerCheckTest {
  private static final NextHop HOP = NextHop.parse("example.com", 25);
  private static final String HOST = "mx.example.net";

  @TempDir private Path folder;

  private CertificateAuthority authority(Clock clock) {
    return CertificateAuthority.create(
        "Test CA", List.of("example.com", "example.net", "localhost"), clock, new SecureRandom());
  }

  private List<X509Certificate> chain(CertificateAuthority.Issued issued) throws IOException {
    return new ArrayList<>(
        TlsContexts.authorities(Files.writeString(folder.resolve("chain.pem"), issued.chain())));
  }

  private PeerCheck trusting(CertificateAuthority authority) throws IOException {
    Path file = Files.writeString(folder.resolve("ca.pem"), authority.certificate());
    return PeerCheck.of(
        Settings.builder(TlsParams.ALL).set("smtp_tls_CAfile", file.toString()).build());
  }

  private static TlsPolicy policy(TlsLevel level, String... match) {
    return new TlsPolicy(level, Arrays.asList(match), Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mx.example.net|hostname|",
        "mx.example.net|nexthop dot-nexthop|not for example.com or .example.com, but for mx.example.net",
        "example.com|nexthop|",
        "a.b.example.com|dot-nexthop|",
        "example.com|dot-nexthop|not for .example.com, but for example.com",
        "notexample.com|dot-nexthop|not for .example.com, but for notexample.com",
        "MX.Example.NET|hostname|",
        "other.example.net|hostname mx.test other.example.net|",
      })
  void aNameIsHeldAgainstWhatThePolicyWants(String name, String match, String fault)
      throws IOException {
    CertificateAuthority authority =
        CertificateAuthority.create(
            "Test CA", List.of(name), Clock.systemUTC(), new SecureRandom());

    Optional<String> found =
        trusting(authority)
            .fault(
                policy(TlsLevel.VERIFY, match.split(" ")),
                chain(authority.issue(List.of(name))),
                HOP,
                HOST);

    assertThat(found.orElse("")).endsWith(fault == null ? "" : fault);
    assertThat(found.isPresent()).isEqualTo(fault != null);
  }

  @Test
  void tellsWhatIsWrong() throws IOException {
    CertificateAuthority authority = authority(Clock.systemUTC());
    PeerCheck check = trusting(authority);
    List<X509Certificate> good = chain(authority.issue(List.of("example.com")));

    assertThat(check.fault(policy(TlsLevel.SECURE, "nexthop"), good, HOP, HOST)).isEmpty();
    assertThat(check.fault(policy(TlsLevel.VERIFY, "hostname"), good, HOP, HOST))
        .hasValueSatisfying(
            fault -> assertThat(fault).endsWith("is not for mx.example.net, but for example.com"));
    assertThat(check.fault(policy(TlsLevel.SECURE, "nexthop"), List.of(), HOP, HOST))
        .hasValue("it shows no certificate");
    assertThat(check.fault(policy(TlsLevel.ENCRYPT), List.of(), HOP, HOST)).isEmpty();
    List<X509Certificate> foreign =
        chain(authority(Clock.systemUTC()).issue(List.of("example.com")));
    assertThat(check.fault(policy(TlsLevel.SECURE, "nexthop"), foreign, HOP, HOST))
        .hasValueSatisfying(fault -> assertThat(fault).contains("is not trusted"));
  }

  /** Postfix's words; authorities that nobody has named are not asked for the log alone. */
  @ParameterizedTest
  @CsvSource({
    "SECURE, example.com, true, Verified",
    "SECURE, example.net, true, Trusted",
    "ENCRYPT, example.net, true, Trusted",
    "MAY, example.com, false, Untrusted",
    "ENCRYPT, '', true, Anonymous",
  })
  void saysWhatACertificateIsWorth(TlsLevel level, String name, boolean ofOurs, String word)
      throws IOException {
    CertificateAuthority ours = authority(Clock.systemUTC());
    PeerCheck check = trusting(ours);
    CertificateAuthority by = ofOurs ? ours : authority(Clock.systemUTC());
    List<X509Certificate> chain = name.isEmpty() ? List.of() : chain(by.issue(List.of(name)));
    TlsPolicy policy = policy(level, "nexthop");

    assertThat(check.trust(policy, chain, check.fault(policy, chain, HOP, HOST))).isEqualTo(word);
  }

  @Test
  void tellsOfOneThatIsTooOld() throws IOException {
    CertificateAuthority old =
        authority(Clock.fixed(Instant.parse("2010-01-01T00:00:00Z"), ZoneOffset.UTC));

    assertThat(
            trusting(old)
                .fault(
                    policy(TlsLevel.SECURE, "nexthop"),
                    chain(old.issue(List.of("example.com"))),
                    HOP,
                    HOST))
        .hasValueSatisfying(
            fault -> assertThat(fault).startsWith("its certificate has expired: valid until 201"));
  }

  @Test
  void asksForTheNameThatSettingsMean() {
    assertThat(named("nexthop").nameFor(HOP, HOST)).isEqualTo("example.com");
    assertThat(named("hostname").nameFor(HOP, HOST)).isEqualTo(HOST);
    assertThat(named("other.test").nameFor(HOP, HOST)).isEqualTo("other.test");
    assertThat(policy(TlsLevel.MAY).nameFor(HOP, HOST)).isEqualTo(HOST);
  }

  private static TlsPolicy named(String serverName) {
    return new TlsPolicy(TlsLevel.ENCRYPT, List.of(), Optional.of(serverName));
  }

  /** Whoever is known by records or fingerprints needs nobody to vouch for him. */
  @ParameterizedTest
  @CsvSource({"dane", "dane-only", "fingerprint", "encrypt", "may"})
  void authoritiesNeedNotBeThereWhereTheyAreNotAsked(String level) {
    Settings settings =
        Settings.builder(TlsParams.ALL)
            .set("smtp_tls_security_level", level)
            .set("smtp_tls_CApath", folder.resolve("nowhere").toString())
            .build();

    assertThatCode(() -> PeerCheck.of(settings)).doesNotThrowAnyException();
  }

  /** What would be wrong with anybody is no server's fault. */
  @ParameterizedTest
  @CsvSource({"SECURE, true, true", "SECURE, false, false", "DANE, false, true"})
  void judgesByAuthoritiesThatCanBeRead(TlsLevel level, boolean there, boolean judges)
      throws IOException {
    PeerCheck check = trusting(authority(Clock.systemUTC()));
    if (!there) {
      Files.delete(folder.resolve("ca.pem"));
    }

    assertThat(check.canJudge(policy(level, "nexthop"))).isEqualTo(judges);
  }

  @Test
  void aFolderThatVouchesForNobodyIsAFault() {
    Settings settings =
        Settings.builder(TlsParams.ALL)
            .set("smtp_tls_security_level", "verify")
            .set("smtp_tls_CApath", folder.toString())
            .build();

    assertThatThrownBy(() -> PeerCheck.of(settings))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("holds no certificate (PEM) of an authority");
  }
}
