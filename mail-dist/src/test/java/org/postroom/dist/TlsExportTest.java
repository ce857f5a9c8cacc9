package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Shows;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.dist.applet.AppletRun;

/** Who trusts what {@code postroom tls export} writes believes the server, and not another name. */
@Tag("process")
@Timeout(120)
final class TlsExportTest {
  @TempDir private Path folder;

  private Path mainCf(String... more) throws Exception {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "myhostname = mail.example.org",
                "mydestination =",
                "virtual_mailbox_domains = example.org",
                "inet_interfaces = loopback-only",
                "listeners = submissions:0",
                "storage_url = h2:data"));
    lines.addAll(List.of(more));
    return Files.write(folder.resolve("main.cf"), lines);
  }

  private MailServer server(Path mainCf) {
    return MailServer.builder()
        .configuration(mainCf)
        .bind(InetAddress.getLoopbackAddress())
        .start();
  }

  private AppletRun export(Path mainCf, String... more) {
    List<String> words = new ArrayList<>(List.of("tls", "export", "-c", mainCf.toString()));
    words.addAll(List.of(more));
    return AppletRun.of(words.toArray(String[]::new));
  }

  @Test
  @Shows("A1.7")
  void clientsThatTrustNothingElseBelieveTheServerByItsName() throws Exception {
    Programs.need("openssl");
    Path mainCf = mainCf();
    Path trusted = folder.resolve("trusted.pem");
    try (MailServer server = server(mainCf)) {
      AppletRun run = export(mainCf, "--to", trusted.toString());

      assertThat(run.status()).isZero();
      assertThat(run.said()).startsWith("Who trusts it believes mail.example.org, ");
      believes(server, trusted, "mail.example.org");
      believes(server, trusted, "localhost");
      assertThatThrownBy(() -> believes(server, trusted, "mail.example.com"))
          .hasMessageContaining("ostname mismatch");
    }
  }

  /** An authority's certificate, one between it and the server, and the server's. */
  @Test
  void ofAGivenCertificateTheRootIsTrustedAndTheWholeChainShown() throws Exception {
    Programs.need("openssl");
    SecureRandom random = new SecureRandom();
    CertificateAuthority authority =
        CertificateAuthority.create(
            "Someone", List.of("mail.example.org"), Clock.systemUTC(), random);
    Path chain = folder.resolve("chain.pem");
    Path key = folder.resolve("key.pem");
    authority.issue(List.of("mail.example.org")).write(chain, key);
    Path mainCf = mainCf("smtpd_tls_cert_file = " + chain, "smtpd_tls_key_file = " + key);
    Path trusted = folder.resolve("trusted.pem");
    Path shown = folder.resolve("shown.pem");
    try (MailServer server = server(mainCf)) {
      AppletRun run = export(mainCf, "--to", trusted.toString(), "--chain", shown.toString());

      assertThat(run.said()).startsWith("Who trusts it believes mail.example.org; it ends on ");
      assertThat(certificates(trusted))
          .extracting(one -> one.getSubjectX500Principal().getName())
          .containsExactly("CN=Someone");
      assertThat(certificates(shown)).isEqualTo(certificates(chain));
      believes(server, trusted, "mail.example.org");
    }
  }

  @Test
  void programsInJavaHaveItAsAStore() throws Exception {
    Path mainCf = mainCf();
    server(mainCf).close();
    Path p12 = folder.resolve("trusted.p12");

    AppletRun run = export(mainCf, "--p12", p12.toString());

    assertThat(run.said()).contains("# CN=Postroom authority of mail.example.org\n-----BEGIN");
    KeyStore store = KeyStore.getInstance(p12.toFile(), "changeit".toCharArray());
    assertThat(store.isCertificateEntry("postroom")).isTrue();
    assertThat(store.getCertificate("postroom"))
        .isEqualTo(certificates(folder.resolve("data/tls/ca.pem")).get(0));
  }

  @Test
  void saysThatThereIsNoneYet() throws Exception {
    AppletRun run = export(mainCf());

    assertThat(run.status()).isEqualTo(66);
    assertThat(run.said()).contains("the server has made no certificate yet");
  }

  @Test
  void saysWhereItCannotWrite() throws Exception {
    Path mainCf = mainCf();
    server(mainCf).close();

    AppletRun run = export(mainCf, "--to", folder.resolve("no/where").toString());

    assertThat(run.status()).isEqualTo(73);
    assertThat(run.said()).contains("cannot be written").contains("no/where");
  }

  private void believes(MailServer server, Path trusted, String name) throws Exception {
    byte[] unused =
        Programs.run(
            folder,
            "QUIT\r\n".getBytes(US_ASCII),
            "openssl",
            "s_client",
            "-quiet",
            "-verify_return_error",
            "-verify_hostname",
            name,
            "-CAfile",
            trusted.toString(),
            "-no-CApath",
            "-no-CAstore",
            "-connect",
            "127.0.0.1:" + server.address(Role.SUBMISSIONS).getPort());
  }

  private static List<X509Certificate> certificates(Path file) throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
          .map(one -> (X509Certificate) one)
          .toList();
    }
  }
}
