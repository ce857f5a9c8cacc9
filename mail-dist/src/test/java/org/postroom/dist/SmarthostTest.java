package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.door.Door;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;
import org.postroom.dist.mailbox.StoredMessage;
import org.postroom.storage.Storage;

/** Mail leaves by a provider's server, which wants TLS and a log-in. */
@Tag("two-clocks")
final class SmarthostTest {
  private static final String USER = "shop@provider.test";
  private static final String PASSWORD = "correct: horse";

  @TempDir private Path folder;
  private MailServer provider;
  private final RelayHouse house = new RelayHouse();

  @BeforeEach
  void startProvider() {
    provider =
        MailServer.builder()
            .hostname("smtp.provider.test")
            .storage(Storage.inMemory())
            .set("virtual_mailbox_domains", "provider.test, example.net")
            .set("smtpd_relay_restrictions", "permit_sasl_authenticated, reject")
            .set("smtpd_sasl_authenticated_header", "yes")
            .set("smtpd_sender_login_maps", "static:{" + USER + ", other@provider.test}")
            .set("auth_failure_delay", "0s")
            .listen(Role.SUBMISSIONS, 0)
            .listen(Role.SUBMISSION, 0)
            .account(USER, PASSWORD)
            .account("other@provider.test", "battery staple")
            .account(BOB, "x")
            .start();
    house
        .zone("smtp.provider.test A 127.0.0.1", "wrong.test A 127.0.0.1")
        .set("smtp_special_networks", "127.0.0.0/8");
  }

  @AfterEach
  void end() {
    house.close();
    provider.close();
  }

  /** Has all mail go by the provider, where nothing else is set, as its customers are told to. */
  private RelayHouse customer(Door door) throws IOException {
    return customer("smtp.provider.test", door, USER + ":" + PASSWORD);
  }

  private RelayHouse customer(String host, Door door, String logIn) throws IOException {
    String hop = "[" + host + "]:" + provider.address(door).getPort();
    Path passwords = secret("sasl_passwd", hop + " " + logIn + "\n");
    Path authority = folder.resolve("ca.pem");
    Files.writeString(authority, provider.authority().orElseThrow());
    return house
        .set("relayhost", hop)
        .set("smtp_sasl_auth_enable", "yes")
        .set("smtp_sasl_password_maps", "hash:" + passwords)
        .set("smtp_sasl_security_options", "noanonymous")
        .set("smtp_tls_security_level", "encrypt")
        .set("smtp_tls_wrappermode", door.implicitTls() ? "yes" : "no")
        .set("smtp_tls_CAfile", authority.toString());
  }

  private Path secret(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private static Door door(String name) {
    return name.equals("465") ? Role.SUBMISSIONS : Role.SUBMISSION;
  }

  private List<String> arrived() throws IOException {
    return texts(provider, BOB);
  }

  private static List<String> texts(MailServer server, String login) throws IOException {
    List<String> texts = new ArrayList<>();
    for (StoredMessage message : server.mailboxes(login).inbox().messages()) {
      texts.add(new String(message.open().readAllBytes(), UTF_8));
    }
    return texts;
  }

  @ParameterizedTest
  @CsvSource({
    "465, encrypt, ''",
    "587, encrypt, ''",
    "465, secure, ''",
    "587, verify, ''",
    "587, may, ''",
    "587, encrypt, plain",
    "465, encrypt, login",
    "587, encrypt, scram-sha-256",
    "587, encrypt, '!plain, !scram-sha-256, static:all'"
  })
  void takesMailByPortLevelAndMechanism(String port, String level, String mechanisms)
      throws Exception {
    customer(door(port))
        .set("smtp_tls_security_level", level)
        .set("smtp_sasl_mechanism_filter", mechanisms)
        .start();

    house.send(BOB, MESSAGE);

    house.awaitEmptyQueue();
    assertThat(arrived()).hasSize(1).first().asString().contains("(Authenticated sender: " + USER);
  }

  /** Passwords are not told, unless the administrator says that they may be. */
  @Test
  void tellsNoPasswordWhereOptionsForbidIt() throws Exception {
    customer(Role.SUBMISSION)
        .set("smtp_sasl_security_options", "noplaintext, noanonymous")
        .set("smtp_sasl_mechanism_filter", "plain, login")
        .start();

    house.send(BOB, MESSAGE);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason())
        .contains("4.7.0")
        .contains("offered no compatible authentication mechanisms");
    assertThat(arrived()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "login", "scram-sha-256"})
  void aWrongPasswordHasMailWaitWithWhatTheProviderSays(String mechanism) throws Exception {
    customer("smtp.provider.test", Role.SUBMISSIONS, USER + ":wrong")
        .set("smtp_sasl_mechanism_filter", mechanism)
        .start();

    house.send(BOB, MESSAGE);
    house.passUntilAttempts(Duration.ofSeconds(20), 1);

    assertThat(house.queued(BOB).lastReason())
        .contains("4.7.8 SASL authentication failed; server smtp.provider.test[127.0.0.1]")
        .contains("said: 535")
        .doesNotContain("wrong");
  }

  @Test
  void aWrongPasswordReturnsMailWhereSettingsSaySo() throws Exception {
    customer("smtp.provider.test", Role.SUBMISSIONS, USER + ":wrong")
        .set("smtp_sasl_auth_soft_bounce", "no")
        .start();

    house.send(BOB, MESSAGE);
    house.time.advance(Duration.ofSeconds(30));
    house.awaitEmptyQueue();

    String report = texts(house.server(), RelayHouse.ADA).get(0);
    assertThat(report).contains("Status: 5.7.8").contains("SASL authentication failed");
  }

  /** The password is read anew for each connection. */
  @Test
  void aMendedPasswordCountsAtTheNextAttempt() throws Exception {
    customer("smtp.provider.test", Role.SUBMISSIONS, USER + ":wrong").start();
    house.send(BOB, MESSAGE);
    house.passUntilAttempts(Duration.ofSeconds(20), 1);

    String hop = "[smtp.provider.test]:" + provider.address(Role.SUBMISSIONS).getPort();
    secret("sasl_passwd", hop + " " + USER + ":" + PASSWORD + "\n# mended\n");
    house.retryUntilEmpty();

    assertThat(arrived()).hasSize(1);
  }

  /** Each of two senders by a log-in of his own, on connections of their own. */
  @Test
  @Shows("A1.11")
  void logsInAsTheSenderWants() throws Exception {
    customer(Role.SUBMISSIONS)
        .set("smtp_sender_dependent_authentication", "yes")
        .set(
            "smtp_sasl_password_maps",
            "inline:{ {ada@example.org="
                + USER
                + ":"
                + PASSWORD
                + "}, {eve@example.org=other@provider.test:battery staple} }")
        .start();

    for (String sender : List.of(RelayHouse.ADA, "eve@example.org", RelayHouse.ADA)) {
      house.send("<" + sender + ">", List.of("<" + BOB + ">"), MESSAGE.getBytes(UTF_8));
      house.awaitEmptyQueue();
    }

    assertThat(arrived())
        .extracting(mail -> mail.replaceAll("(?s).*Authenticated sender: ([^)\\s]*).*", "$1"))
        .containsExactly(USER, "other@provider.test", USER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "465|secure|wrong.test|smtp_tls_CAfile|ca|is not for wrong.test or .wrong.test, but for smtp",
        "587|verify|wrong.test|smtp_tls_CAfile|ca|is not for wrong.test, but for smtp.provider.test",
        "587|secure|smtp.provider.test|smtp_tls_CAfile||is not trusted",
        "587|fingerprint|smtp.provider.test|smtp_tls_fingerprint_cert_match|00:11|has the fingerprint",
      })
  void aCertificateThatWillNotDoHasMailWait(
      String port, String level, String host, String name, String value, String reason)
      throws Exception {
    customer(host, door(port), USER + ":" + PASSWORD).set("smtp_tls_security_level", level);
    if (!"ca".equals(value)) {
      house.set(name, value == null ? "" : value);
    }
    house.start();

    house.send(BOB, MESSAGE);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason())
        .contains("4.7.5 Server certificate not verified: " + host + "[127.0.0.1]")
        .contains(reason);
    assertThat(arrived()).isEmpty();
  }

  /** It may give up its own safety (RFC 8689), and not that of our password. */
  @Test
  void aMailThatNeedNotBeSafeHasOurLogInToldToNobodyElse() throws Exception {
    customer("wrong.test", Role.SUBMISSION, USER + ":" + PASSWORD)
        .set("smtp_tls_security_level", "secure")
        .start();

    house.send(BOB, "TLS-Required: No\r\n" + MESSAGE);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason()).contains("4.7.5 Server certificate not verified");
    assertThat(arrived()).isEmpty();
  }

  /** What the reason says is what the administrator writes down, if it is the right one. */
  @Test
  void trustsAFingerprint() throws Exception {
    customer(Role.SUBMISSION)
        .set("smtp_tls_security_level", "fingerprint")
        .set("smtp_tls_fingerprint_cert_match", "00:11")
        .start();
    house.send(BOB, MESSAGE);
    house.awaitAttempts(1);
    String reason = house.queued(BOB).lastReason();
    String shown = reason.replaceAll(".* its key ([0-9A-F:]+).*", "$1");
    assertThat(shown).hasSize(32 * 3 - 1);

    house.server().reload(change -> change.set("smtp_tls_fingerprint_cert_match", shown));
    house.retryUntilEmpty();

    assertThat(arrived()).hasSize(1);
  }

  /** By the next hop as it is written, or the parent of its name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "encrypt|250",
        "secure|4.7.5",
        "secure match=smtp.provider.test:x.test|250",
        "secure match=.provider.test|250",
        "verify match=hostname|4.7.5",
        "perhaps|expected none, may, encrypt",
        "secure match|expected name=value",
        "secure tafile=/x|unknown: tafile=",
      })
  void aTableSaysHowSafeTheWayMustBe(String policy, String outcome) throws Exception {
    customer("wrong.test", Role.SUBMISSION, USER + ":" + PASSWORD);
    Path table = folder.resolve("policy");
    String hop = "[wrong.test]:" + provider.address(Role.SUBMISSION).getPort();
    Files.writeString(table, hop + " " + policy + "\n");
    house.set("smtp_tls_policy_maps", "hash:" + table).start();

    house.send(BOB, MESSAGE);

    if (outcome.equals("250")) {
      house.awaitEmptyQueue();
      assertThat(arrived()).hasSize(1);
    } else {
      house.awaitAttempts(1);
      assertThat(house.queued(BOB).lastReason()).contains(" 4.7.5 ".strip()).contains(outcome);
    }
  }

  @Test
  void theHandshakeComesFirstWhereItHasTo() throws Exception {
    customer(Role.SUBMISSION).set("smtp_tls_wrappermode", "yes").start();

    house.send(BOB, MESSAGE);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason())
        .contains("4.7.5")
        .contains("Cannot start TLS with smtp.provider.test[127.0.0.1]");
  }

  @Test
  void withoutTlsNoMailGoesThatNeedsIt() throws Exception {
    RelayHop hop = house.relayhost();
    house.set("smtp_tls_security_level", "encrypt").start();

    house.send(BOB, MESSAGE);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason())
        .contains("4.7.4 TLS is required, but was not offered by host");
    assertThat(hop.visits().get(0).lines).noneMatch(line -> line.startsWith("MAIL"));
  }

  /** A server that lacks AUTH today must not have our mail returned for the want of it. */
  @Test
  void whoCannotLogInIsNotRefusedForGood() throws Exception {
    RelayHop hop = house.relayhost();
    hop.always("MAIL", "530 5.7.0 Authentication required");
    house
        .set("smtp_sasl_auth_enable", "yes")
        .set("smtp_sasl_password_maps", "static:ada:x")
        .start();

    house.send(BOB, MESSAGE);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason()).contains("4.7.0").contains("said: 530 5.7.0");
  }

  /** Some servers repeat the line that they do not like. */
  @Test
  void noSecretComesBackInAReason() throws Exception {
    RelayHop hop = house.relayhost().offers("AUTH PLAIN");
    hop.always("AUTH", "500 5.5.1 Unknown: AUTH PLAIN AGFkYQBzZWNyZXQ=");
    house
        .set("smtp_sasl_auth_enable", "yes")
        .set("smtp_sasl_password_maps", "static:ada:secret")
        .set("smtp_sasl_security_options", "noanonymous")
        .start();

    house.send(BOB, MESSAGE);
    house.awaitAttempts(1);

    assertThat(house.queued(BOB).lastReason())
        .contains("said: 500 5.5.1 Unknown: AUTH PLAIN ***")
        .doesNotContain("AGFk");
  }

  /** Nor in what sender and postmaster hear of the session, whenever the server repeats it. */
  @Test
  void noSecretComesBackInAReportOrANotice() throws Exception {
    RelayHop hop = house.relayhost().offers("AUTH LOGIN");
    hop.always("AUTH LOGIN", "334 VXNlcm5hbWU6")
        .always("YWRh", "334 UGFzc3dvcmQ6")
        .always("b3BlbnNlc2FtZQ==", "235 2.7.0 Ok: YWRh b3BlbnNlc2FtZQ==")
        .always("RCPT", "500 5.5.1 Unknown: b3BlbnNlc2FtZQ==");
    house
        .set("notify_classes", "protocol")
        .set("error_notice_recipient", RelayHouse.ADA)
        .set("smtp_sasl_auth_enable", "yes")
        .set("smtp_sasl_password_maps", "static:ada:opensesame")
        .set("smtp_sasl_security_options", "noanonymous")
        .start();

    house.send(BOB, MESSAGE);

    List<String> mails = house.awaitInbox(2);
    assertThat(mails)
        .filteredOn(mail -> mail.contains("Diagnostic-Code: smtp; 500 5.5.1 Unknown: ***\r\n"))
        .singleElement()
        .asString()
        .contains(" said: 500 5.5.1 Unknown:\r\n    ***")
        .doesNotContain("b3Blbn");
    assertThat(mails)
        .filteredOn(mail -> mail.contains(" SMTP client: errors from "))
        .singleElement()
        .asString()
        .contains(
            " Out: AUTH LOGIN\r\n In:  334 ***\r\n Out: ***\r\n In:  334 ***\r\n Out: ***\r\n"
                + " In:  235 ***\r\n Out: MAIL FROM:",
            "\r\n In:  500 5.5.1 Unknown: ***\r\n")
        .doesNotContain("YWRh", "b3Blbn", "opensesame");
  }

  /** Log-ins go by the address that we know, whatever others are shown. */
  @Test
  void logsInForTheSenderAsWeKnowHim() throws Exception {
    customer(Role.SUBMISSIONS)
        .set("smtp_sender_dependent_authentication", "yes")
        .set("smtp_generic_maps", "inline:{ {ada@example.org=shop@provider.test} }")
        .set(
            "smtp_sasl_password_maps", "inline:{ {ada@example.org=" + USER + ":" + PASSWORD + "} }")
        .start();

    house.send(BOB, MESSAGE);
    house.awaitEmptyQueue();

    assertThat(arrived()).hasSize(1).first().asString().contains("(Authenticated sender: " + USER);
  }

  /** A password in main.cf itself is not shown, whatever else is wrong with the table. */
  @Test
  void aBrokenTableOfPasswordsShowsNone() {
    house
        .set("smtp_sasl_auth_enable", "yes")
        .set("smtp_sasl_password_maps", "inline:{ {a=x:secret}, {b x:secret} }");

    assertThatThrownBy(house::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("expected key = value")
        .hasMessageNotContaining("secret");
  }

  @Test
  void passwordsThatOthersCanReadAreRefused() throws Exception {
    customer(Role.SUBMISSION);
    Files.setPosixFilePermissions(
        folder.resolve("sasl_passwd"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(house::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("smtp_sasl_password_maps")
        .hasMessageContaining("can be read by everybody")
        .hasMessageContaining("chmod 0600");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "smtp_sasl_auth_enable|yes|needs a table with our log-ins",
        "smtp_tls_wrappermode|yes|smtp_tls_security_level = encrypt",
        "smtp_tls_security_level|fingerprint|smtp_tls_fingerprint_cert_match",
        "smtp_tls_security_level|dane|expected",
        "smtp_sasl_security_options|noplain|unknown: noplain",
      })
  void whatContradictsItselfDoesNotStart(String name, String value, String text) {
    house.set(name, value);

    assertThatThrownBy(house::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(text);
  }

  /** Debian's main.cf names a folder of authorities that may not be there, and need not be. */
  @Test
  void authoritiesHaveToBeThereWhereTheyAreAsked() {
    house.set("smtp_tls_CAfile", "/nowhere/ca.pem").set("smtp_tls_CApath", "/nowhere").start();
    house.close();

    assertThatThrownBy(house.set("smtp_tls_security_level", "secure")::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("smtp_tls_CAfile: /nowhere/ca.pem does not exist");
  }
}
