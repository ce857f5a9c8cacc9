package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.TlsContext;

/** The certificate that the server makes for itself is renewed where it must be, and only there. */
@Tag("seconds")
final class OwnCertificateTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
  private static final List<String> NAMES = List.of("mail.example.org", "localhost", "127.0.0.1");

  @TempDir private Path folder;

  private OwnCertificate open(Instant when, List<String> names) {
    return new OwnCertificate(folder, names, Clock.fixed(when, ZoneOffset.UTC), new SecureRandom());
  }

  private X509Certificate server() throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(Files.readAllBytes(folder.resolve("tls/server.pem"))));
  }

  private String file(String name) throws IOException {
    return Files.readString(folder.resolve("tls").resolve(name), UTF_8);
  }

  @Test
  void staysAsItIsWhileNothingIsDue() throws Exception {
    open(NOW, NAMES);
    String before = file("server.pem") + file("ca.pem");

    open(NOW.plus(Duration.ofDays(360)), NAMES);

    assertThat(file("server.pem") + file("ca.pem")).isEqualTo(before);
  }

  @Test
  void isRenewedBeforeItsEndByTheAuthorityThatClientsTrust() throws Exception {
    String authority = open(NOW, NAMES).authority();
    X509Certificate before = server();
    Instant later = NOW.plus(Duration.ofDays(370));

    assertThat(open(later, NAMES).authority()).isEqualTo(authority);

    assertThat(server().getSerialNumber()).isNotEqualTo(before.getSerialNumber());
    assertThat(server().getNotAfter().toInstant()).isAfter(later.plus(Duration.ofDays(390)));
  }

  @Test
  void anotherNameNeedsAnotherAuthority() throws Exception {
    String authority = open(NOW, NAMES).authority();

    OwnCertificate renamed = open(NOW, List.of("mx.example.net", "localhost", "127.0.0.1"));

    assertThat(renamed.authority()).isNotEqualTo(authority);
    assertThat(server().getSubjectAlternativeNames().iterator().next().get(1))
        .isEqualTo("mx.example.net");
  }

  @Test
  void anAuthorityThatEndsIsReplaced() {
    String authority = open(NOW, NAMES).authority();

    assertThat(open(NOW.plus(Duration.ofDays(1800)), NAMES).authority()).isNotEqualTo(authority);
  }

  /** As the first releases made it: valid for any name. */
  @Test
  void anAuthorityWithoutConstraintsIsReplaced() throws Exception {
    open(NOW, NAMES);
    try (var old = getClass().getResourceAsStream("ca-without-constraints.pem")) {
      Files.copy(old, folder.resolve("tls/ca.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    open(NOW, NAMES);

    X509Certificate authority =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(file("ca.pem").getBytes(UTF_8)));
    assertThat(authority.getBasicConstraints()).isZero();
    server().verify(authority.getPublicKey());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca.pem", "ca.key", "server.pem", "server.key"})
  void whatACrashLeftHalfWrittenIsMadeAnew(String half) throws Exception {
    open(NOW, NAMES);
    Path another = Files.createDirectory(folder.resolve("another"));
    new OwnCertificate(another, NAMES, Clock.fixed(NOW, ZoneOffset.UTC), new SecureRandom());
    Files.copy(
        another.resolve("tls").resolve(half),
        folder.resolve("tls").resolve(half),
        StandardCopyOption.REPLACE_EXISTING);

    open(NOW.plus(Duration.ofDays(370)), NAMES);

    X509Certificate authority =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(file("ca.pem").getBytes(UTF_8)));
    server().verify(authority.getPublicKey());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca.pem", "ca.key", "server.pem", "server.key"})
  void whatIsMissingIsMadeAnew(String missing) throws Exception {
    open(NOW, NAMES);
    Files.delete(folder.resolve("tls").resolve(missing));

    open(NOW.plus(Duration.ofDays(370)), NAMES);

    assertThat(folder.resolve("tls").resolve(missing)).exists();
  }

  @Test
  void isRenewedWhileTheServerRuns() throws Exception {
    VirtualTime time = VirtualTime.startingAt(NOW);
    OwnCertificate own = new OwnCertificate(folder, NAMES, time, new SecureRandom());
    TlsContext context = own.context();
    X509Certificate before = server();
    own.keepRenewed(time, Runnable::run);

    time.advance(Duration.ofDays(365));
    assertThat(server()).isEqualTo(before);
    time.advance(Duration.ofDays(5));

    assertThat(server()).isNotEqualTo(before);
    assertThat(own.context()).as("what listeners hold").isSameAs(context);
  }
}
