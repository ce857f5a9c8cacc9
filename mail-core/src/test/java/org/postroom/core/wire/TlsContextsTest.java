package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsContextsTest {
  private final Clock clock = Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);
  private final CertificateAuthority authority =
      CertificateAuthority.create("Test CA", clock, new SecureRandom());
  private final CertificateAuthority.Issued issued =
      authority.issue(List.of("mail.example.org", "127.0.0.1", "::1"));

  @TempDir private Path folder;

  private Path chain() {
    return folder.resolve("chain.pem");
  }

  private Path key() {
    return folder.resolve("key.pem");
  }

  @Test
  void readsWhatTheAuthorityWrote() throws IOException {
    issued.write(chain(), key());

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
        .isEqualTo("rw-------");
    assertThatCode(() -> TlsContexts.server(chain(), key())).doesNotThrowAnyException();
  }

  @Test
  void refusesAKeyThatEverybodyCanReadAndSaysWhatToDo() throws IOException {
    issued.write(chain(), key());
    Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> TlsContexts.server(chain(), key()))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("chmod 0600 " + key());
  }

  @Test
  void namesAFileThatIsMissing() throws IOException {
    issued.write(chain(), key());
    Files.delete(key());

    assertThatThrownBy(() -> TlsContexts.server(chain(), key()))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining(key().toString())
        .hasMessageContaining("does not exist");
  }

  @Test
  void refusesFilesThatHoldSomethingElse() {
    assertThatThrownBy(() -> TlsContexts.server(issued.key(), issued.key()))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("no certificate");
    assertThatThrownBy(() -> TlsContexts.server(issued.chain(), issued.chain()))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("no unencrypted private key");
  }

  @Test
  void refusesAKeyOfAnotherCertificate() {
    CertificateAuthority.Issued other = authority.issue(List.of("other.example.org"));

    assertThatThrownBy(() -> TlsContexts.server(issued.chain(), other.key()))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("not the key of the first certificate");
  }

  @Test
  void replacesOnlyByTheSameKind() {
    TlsContext server = TlsContexts.server(issued.chain(), issued.key());

    assertThatThrownBy(() -> TlsContexts.replace(server, TlsContexts.opportunisticClient()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void certificatesNameTheirHostsAndAreSignedByTheAuthority() throws Exception {
    List<X509Certificate> chain = TlsContexts.certificates(issued.chain(), "chain");

    X509Certificate leaf = chain.get(0);
    leaf.verify(chain.get(1).getPublicKey());
    assertThat(leaf.getSubjectAlternativeNames().stream().map(n -> n.get(1).toString()))
        .containsExactly("mail.example.org", "127.0.0.1", "0:0:0:0:0:0:0:1");
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(chain.get(1).getBasicConstraints()).isNotNegative();
    assertThat(leaf.getNotBefore().toInstant()).isBefore(clock.instant());
    assertThat(Duration.between(clock.instant(), leaf.getNotAfter().toInstant()).toDays())
        .isBetween(800L, 825L);
    assertThat(issued.toString()).doesNotContain("PRIVATE");
  }

  @Test
  void anAuthorityThatWasKeptGoesOnIssuing() throws Exception {
    CertificateAuthority.Issued kept = authority.self();

    CertificateAuthority again =
        CertificateAuthority.of(kept.chain(), kept.key(), clock, new SecureRandom());

    X509Certificate leaf =
        TlsContexts.certificates(again.issue(List.of("a.example")).chain(), "chain").get(0);
    leaf.verify(TlsContexts.certificates(authority.certificate(), "ca").get(0).getPublicKey());
  }
}
