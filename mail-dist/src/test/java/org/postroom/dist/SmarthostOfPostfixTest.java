package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.testing.Until;
import org.postroom.core.wire.CertificateAuthority;

/** The provider's server is Postfix with Cyrus SASL, as most are. Needs root, as Postfix does. */
@Tag("process")
final class SmarthostOfPostfixTest {
  private static final String SASL = "pwcheck_method: auxprop\nauxprop_plugin: sasldb\n";
  @TempDir private static Path folder;
  private static PostfixServer provider;
  private static final int SUBMISSION = FreePorts.take();
  private static final int SUBMISSIONS = FreePorts.take();

  @BeforeAll
  static void startPostfix() throws Exception {
    PostfixServer.need();
    Programs.need("saslpasswd2");
    provider = new PostfixServer(folder);
    Files.createDirectory(folder.resolve("etc/sasl"));
    CertificateAuthority authority =
        CertificateAuthority.create(
            "Provider CA", List.of("provider.test"), Clock.systemUTC(), new SecureRandom());
    Files.writeString(folder.resolve("ca.pem"), authority.certificate());
    authority
        .issue(List.of("smtp.provider.test"))
        .write(folder.resolve("chain.pem"), folder.resolve("key.pem"));
    Path accounts = folder.resolve("sasldb2");
    Files.writeString(
        folder.resolve("etc/sasl/smtpd.conf"),
        SASL
            + "sasldb_path: "
            + accounts
            + "\nmech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256\n");
    run(
        "correct horse",
        "saslpasswd2",
        "-p",
        "-c",
        "-f",
        accounts.toString(),
        "-u",
        "provider.test",
        "shop");
    run("", "chown", "postfix", accounts.toString());
    provider.start(
        """
        myhostname = smtp.provider.test
        default_transport = discard:
        smtpd_tls_cert_file = FOLDER/chain.pem
        smtpd_tls_key_file = FOLDER/key.pem
        smtpd_tls_security_level = encrypt
        smtpd_sasl_auth_enable = yes
        smtpd_relay_restrictions = permit_sasl_authenticated, reject
        """
            .replace("FOLDER", folder.toString()),
        ("127.0.0.1:" + SUBMISSION + " inet n - n - - smtpd\n")
            + ("127.0.0.1:" + SUBMISSIONS + " inet n - n - - smtpd\n")
            + "  -o smtpd_tls_wrappermode=yes\n");
  }

  @AfterAll
  static void stopPostfix() throws IOException {
    if (provider != null) {
      provider.close();
    }
  }

  private static void run(String input, String... command) throws Exception {
    byte[] unused = Programs.run(folder, input.getBytes(UTF_8), command);
  }

  private static RelayHouse customer(int port, String password) throws IOException {
    String hop = "[smtp.provider.test]:" + port;
    Path passwords = folder.resolve("sasl_passwd");
    Files.writeString(passwords, hop + " shop@provider.test:" + password + "\n");
    Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-------"));
    return new RelayHouse()
        .zone("smtp.provider.test A 127.0.0.1")
        .set("smtp_special_networks", "127.0.0.0/8")
        .set("relayhost", hop)
        .set("smtp_sasl_auth_enable", "yes")
        .set("smtp_sasl_password_maps", "hash:" + passwords)
        .set("smtp_sasl_security_options", "noanonymous")
        .set("smtp_tls_security_level", "secure")
        .set("smtp_tls_CAfile", folder.resolve("ca.pem").toString())
        .set("smtp_tls_wrappermode", port == SUBMISSIONS ? "yes" : "no");
  }

  private static long logIns(String mechanism) {
    return provider.log().stream()
        .filter(
            line ->
                line.contains("sasl_method=" + mechanism + ", sasl_username=shop@provider.test"))
        .count();
  }

  @ParameterizedTest
  @CsvSource({
    "587, PLAIN",
    "465, PLAIN",
    "587, LOGIN",
    "465, LOGIN",
    "587, CRAM-MD5",
    "587, SCRAM-SHA-1",
    "465, SCRAM-SHA-256"
  })
  void takesMail(String service, String mechanism) throws Exception {
    long before = logIns(mechanism);
    try (RelayHouse house =
        customer(service.equals("465") ? SUBMISSIONS : SUBMISSION, "correct horse")) {
      house.set("smtp_sasl_mechanism_filter", mechanism).start();

      house.send(BOB, MESSAGE);

      house.awaitEmptyQueue();
      assertThat(house.server().mailboxes(RelayHouse.ADA).inbox().messages()).isEmpty();
    }
    Until.so(() -> logIns(mechanism) > before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"})
  void mailWaitsWithWhatItSaysOfAWrongPassword(String mechanism) throws Exception {
    try (RelayHouse house = customer(SUBMISSIONS, "battery staple")) {
      house.set("smtp_sasl_mechanism_filter", mechanism).start();

      house.send(BOB, MESSAGE);
      house.passUntilAttempts(Duration.ofSeconds(1), 1);

      assertThat(house.queued(BOB).lastReason())
          .startsWith("4.7.8 SASL authentication failed; server smtp.provider.test[127.0.0.1]")
          .contains("said: 535 5.7.8 Error: authentication failed")
          .doesNotContain("battery");
    }
  }
}
