package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.storage.Storage;

/** Clients that trust the server's own authority believe the server, and nobody else by it. */
@Tag("process")
final class AuthorityClientsTest {
  @TempDir private Path folder;
  private MailServer server;

  @BeforeEach
  void start() {
    server =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.h2(folder.resolve("data")))
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.SUBMISSIONS, 0)
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String authority() {
    return folder.resolve("data/tls/ca.pem").toString();
  }

  private String port() {
    return Integer.toString(server.address(Role.SUBMISSIONS).getPort());
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "mail.example.org"})
  void openssl(String name) throws Exception {
    Programs.need("openssl");

    Programs.run(
        folder,
        "QUIT\r\n".getBytes(US_ASCII),
        "openssl",
        "s_client",
        "-quiet",
        "-verify_return_error",
        "-x509_strict",
        "-verify_hostname",
        name,
        "-CAfile",
        authority(),
        "-connect",
        "127.0.0.1:" + port());
  }

  @Test
  void opensslBelievesNothingElseByIt() throws Exception {
    Programs.need("openssl");
    CertificateAuthority stolen =
        CertificateAuthority.of(
            Files.readString(Path.of(authority())),
            Files.readString(folder.resolve("data/tls/ca.key")),
            Clock.systemUTC(),
            new SecureRandom());
    Path forged = folder.resolve("forged.pem");
    stolen.issue(List.of("www.example.com")).write(forged, folder.resolve("forged.key"));

    assertThatThrownBy(
            () ->
                Programs.run(
                    folder,
                    new byte[0],
                    "openssl",
                    "verify",
                    "-CAfile",
                    authority(),
                    forged.toString()))
        .hasMessageContaining("permitted subtree violation");
  }

  @Test
  void python() throws Exception {
    Programs.need("python3");

    byte[] said =
        Programs.run(
            folder,
            new byte[0],
            "python3",
            "-c",
            """
            import smtplib, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[1])
            client = smtplib.SMTP_SSL('localhost', int(sys.argv[2]), context=context)
            print(client.noop()[0])
            """,
            authority(),
            port());

    assertThat(new String(said, US_ASCII)).startsWith("250");
  }

  @Test
  void java() throws Exception {
    try (SSLSocket client =
        (SSLSocket)
            CertificateAuthority.trusting(server.authority().orElseThrow())
                .getSocketFactory()
                .createSocket("localhost", server.address(Role.SUBMISSIONS).getPort())) {
      client.startHandshake();
      assertThat(client.getSession().isValid()).isTrue();
    }
  }
}
