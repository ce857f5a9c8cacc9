package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.refusal.WireFault;

class TlsContextsTest {
  private final Clock clock = Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);
  private final CertificateAuthority authority =
      CertificateAuthority.create(
          "Test CA", List.of("mail.example.org"), clock, new SecureRandom());
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

  /** PKCS#1 and SEC 1, as openssl writes them. */
  @Test
  void readsKeysOfOlderForms() throws Exception {
    RSAPrivateCrtKey rsa = (RSAPrivateCrtKey) pair("RSA").getPrivate();
    ECPrivateKey ec = (ECPrivateKey) pair("EC").getPrivate();
    int bits = ec.getParams().getOrder().bitLength();
    byte[] sec1 =
        new org.bouncycastle.asn1.sec.ECPrivateKey(
                bits,
                ec.getS(),
                PrivateKeyInfo.getInstance(ec.getEncoded())
                    .getPrivateKeyAlgorithm()
                    .getParameters())
            .getEncoded();
    byte[] pkcs1 =
        PrivateKeyInfo.getInstance(rsa.getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();

    assertThat(TlsContexts.privateKey(pem("RSA PRIVATE KEY", pkcs1), "key")).isEqualTo(rsa);
    assertThat(TlsContexts.privateKey(pem("EC PRIVATE KEY", sec1), "key"))
        .extracting(key -> ((ECPrivateKey) key).getS())
        .isEqualTo(ec.getS());
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void readsKeysOfPkcs8AlsoBehindOtherThings(String algorithm) throws Exception {
    PrivateKey key = pair(algorithm).getPrivate();
    String text = pem("PRIVATE KEY", key.getEncoded());

    assertThat(TlsContexts.privateKey(text, "key")).isEqualTo(key);
    assertThat(TlsContexts.privateKey("Comment\n" + issued.chain() + text, "key")).isEqualTo(key);
  }

  private static KeyPair pair(String algorithm) throws GeneralSecurityException {
    return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
  }

  private static String pem(String label, byte[] octets) {
    String body = Base64.getMimeEncoder().encodeToString(octets);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  /** At every octet: what is cut off is never taken for something whole. */
  @Test
  void refusesWhatWasCutOff() {
    String chain = issued.chain().strip();
    String key = issued.key().strip();
    int second = chain.indexOf("-----BEGIN", 1);
    for (int cut = 0; cut < chain.length(); cut++) {
      String part = chain.substring(0, cut);
      if (part.strip().endsWith("-----END CERTIFICATE-----") || cut > second && cut < second + 11) {
        continue; // one whole certificate, and the dashes of the next
      }
      assertThatThrownBy(() -> TlsContexts.certificates(part, "chain"))
          .as("cut at %s", cut)
          .isInstanceOf(WireFault.class);
    }
    for (int cut = 0; cut < key.length(); cut++) {
      String part = key.substring(0, cut);
      assertThatThrownBy(() -> TlsContexts.privateKey(part, "key"))
          .as("cut at %s", cut)
          .isInstanceOf(WireFault.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAA", "****", "MIIB\n"})
  void refusesWhatIsDamaged(String body) {
    String certificate = "-----BEGIN CERTIFICATE-----\n" + body + "-----END CERTIFICATE-----\n";
    String key = "-----BEGIN PRIVATE KEY-----\n" + body + "-----END PRIVATE KEY-----\n";

    assertThatThrownBy(() -> TlsContexts.certificates(certificate, "the chain"))
        .isInstanceOf(WireFault.class)
        .hasMessageStartingWith("the chain");
    assertThatThrownBy(() -> TlsContexts.privateKey(key, "the key"))
        .isInstanceOf(WireFault.class)
        .hasMessageStartingWith("the key");
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
    assertThat(leaf.getNotBefore().toInstant()).isBefore(clock.instant());
    assertThat(Duration.between(clock.instant(), leaf.getNotAfter().toInstant()).toDays())
        .isBetween(390L, 397L);
    assertThat(issued.toString()).doesNotContain("PRIVATE");
  }

  /** RFC 5280, 4.2.1.10; the JDK does not look at the constraints of an authority it trusts. */
  @ParameterizedTest
  @CsvSource({
    "mail.example.org, true",
    "imap.mail.example.org, true",
    "localhost, true",
    "127.0.0.1, true",
    "127.3.2.1, true",
    "::1, true",
    "example.org, false",
    "www.example.com, false",
    "192.0.2.1, false",
    "2001:db8::1, false",
  })
  void anAuthorityVouchesForItsNamesAlone(String name, boolean believed) throws Exception {
    X509Certificate own = TlsContexts.certificates(authority.certificate(), "ca").get(0);
    PKIXNameConstraintValidator validator = new PKIXNameConstraintValidator();
    validator.intersectPermittedSubtree(
        NameConstraints.getInstance(
                JcaX509ExtensionUtils.parseExtensionValue(own.getExtensionValue("2.5.29.30")))
            .getPermittedSubtrees());
    boolean address = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    GeneralName asked =
        new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);

    ThrowingCallable check = () -> validator.checkPermitted(asked);

    if (believed) {
      assertThatCode(check).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(check).isInstanceOf(NameConstraintValidatorException.class);
    }
  }

  @Test
  void anAuthorityIsForServersAndForNoOtherAuthority() throws Exception {
    X509Certificate own = TlsContexts.certificates(authority.certificate(), "ca").get(0);

    assertThat(own.getBasicConstraints()).as("path length").isZero();
    assertThat(own.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(own.getCriticalExtensionOIDs())
        .containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19", "2.5.29.30");
    assertThat(Duration.between(clock.instant(), own.getNotAfter().toInstant()).toDays())
        .isBetween(1800L, 1826L);
  }

  @Test
  void noCertificateOutlivesItsAuthority() {
    Clock late = Clock.offset(clock, Duration.ofDays(1700));
    CertificateAuthority.Issued kept = authority.self();
    CertificateAuthority old =
        CertificateAuthority.of(kept.chain(), kept.key(), late, new SecureRandom());

    List<X509Certificate> chain =
        TlsContexts.certificates(old.issue(List.of("mail.example.org")).chain(), "chain");

    assertThat(chain.get(0).getNotAfter()).isEqualTo(chain.get(1).getNotAfter());
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
