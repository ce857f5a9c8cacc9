package org.postroom.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Settings;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Notice;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.Shows;

final class PolicyTest {

  private static final OwnAddresses OWN =
      new OwnAddresses(
          List.of(
              new OwnAddresses.Interface(ip("127.0.0.1"), 8),
              new OwnAddresses.Interface(ip("172.16.5.4"), 24)),
          List.of());

  private static InetAddress ip(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }

  private static Policy policy(String mainCf) {
    return policy(mainCf, Tables.builder().build());
  }

  private static Policy policy(String mainCf, Tables tables) {
    return Policy.of(
        Settings.read(List.of(PolicyParams.ALL), MainCf.parse("main.cf", mainCf), Map.of()),
        OWN,
        tables);
  }

  private static PolicyContext stranger(String recipient) {
    return Judged.stranger(ip("203.0.113.9")).from(ReversePath.NULL).to(Address.parse(recipient));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smtpd_relay_restrictions =",
        "smtpd_relay_restrictions = permit_mynetworks",
        "smtpd_relay_restrictions = permit_mynetworks, permit_auth_destination",
        "smtpd_relay_restrictions = permit, reject_unauth_destination",
        "smtpd_relay_restrictions = permit\nsmtpd_recipient_restrictions = permit, reject",
      })
  @Shows("A4.8")
  void relayListWithoutDenialDoesNotStart(String mainCf) {
    BadConfiguration bad =
        catchThrowableOfType(BadConfiguration.class, () -> policy("\n" + mainCf));

    assertThat(bad.faults()).hasSize(1);
    assertThat(bad)
        .hasMessageStartingWith(
            "main.cf, line 2: smtpd_relay_restrictions: in parameter smtpd_relay_restrictions or"
                + " smtpd_recipient_restrictions, specify at least one working instance of:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "reject_unauth_destnation | unknown restriction: reject_unauth_destnation (did you mean"
            + " reject_unauth_destination?)",
        "check_recipient_access nis:x, reject | check_recipient_access: table type not supported: nis:x (export it to a file (ypcat -k))",
        "nis:x, reject | check_recipient_access: table type not supported: nis:x (export it to a file (ypcat -k))",
        "reject, check_client_access | restriction check_client_access requires an argument",
        "check_etrn_access hash:/x, reject | restriction not supported yet: check_etrn_access",
        "reject_rbl_client | restriction reject_rbl_client requires an argument",
        "reject_rbl_client zen..example, reject | reject_rbl_client: not the name of a list in the"
            + " DNS: zen..example",
        "reject_rbl_client zen.example=127.0.0.300, reject | reject_rbl_client: bad filter for the"
            + " answers of a list in the DNS: 127.0.0.300",
        "check_client_access unionmap:{accessdb:/x}, reject | check_client_access: accessdb: stands for"
            + " itself, and not within others: unionmap:{accessdb:/x}",
        "sleep 1d, reject | sleep: sleep takes 0 to 60 seconds, but found 1d",
        "reject, warn_if_reject | warn_if_reject stands before nothing",
        "permit_naked_ip_address, reject | restriction permit_naked_ip_address is no longer there:"
            + " use reject_unauth_destination, or reject_rbl_client with the name of a list",
      })
  void restrictionThatWeCannotObeyDoesNotStart(String list, String message) {
    assertThatThrownBy(() -> policy("smtpd_relay_restrictions = " + list))
        .isInstanceOf(BadConfiguration.class)
        .hasMessage("main.cf, line 1: smtpd_relay_restrictions: " + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0/0",
        "127.0.0.0/8 [::]/0",
        "0.0.0.0/1 128.0.0.0/1",
        "static:all",
        "!192.0.2.1 regexp:{{/./ x}}",
        "cidr:{{0.0.0.0/0 x}}",
        "127.0.0.0/8 cidr:{{2000::/3 x}}",
        "inline:{unknown=REJECT}",
      })
  void trustInTheWholeInternetDoesNotStart(String mynetworks) {
    assertThatThrownBy(() -> policy("mynetworks = " + mynetworks))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("open relay");
  }

  @Test
  @Shows("A4.5")
  void tablesInMynetworksTrustTheirKeys(@TempDir Path folder) throws Exception {
    Path access = Files.writeString(folder.resolve("access"), "203.0.113.9 REJECT\nmx.b.test OK\n");

    Policy policy = policy("mynetworks = 127.0.0.0/8, hash:" + access);

    assertThat(Judged.by(policy, stranger("x@else.test")).isPermitted()).isTrue();
    assertThat(policy.mynetworks().contains(ip("203.0.113.8"), () -> "unknown")).isFalse();
    assertThat(policy.mynetworks().contains(ip("203.0.113.8"), () -> "mx.b.test")).isTrue();
    assertThat(policy.warnings())
        .extracting(Notice::text)
        .contains(
            "mynetworks: every name and address that is a key of hash:"
                + access
                + " is in it, whatever its value says");
  }

  @Test
  void aTableThatCannotBeReadRefusesForNow() {
    Tables tables = Tables.builder().build();
    Policy policy = policy("mynetworks = hash:/no/such/table", tables);

    assertThat(Judged.by(policy, stranger("x@else.test")).refusal())
        .contains(new Verdict.Reject(451, "4.3.0", "<x@else.test>: Temporary lookup failure"));
    assertThat(tables.warnings())
        .containsExactly("hash:/no/such/table: there is no such file; look-ups in it fail for now");
  }

  @Test
  void hostBitsInAnAddressBlockAreAFaultWithTheRightBlock() {
    assertThatThrownBy(() -> policy("mynetworks = 10.0.0.1/8"))
        .isInstanceOf(BadConfiguration.class)
        .hasMessage(
            "main.cf, line 1: mynetworks: non-null host address bits in \"10.0.0.1/8\", perhaps"
                + " you should use \"10.0.0.0/8\" instead");
  }

  @Test
  void permissionInTheRelayListDoesNotSkipTheRecipientList() {
    Policy policy =
        policy(
            """
            smtpd_relay_restrictions = permit_auth_destination, reject
            smtpd_recipient_restrictions = DEFER
            """);

    Decision decision = Judged.by(policy, stranger("ada@localhost"));

    assertThat(decision.steps()).hasSize(2);
    assertThat(decision.refusal())
        .contains(
            new Verdict.Reject(
                450, "4.3.2", "<ada@localhost>: Recipient address rejected: Try again later"));
  }

  @Test
  void codesFollowTheirParameters() {
    Policy policy =
        policy(
            "relay_domains_reject_code = 550\nsmtpd_relay_restrictions = reject_unauth_destination");

    assertThat(Judged.by(policy, stranger("a@foreign.test")).refusal())
        .contains(new Verdict.Reject(550, "5.7.1", "<a@foreign.test>: Relay access denied"));
  }

  @ParameterizedTest
  @CsvSource({
    "host.example.org, LOCAL",
    "localhost, LOCAL",
    "localhost.example.org, LOCAL",
    "[172.16.5.4], LOCAL",
    "[172.16.5.5], REMOTE",
    "twice.example.org, LOCAL",
    "alias.example.org, VIRTUAL_ALIAS",
    "sub.alias.example.org, REMOTE",
    "box.example.org, VIRTUAL_MAILBOX",
    "relayed.example.org, RELAY",
    "deep.relayed.example.org, RELAY",
    "excluded.relayed.example.org, REMOTE",
    "example.org, REMOTE",
  })
  void eachDomainHasOneClass(String domain, AddressClass expected) {
    Policy policy =
        policy(
            """
            myhostname = host.example.org
            mydestination = $myhostname localhost.$mydomain localhost twice.example.org
            virtual_alias_domains = alias.example.org, twice.example.org
            virtual_mailbox_domains = box.example.org
            relay_domains = !excluded.relayed.example.org relayed.example.org
            """);

    assertThat(policy.domains().classOf(Domain.of(domain))).isEqualTo(expected);
    assertThat(policy.warnings())
        .extracting(Notice::toString)
        .containsExactly(
            "warning: main.cf, line 3: do not list domain twice.example.org in BOTH mydestination and virtual_alias_domains");
  }

  @ParameterizedTest
  @CsvSource({
    "host, 172.16.5.4, true",
    "host, 172.16.5.5, false",
    "host, 127.0.0.2, false",
    "subnet, 172.16.5.5, true",
    "subnet, 172.16.6.5, false",
    "class, 172.16.6.5, true",
    "class, 172.17.6.5, false",
  })
  void trustedNeighboursFollowTheStyle(String style, String client, boolean trusted) {
    Policy policy = policy("mynetworks_style = " + style);

    assertThat(policy.mynetworks().contains(ip(client), () -> "unknown")).isEqualTo(trusted);
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, unknown, true",
    "10.9.2.3, unknown, false",
    "::ffff:10.1.2.3, unknown, true",
    "2001:db8::1, unknown, true",
    "2001:db9::1, unknown, false",
    "203.0.113.1, mx.Trusted.example, true",
    "203.0.113.1, nottrusted.example, false",
  })
  @Shows("A4.5")
  void clientsAreMatchedByAddressBlockAndName(String client, String name, boolean trusted) {
    Policy policy =
        policy("mynetworks = !10.9.0.0/16, 10.0.0.0/8, [2001:db8::]/32, trusted.example");

    assertThat(policy.mynetworks().contains(ip(client), () -> name)).isEqualTo(trusted);
  }

  @Test
  void aCommentBehindALineOfAFileEndsTheLine(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(folder.resolve("domains"), "one.example # two.example\nthree.example");

    Policy policy = policy("relay_domains = " + file);

    assertThat(policy.domains().classOf(Domain.of("two.example")).isOurs()).isFalse();
    assertThat(policy.domains().classOf(Domain.of("three.example")).isOurs()).isTrue();
    assertThat(policy.warnings())
        .extracting(Notice::text)
        .contains(
            "relay_domains: "
                + file
                + ", line 1: comment at end of line is not supported: # two.example");
  }

  @Test
  void listsIncludeFiles(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("domains"), "# ours\none.example\n  two.example");

    Policy policy = policy("relay_domains = " + file);

    assertThat(policy.domains().classOf(Domain.of("two.example"))).isEqualTo(AddressClass.RELAY);
  }

  @ParameterizedTest
  @CsvSource({
    "bücher.example, xn--bcher-kva.example",
    "XN--BCHER-KVA.example, BÜCHER.example",
    "bücher.example, www.bücher.example",
  })
  void aDomainOfAListIsMeantInAllItsSpellings(String listed, String asked) {
    Policy policy = policy("relay_domains = " + listed);

    assertThat(policy.domains().classOf(Domain.of(asked))).isEqualTo(AddressClass.RELAY);
    assertThat(policy("mydestination = a.b.cher.example").domains().classOf(Domain.of(asked)))
        .isEqualTo(AddressClass.REMOTE);
  }

  @Test
  void aDomainInTwoListsIsSeenInAllItsSpellings() {
    assertThat(
            policy(
                    "virtual_mailbox_domains = bücher.example\nmydestination = xn--bcher-kva.example")
                .warnings())
        .anyMatch(warning -> warning.text().contains("xn--bcher-kva.example in BOTH"));
  }

  @Test
  void unreadableListRefusesForNowAndNeverPermits() {
    Policy policy = policy("relay_domains = /does/not/exist");

    assertThat(Judged.by(policy, stranger("a@foreign.test")).refusal())
        .contains(new Verdict.Reject(451, "4.3.0", "<a@foreign.test>: Temporary lookup failure"));
    assertThat(Judged.by(policy, stranger("a@localhost")).isPermitted()).isTrue();
  }

  @Test
  void bareLocalPartBelongsToTheOrigin(@TempDir Path folder) throws Exception {
    Path mailname = Files.writeString(folder.resolve("mailname"), "example.net\n");

    Policy policy = policy("myorigin = " + mailname);

    assertThat(policy.qualified(WrittenAddress.parse("ada"))).hasToString("ada@example.net");
  }

  @Test
  void allFaultsOfPolicyAreReportedTogether() {
    BadConfiguration bad =
        catchThrowableOfType(
            BadConfiguration.class,
            () -> policy("myhostname = a..b\nrelay_domains = ldap:/x\nmynetworks = 1.2.3/8\n"));

    assertThat(bad.faults())
        .extracting(fault -> fault.place().line() + " " + fault.name())
        .contains("1 myhostname", "2 relay_domains", "3 mynetworks");
  }
}
