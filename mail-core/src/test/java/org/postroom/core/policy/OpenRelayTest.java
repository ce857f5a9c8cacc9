package org.postroom.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.Settings;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.testing.Shows;

/** What a stranger may write into RCPT to make us pass on mail: nothing. */
final class OpenRelayTest {

  private static final InetAddress STRANGER = ip("203.0.113.9");

  private static final OwnAddresses OWN =
      new OwnAddresses(
          List.of(
              new OwnAddresses.Interface(ip("127.0.0.1"), 8),
              new OwnAddresses.Interface(ip("192.0.2.25"), 24),
              new OwnAddresses.Interface(ip("2001:db8::25"), 64)),
          List.of(ip("198.51.100.1")));

  private static final Settings SETTINGS =
      Settings.builder(PolicyParams.ALL)
          .set("myhostname", "mail.example.org")
          .set("mydestination", "$myhostname, localhost, example.org")
          .set("virtual_mailbox_domains", "virtual.example.org")
          .set("virtual_alias_domains", "alias.example.org")
          .set("relay_domains", "relayed.example.net")
          .build();

  private static final Policy POLICY = Policy.of(SETTINGS, OWN);

  static InetAddress ip(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }

  private static PolicyContext from(InetAddress client) {
    return Judged.stranger(client).from(ReversePath.of(Address.parse("spam@foreign.test")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "victim@foreign.test",
        "VICTIM@FOREIGN.TEST",
        "victim%foreign.test@example.org",
        "victim%foreign.test@mail.example.org",
        "victim%foreign.test@localhost",
        "victim%foreign.test@[192.0.2.25]",
        "victim%foreign.test@[127.0.0.1]",
        "victim%foreign.test@[IPv6:2001:db8::25]",
        "victim%foreign.test@[198.51.100.1]",
        "victim%foreign.test@virtual.example.org",
        "victim%foreign.test@alias.example.org",
        "victim%foreign.test@relayed.example.net",
        "victim%foreign.test@sub.relayed.example.net",
        "victim%foreign.test%example.org@example.org",
        "foreign.test!victim@example.org",
        "foreign.test!victim@relayed.example.net",
        "example.org!foreign.test!victim@example.org",
        "a!b%foreign.test@example.org",
        "\"victim@foreign.test\"@example.org",
        "\"victim@foreign.test\"@relayed.example.net",
        "\"victim%foreign.test\"@example.org",
        "\"foreign.test!victim\"@example.org",
        "\"\\\"victim@foreign.test\\\"\"@example.org",
        "\"victim\\@foreign.test\"@example.org",
        "\"@foreign.test:victim\"@example.org",
        "\"@example.org,@foreign.test:victim@foreign.test\"@example.org",
        "\"<victim@foreign.test>\"@example.org",
        "\"victim@foreign.test \"@example.org",
        "\" victim@foreign.test\"@example.org",
        "victim@[203.0.113.77]",
        "victim@[IPv6:2001:db8:ffff::1]",
        "victim@[IPv6:::ffff:203.0.113.77]",
        "victim@example.org.foreign.test",
        "victim@foreign-example.org",
        "victim@xexample.org",
        "victim@other.example.org",
        "victim@relayed.example.net.foreign.test",
        "victim@xrelayed.example.net",
        "postmaster@foreign.test",
        "postmaster%foreign.test@example.org",
        "\"postmaster@foreign.test\"@example.org",
        "foreign.test!postmaster@localhost",
        "abuse@foreign.test",
        "victim@exаmple.org",
        "victim@foreign.test.",
      })
  @Shows({"A4.5", "A4.7"})
  void refusesRelayForStrangers(String trick) {
    Address recipient = Address.parse(trick);

    Decision decision = Judged.by(POLICY, from(STRANGER).to(recipient));

    assertThat(decision.isPermitted()).isFalse();
    assertThat(decision.refusal())
        .contains(new Verdict.Reject(454, "4.7.1", "<" + recipient + ">: Relay access denied"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@foreign.test:victim@example.org",
        "@example.org,@foreign.test:victim@foreign.test",
        "@example.org:victim@foreign.test",
        "victim@foreign.test@example.org",
        "<victim@foreign.test>@example.org",
        "victim@foreign.test%example.org",
        "victim@foreign.test!example.org",
        "victim@[203.0.113.77",
        "victim@203.0.113.77]",
        "victim@[foreign.test]",
        "victim@foreign.test,example.org",
        "victim@example.org foreign.test",
        "victim@example.org\u0000foreign.test",
        "victim@example.org\r\nRCPT TO:<victim@foreign.test>",
        "\"victim@foreign.test\"",
        "\"victim\"@foreign.test@example.org",
        "victim",
        "",
        "@",
        "victim@",
      })
  void whatIsNoAddressCannotEvenBeAsked(String trick) {
    assertThat(Address.tryParse(trick)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ada@example.org",
        "Ada+list@EXAMPLE.org",
        "postmaster@mail.example.org",
        "ada@[192.0.2.25]",
        "ada@[198.51.100.1]",
        "ada@[IPv6:2001:DB8::25]",
        "ada@virtual.example.org",
        "ada@alias.example.org",
        "ada@relayed.example.net",
        "ada@sub.relayed.example.net",
      })
  void takesOurOwnMailFromStrangers(String ours) {
    Decision decision = Judged.by(POLICY, from(STRANGER).to(Address.parse(ours)));

    assertThat(decision.isPermitted()).isTrue();
  }

  /** What was meant as a comment must not become a domain that we relay for. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "relay_domains=a.test # b.test",
        "relay_domains=a.test #b.test, b.test",
        "relay_domains=a.test,# b.test",
        "relay_domains=a.test # see !b.test b.test",
        "mydestination=a.test # b.test",
        "virtual_mailbox_domains=a.test # b.test",
        "virtual_alias_domains=a.test # b.test",
        "mynetworks=127.0.0.0/8 # 203.0.113.0/24",
        "mynetworks=# 203.0.113.0/24",
      })
  void aCommentBehindAListOpensNothing(String line) {
    String name = line.substring(0, line.indexOf('='));
    Settings settings =
        Settings.builder(PolicyParams.ALL)
            .set("myhostname", "mail.example.org")
            .set(name, line.substring(name.length() + 1))
            .build();

    Decision decision =
        Judged.by(Policy.of(settings, OWN), from(STRANGER).to(Address.parse("x@b.test")));

    assertThat(decision.isPermitted()).isFalse();
    assertThat(settings.notices())
        .singleElement()
        .asString()
        .contains(name + ": comment at end of line is not supported: #");
  }

  @Test
  @Shows("A4.5")
  void trustedAndAuthenticatedClientsMayRelay() {
    Address elsewhere = Address.parse("victim@foreign.test");
    PolicyContext neighbour = from(ip("192.0.2.25")).to(elsewhere);
    PolicyContext nearlyNeighbour = from(ip("192.0.2.26")).to(elsewhere);
    PolicyContext ada = Judged.loggedIn(STRANGER, "ada").from(ReversePath.NULL).to(elsewhere);

    assertThat(Judged.by(POLICY, neighbour).isPermitted()).isTrue();
    assertThat(Judged.by(POLICY, nearlyNeighbour).isPermitted()).isFalse();
    assertThat(Judged.by(POLICY, ada).isPermitted()).isTrue();
  }

  @Test
  void decisionTellsWhichRuleSawWhatAndSaidWhat() {
    Decision decision = Judged.by(POLICY, from(STRANGER).to(Address.parse("victim@foreign.test")));

    String saw =
        " (client=203.0.113.9 login= helo= sender=<spam@foreign.test>"
            + " recipient=<victim@foreign.test>): ";
    assertThat(decision)
        .hasToString(
            "smtpd_relay_restrictions: permit_mynetworks"
                + saw
                + "DUNNO\nsmtpd_relay_restrictions: permit_sasl_authenticated"
                + saw
                + "DUNNO\nsmtpd_relay_restrictions: defer_unauth_destination"
                + saw
                + "454 4.7.1 <victim@foreign.test>: Relay access denied");
  }
}
