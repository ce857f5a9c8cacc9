package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.dist.RelayHouse.ADA;
import static org.postroom.dist.RelayHouse.BOB;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.TestTls;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.dist.submit.Submitted;

/** Mail that must not go but by servers that are known and do the same (REQUIRETLS, RFC 8689). */
@Tag("two-clocks")
final class RequireTlsTest {
  private static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create(
          "Far CA", List.of("far.test", "other.test"), Clock.systemUTC(), new SecureRandom());

  @TempDir private Path folder;
  private final RelayHouse house = new RelayHouse();
  private final RelayHop hop = RelayHop.open(house.time);

  @BeforeEach
  void set() throws Exception {
    Path trusted = Files.writeString(folder.resolve("ca.pem"), AUTHORITY.certificate());
    house
        .zone("far.test MX 10 mx.far.test", "mx.far.test A 127.0.0.1")
        .set("smtp_special_networks", "127.0.0.0/8")
        .set("smtp_tls_CAfile", trusted.toString())
        .set("relayhost", "[mx.far.test]:" + hop.port());
  }

  @AfterEach
  void end() {
    house.close();
    hop.close();
  }

  private void offers(String certified, String... keywords) throws Exception {
    hop.offers(keywords).tls(TestTls.serving(AUTHORITY.issue(List.of(certified))));
  }

  private void submit(boolean requiresTls) {
    Submitted unused = submitted(requiresTls);
  }

  private Submitted submitted(boolean requiresTls) {
    Envelope envelope =
        new Envelope(
            ReversePath.of(Address.parse(ADA)),
            List.of(Recipient.of(Address.parse(BOB))),
            BodyType.SEVEN_BIT,
            false,
            Optional.empty(),
            Optional.empty(),
            requiresTls);
    byte[] mail = "Subject: secret\r\nTLS-Required: No\r\n\r\nthe body\r\n".getBytes(US_ASCII);
    return house.server().submit(envelope, new ByteArrayInputStream(mail));
  }

  private String mailFrom() {
    return hop.heard().stream().filter(line -> line.startsWith("MAIL")).findFirst().orElse("");
  }

  /** What its header says otherwise does not count (RFC 8689, 4.1). */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "secure|enforce|mx.far.test",
        "verify|enforce|mx.far.test",
        "may|enforce|mx.far.test",
        "may|opportunistic|mx.other.far.test",
        "may|opportunistic+starttls|mx.other.far.test",
      })
  void goesToAServerThatDoesTheSame(String level, String policy, String certified)
      throws Exception {
    offers(certified, "STARTTLS", "REQUIRETLS");
    house.set("smtp_tls_security_level", level).set("smtp_requiretls_policy", policy).start();

    submit(true);

    hop.await();
    assertThat(hop.visits().get(0).protectedByTls).isTrue();
    assertThat(mailFrom()).isEqualTo("MAIL FROM:<ada@example.org> REQUIRETLS");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "opportunistic|STARTTLS|true",
        "opportunistic|REQUIRETLS|false",
        "opportunistic+starttls|STARTTLS|true",
        "disable|STARTTLS REQUIRETLS|true",
        "inline:{.far.test=opportunistic} enforce|STARTTLS|true",
      })
  void goesAsOtherMailWhereThatIsEnough(String policy, String keywords, boolean tls)
      throws Exception {
    offers("mx.far.test", keywords.split(" "));
    house.set("smtp_tls_security_level", "may").set("smtp_requiretls_policy", policy).start();

    submit(true);

    hop.await();
    assertThat(hop.visits().get(0).protectedByTls).isEqualTo(tls);
    assertThat(mailFrom()).isEqualTo("MAIL FROM:<ada@example.org>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "enforce|mx.far.test|STARTTLS|5.7.30 REQUIRETLS is required, but was not offered",
        "enforce|mx.other.far.test|STARTTLS REQUIRETLS|5.7.10 Server certificate not verified",
        "enforce|mx.far.test|REQUIRETLS|5.7.10 TLS is required, but was not offered",
        "opportunistic+starttls|mx.far.test|PIPELINING|5.7.10 TLS is required, but was not offered",
      })
  void isReturnedWhereNobodyDoes(String policy, String certified, String keywords, String why)
      throws Exception {
    offers(certified, keywords.split(" "));
    house.set("smtp_tls_security_level", "may").set("smtp_requiretls_policy", policy).start();

    submit(true);

    String report = house.awaitInbox(1).get(0);
    String status = why.substring(0, why.indexOf(' '));
    assertThat(report.replaceAll("\\s+", " "))
        .contains("Status: " + status)
        .contains(why.substring(status.length() + 1))
        // RFC 8689, 5: the report may go in clear, so the mail does not go with it.
        .contains("Content-Type: text/rfc822-headers")
        .contains("Subject: secret")
        .doesNotContain("the body");
    assertThat(mailFrom()).isEmpty();
  }

  /** From one server of ours to the next, which hands it on; by an alias, too. */
  @Test
  void goesFromServerToServer() throws Exception {
    CertificateAuthority.Issued issued = AUTHORITY.issue(List.of("mx.far.test"));
    Path chain = folder.resolve("chain.pem");
    Path key = folder.resolve("key.pem");
    issued.write(chain, key);
    offers("mx.far.test", "STARTTLS", "REQUIRETLS");
    try (RelayHouse next = new RelayHouse()) {
      next.zone("mx.far.test A 127.0.0.1")
          .set("smtp_special_networks", "127.0.0.0/8")
          .set("smtp_tls_CAfile", folder.resolve("ca.pem").toString())
          .set("smtpd_tls_cert_file", chain.toString())
          .set("smtpd_tls_key_file", key.toString())
          .set("virtual_alias_domains", "example.net")
          .set("virtual_alias_maps", "inline:{" + BOB + "=eve@elsewhere.test}")
          .set("relayhost", "[mx.far.test]:" + hop.port())
          .start();
      house.set("relayhost", "[mx.far.test]:" + next.server().address(Role.MX).getPort()).start();

      submit(true);

      assertThat(hop.await().to()).containsExactly("eve@elsewhere.test");
      assertThat(mailFrom()).isEqualTo("MAIL FROM:<ada@example.org> REQUIRETLS");
    }
  }

  /** What cannot be known now, or is not there, may be there later. */
  @Test
  void waitsWhereAHandshakeBreaksOff() throws Exception {
    SSLContext keyless = SSLContext.getInstance("TLS");
    keyless.init(null, null, null);
    hop.offers("STARTTLS", "REQUIRETLS").tls(keyless);
    house.start();

    submit(true);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason())
        .startsWith("4.7.5 Cannot start TLS with mx.far.test");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "EHLO|450 4.3.2 Later|4.7.4 host mx.far.test",
        "STARTTLS|454 4.7.0 Later|4.7.4 TLS is required, but host mx.far.test",
        "STARTTLS|421 4.3.2 Bye|4.7.4 TLS is required, but host mx.far.test",
      })
  void waitsWhereAServerSaysNotNow(String verb, String reply, String why) throws Exception {
    offers("mx.far.test", "STARTTLS", "REQUIRETLS");
    hop.always(verb, reply);
    house.start();

    submit(true);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason()).startsWith(why);
  }

  /** One of them may be what it asks for. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "far.test MX 10 broken.test, far.test MX 20 mx.far.test, broken.test SERVFAIL|far.test:PORT",
        "null.test MX 0 .|null.test, [mx.far.test]:PORT",
      })
  void waitsForHostsThatAreNotKnownNow(String records, String hops) throws Exception {
    offers("mx.far.test", "STARTTLS");
    house
        .zone((records + ", mx.far.test A 127.0.0.1").split(", "))
        .set("smtp_tls_security_level", "may")
        .set("smtp_requiretls_policy", "enforce")
        .set("relayhost", hops.replace("PORT", Integer.toString(hop.port())))
        .start();

    submit(true);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason()).contains("was not offered").startsWith("4.");
  }

  @Test
  void waitsWhereNobodyAnswers() throws Exception {
    hop.always("CONNECT", RelayHop.DROP);
    house.start();

    submit(true);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason()).startsWith("4.4.1 lost connection");
  }

  /** A server that DNS alone names proves nothing by a certificate for that name. */
  @ParameterizedTest
  @CsvSource({"verify, mx.other.test, false", "verify, far.test, true", "may, far.test, true"})
  void theDnsAloneDoesNotSayWhoAServerIs(String level, String certified, boolean goes)
      throws Exception {
    offers(certified, "STARTTLS", "REQUIRETLS");
    house
        .zone("far.test MX 10 mx.other.test", "mx.other.test A 127.0.0.1")
        .set("relayhost", "far.test:" + hop.port())
        .set("smtp_tls_security_level", level)
        .start();

    submit(true);

    if (goes) {
      hop.await();
      assertThat(mailFrom()).endsWith(" REQUIRETLS");
    } else {
      assertThat(house.awaitInbox(1).get(0)).contains("Status: 5.7.10");
    }
  }

  @Test
  void otherMailDoesNotFollowByItsConnection() throws Exception {
    offers("mx.far.test", "STARTTLS", "REQUIRETLS");
    house.set("smtp_tls_security_level", "may").start();

    submit(true);
    hop.await();
    house.awaitEmptyQueue();
    submit(false);
    hop.await();

    assertThat(hop.visits()).hasSize(2);
    assertThat(hop.visits().get(1).lines).contains("MAIL FROM:<ada@example.org>");
  }

  @Test
  void aReportMayGoWholeWhereItMustBeSafe() throws Exception {
    offers("mx.far.test", "STARTTLS");
    house.set("requiretls_redact_dsn", "no").start();

    submit(true);

    assertThat(house.awaitInbox(1).get(0)).contains("the body");
  }

  @Test
  void nothingIsRequiredWhereItIsOff() throws Exception {
    offers("mx.other.far.test", "STARTTLS", "REQUIRETLS");
    house.set("requiretls_enable", "no").set("smtp_tls_security_level", "may").start();

    // What cannot be required is not taken as if it were.
    assertThat(submitted(true).toString()).contains("5.7.30");
    submit(false);

    hop.await();
    assertThat(mailFrom()).isEqualTo("MAIL FROM:<ada@example.org>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "always|expected disable, opportunistic, opportunistic+starttls, enforce or type:table",
        "nosuch:/nowhere|nosuch",
      })
  void aPolicyThatIsNoneIsAFault(String policy, String fault) {
    house.set("smtp_requiretls_policy", policy);

    assertThatThrownBy(house::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("smtp_requiretls_policy")
        .hasMessageContaining(fault);
  }

  @Test
  void aTableThatSaysNoLevelHasMailWait() throws Exception {
    house.set("smtp_requiretls_policy", "inline:{mx.far.test=always}").start();

    submit(true);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason())
        .startsWith("4.7.5 REQUIRETLS policy for mx.far.test")
        .contains("expected disable");
  }
}
