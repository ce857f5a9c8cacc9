package org.postroom.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.policy.service.PolicyServers;
import org.postroom.core.report.Notice;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.testing.Shows;

/** What lists of restrictions come to: codes and texts are those of the compatible systems. */
final class JudgeTest {
  private static final InetAddress CLIENT = IpLiteral.parse("203.0.113.9").orElseThrow();
  private static final InetAddress CLIENT6 = IpLiteral.parse("2001:db8::9").orElseThrow();

  private static final OwnAddresses OWN =
      new OwnAddresses(
          List.of(new OwnAddresses.Interface(IpLiteral.parse("192.0.2.25").orElseThrow(), 24)),
          List.of());

  private static final ZoneResolver ZONE =
      ZoneResolver.of(
          """
          found.test A 192.0.2.80
          mail.test MX 10 mx.mail.test
          null.test MX 0 .
          broken.test SERVFAIL
          9.113.0.203.bl.test A 127.0.0.4
          9.113.0.203.bl.test TXT Listed, see http://bl.test/
          9.113.0.203.quiet.test A 127.0.0.2
          9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test A 127.0.0.2
          9.113.0.203.down.test SERVFAIL
          9.113.0.203.wl.test A 127.0.0.1
          bad.test.rhs.test A 127.0.0.2
          client.example.rhs.test A 127.0.0.2
          """);

  private static final Directory HOUSE =
      new Directory() {
        @Override
        public Optional<Verdict.Reject> unlisted(Address address, Facts facts) {
          boolean ours = address.domain().name().equals("our.test");
          return ours && !address.localPart().equals("ada")
              ? Optional.of(Verdict.Reject.of(550, ".1.1", "User unknown in local recipient table"))
              : Optional.empty();
        }

        @Override
        public boolean isOwned(Address sender, Facts facts) {
          return sender.toString().equals("ada@our.test");
        }

        @Override
        public boolean isClients(Address sender, Facts facts) {
          return isOwned(sender, facts);
        }
      };

  private static final Sources SOURCES =
      new Sources(ZONE, HOUSE, PolicyServers.NONE, Judged.NOBODY_KNOWS.timers());

  private static Policy policy(String mainCf) {
    String all =
        """
        myhostname = mx.our.test
        mydestination = our.test
        mynetworks = 192.0.2.0/24
        smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
        """;
    return Policy.of(
        Settings.read(List.of(PolicyParams.ALL), MainCf.parse("main.cf", all + mainCf), Map.of()),
        OWN);
  }

  private static PolicyContext mail(
      ClientNames names, Optional<String> login, String helo, String sender, String recipient) {
    return PolicyContext.of(
            new PolicyContext.Client(CLIENT, Fact.of("client name", names), login, false, false),
            SOURCES)
        .hailedAs(Optional.ofNullable(helo))
        .from(sender == null ? ReversePath.NULL : ReversePath.of(Address.parse(sender)))
        .to(Address.parse(recipient));
  }

  private static PolicyContext mail(String helo, String sender, String recipient) {
    return mail(
        new ClientNames(HostName.ABSENT, HostName.of("said.example")),
        Optional.empty(),
        helo,
        sender,
        recipient);
  }

  private static String said(Policy policy, PolicyContext mail) {
    return Judged.by(policy, mail).refusal().map(String::valueOf).orElse("OK");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client | reject | postmaster@our.test | OK",
        "client | reject_rbl_client bl.test | PostMaster@our.test | OK",
        "helo | reject | postmaster@our.test | OK",
        "sender | defer_if_permit | postmaster@our.test | OK",
        "recipient | reject_rbl_client bl.test, defer | postmaster@our.test | OK",
        "recipient | check_recipient_access inline:{ {postmaster@ = REJECT} } | postmaster@our.test"
            + " | 554 5.7.1 <postmaster@our.test>: Recipient address rejected: Access denied",
        "client | reject | ada@our.test | 554 5.7.1 <unknown[203.0.113.9]>: Client host rejected:"
            + " Access denied",
        "client | permit | postmaster@far.test | 554 5.7.1 <postmaster@far.test>: Relay access"
            + " denied",
      })
  @Shows("A3.13")
  void thePostmasterIsReachedByWhoIsRefused(
      String list, String items, String recipient, String reply) {
    Policy policy =
        policy(
            """
            smtpd_%s_restrictions = %s
            smtpd_exempt_postmaster = yes
            smtpd_reject_unlisted_recipient = no
            """
                .formatted(list, items));

    assertThat(said(policy, mail("helo.example", "bob@far.test", recipient))).isEqualTo(reply);
  }

  /** The client is unknown[203.0.113.9], and claims to be helo.example. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client | reject | 554 5.7.1 <unknown[203.0.113.9]>: Client host rejected: Access denied",
        "client | defer | 450 4.3.2 <unknown[203.0.113.9]>: Client host rejected: Try again later",
        "helo | reject | 554 5.7.1 <helo.example>: Helo command rejected: Access denied",
        "sender | reject | 554 5.7.1 <bob@far.test>: Sender address rejected: Access denied",
        "recipient | reject | 554 5.7.1 <ada@our.test>: Recipient address rejected: Access denied",
        "client | defer_if_permit | 450 4.7.0 <unknown[203.0.113.9]>: Client host rejected:"
            + " defer_if_permit requested",
        "client | defer_if_permit, reject | 554 5.7.1 <unknown[203.0.113.9]>: Client host rejected:"
            + " Access denied",
        "recipient | defer_if_reject, reject | 450 4.7.0 <ada@our.test>: Recipient address"
            + " rejected: defer_if_reject requested",
        "recipient | defer_if_reject, defer | 450 4.3.2 <ada@our.test>: Recipient address rejected:"
            + " Try again later",
        "recipient | defer_if_reject | OK",
        "client | defer_if_reject | OK",
        "client | warn_if_reject reject | OK",
        "client | warn_if_reject defer_if_permit | OK",
        "client | warn_if_reject reject, defer | 450 4.3.2 <unknown[203.0.113.9]>: Client host"
            + " rejected: Try again later",
        "client | PERMIT_Inet_Interfaces, Reject | 554 5.7.1 <unknown[203.0.113.9]>: Client host"
            + " rejected: Access denied",
        "client | permit, reject | OK",
        "recipient | permit_auth_destination, reject | OK",
        "client | sleep 0, reject_plaintext_session | 450 4.7.1 Session encryption is required",
        "client | reject_unauth_pipelining | OK",
        "recipient | reject_unknown_client | 450 4.7.25 Client host rejected: cannot find your"
            + " hostname, [203.0.113.9]",
        "client | reject_unknown_reverse_client_hostname | OK",
        "helo | reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname | OK",
        "helo | reject_unknown_helo_hostname | 450 4.7.1 <helo.example>: Helo command rejected:"
            + " Host not found",
        "sender | reject_unknown_sender_domain | 450 4.1.8 <bob@far.test>: Sender address rejected:"
            + " Domain not found",
        "recipient | reject_unknown_sender_domain | 450 4.1.8 <bob@far.test>: Sender address"
            + " rejected: Domain not found",
        "recipient | reject_unknown_recipient_domain | OK",
        "client | reject_rbl_client bl.test | 554 5.7.1 Service unavailable; Client host"
            + " [203.0.113.9] blocked using bl.test; Listed, see http://bl.test/",
        "client | reject_rbl_client quiet.test | 554 5.7.1 Service unavailable; Client host"
            + " [203.0.113.9] blocked using quiet.test",
        "client | reject_rbl_client bl.test=127.0.0.[2..3;5] | OK",
        "client | reject_rbl_client bl.test=127.0.0.[2..4] | 554 5.7.1 Service unavailable; Client"
            + " host [203.0.113.9] blocked using bl.test; Listed, see http://bl.test/",
        "client | reject_rbl_client bl.test=127.0.0.4 | 554 5.7.1 Service unavailable; Client"
            + " host [203.0.113.9] blocked using bl.test; Listed, see http://bl.test/",
        "client | reject_rbl_client down.test | OK",
        "client | reject_rbl_client other.test | OK",
        "client | permit_dnswl_client wl.test, reject | OK",
        "client | permit_dnswl_client bl.test=127.0.0.1, reject | 554 5.7.1"
            + " <unknown[203.0.113.9]>: Client host rejected: Access denied",
        "client | permit_dnswl_client down.test, reject | 450 4.7.1 <203.0.113.9>: Client host"
            + " rejected: Service unavailable",
        "sender | reject_unauthenticated_sender_login_mismatch | OK",
        "sender | reject_authenticated_sender_login_mismatch | OK",
      })
  void eachRestrictionHasItsReply(String list, String restrictions, String reply) {
    Policy policy = policy("smtpd_" + list + "_restrictions = " + restrictions);

    assertThat(said(policy, mail("helo.example", "bob@far.test", "ada@our.test"))).isEqualTo(reply);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      delimiter = '|',
      value = {
        "helo.example | OK | OK",
        "none | OK | OK",
        "helo.example. | OK | OK",
        "helo | OK | 504 5.5.2 <helo>: Helo command rejected: need fully-qualified hostname",
        "he?lo.example | 501 5.5.2 <he?lo.example>: Helo command rejected: Invalid name | 504 5.5.2"
            + " <he?lo.example>: Helo command rejected: need fully-qualified hostname",
        "a..b | 501 5.5.2 <a..b>: Helo command rejected: Invalid name | 504 5.5.2 <a..b>: Helo"
            + " command rejected: need fully-qualified hostname",
        "203.0.113.9 | OK | 504 5.5.2 <203.0.113.9>: Helo command rejected: need fully-qualified"
            + " hostname",
        "[203.0.113.9] | OK | OK",
        "[203.0.113.900] | 501 5.5.2 <[203.0.113.900]>: Helo command rejected: invalid ip address |"
            + " 501 5.5.2 <[203.0.113.900]>: Helo command rejected: invalid ip address",
      })
  void whatAClientCallsItself(String helo, String invalid, String nonFqdn) {
    PolicyContext mail = mail(helo, "bob@far.test", "ada@our.test");

    assertThat(said(policy("smtpd_helo_restrictions = reject_invalid_helo_hostname"), mail))
        .isEqualTo(invalid);
    assertThat(said(policy("smtpd_helo_restrictions = reject_non_fqdn_helo_hostname"), mail))
        .isEqualTo(nonFqdn);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      delimiter = '|',
      value = {
        "bob@mail.test | OK",
        "bob@found.test | OK",
        "bob@[192.0.2.1] | OK",
        "none | OK",
        "bob@our.test | OK",
        "bob@null.test | 550 5.7.27 <bob@null.test>: Sender address rejected: Domain null.test does"
            + " not accept mail (nullMX)",
        "bob@broken.test | 450 4.1.8 <bob@broken.test>: Sender address rejected: Domain not found",
      })
  void sendersDomainsThatTakeMail(String sender, String reply) {
    Policy policy =
        policy(
            """
            smtpd_sender_restrictions = reject_unknown_sender_domain
            unknown_address_reject_code = 550
            """);

    assertThat(said(policy, mail("helo.example", sender, "ada@our.test"))).isEqualTo(reply);
  }

  @Test
  void recipientsDomainsThatTakeNoMail() {
    Policy policy =
        policy(
            """
            smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
            smtpd_recipient_restrictions = reject_unknown_recipient_domain
            """);
    PolicyContext ada =
        mail(ClientNames.ABSENT, Optional.of("ada"), "helo.example", null, "x@null.test");

    assertThat(said(policy, ada))
        .isEqualTo(
            "556 5.1.10 <x@null.test>: Recipient address rejected: Domain null.test does not accept"
                + " mail (nullMX)");
    assertThat(said(policy, ada.to(Address.parse("x@gone.test"))))
        .isEqualTo("450 4.1.2 <x@gone.test>: Recipient address rejected: Domain not found");
  }

  @Test
  void whatCannotBeDecidedMayBeRefusedAtOnce() {
    Policy policy =
        policy(
            """
            smtpd_sender_restrictions = reject_unknown_sender_domain, reject
            reject_tempfail_action = defer
            """);

    assertThat(said(policy, mail("helo.example", "bob@broken.test", "ada@our.test")))
        .isEqualTo("450 4.1.8 <bob@broken.test>: Sender address rejected: Domain not found");
  }

  @ParameterizedTest
  @CsvSource({"KNOWN, OK", "ABSENT, 550", "UNCERTAIN, 450"})
  void aClientWithoutANameIsRefusedForNowWhereNobodyAnswers(
      HostName.Standing standing, String code) {
    Policy policy =
        policy(
            """
            unknown_client_reject_code = 550
            smtpd_client_restrictions = reject_unknown_reverse_client_hostname
            """);
    ClientNames names = new ClientNames(HostName.ABSENT, new HostName("x.example", standing));

    assertThat(said(policy, mail(names, Optional.empty(), "helo.example", null, "ada@our.test")))
        .startsWith(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "reject_rhsbl_sender rhs.test | Sender address [x@bad.test]",
        "reject_rhsbl_helo rhs.test | Helo command [bad.test]",
        "reject_rhsbl_client rhs.test | Client host [client.example]",
        "reject_rhsbl_reverse_client rhs.test | Unverified Client host [bad.test]",
      })
  void listsOfDomains(String restriction, String what) {
    Policy policy = policy("smtpd_recipient_restrictions = " + restriction);
    ClientNames names = new ClientNames(HostName.of("client.example"), HostName.of("bad.test"));

    assertThat(
            said(policy, mail(names, Optional.empty(), "bad.test", "x@bad.test", "ada@our.test")))
        .isEqualTo("554 5.7.1 Service unavailable; " + what + " blocked using rhs.test");
  }

  @Test
  void anAddressOfIpv6IsLookedForDigitByDigit() {
    Policy policy = policy("smtpd_client_restrictions = reject_rbl_client bl.test");
    PolicyContext mail =
        PolicyContext.of(
                PolicyContext.Client.of(CLIENT6, Fact.of("name", ClientNames.ABSENT)), SOURCES)
            .to(Address.parse("ada@our.test"));

    assertThat(said(policy, mail)).startsWith("554 5.7.1 Service unavailable; Client host [2001:");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      delimiter = '|',
      value = {
        "none | ada@our.test | 553 5.7.1 <ada@our.test>: Sender address rejected: not logged in",
        "none | bob@far.test | OK",
        "ada | ada@our.test | OK",
        "ada | bob@far.test | 553 5.7.1 <bob@far.test>: Sender address rejected: not owned by user"
            + " ada",
        "ada | none | OK",
      })
  void aSenderBelongsToWhoHasLoggedIn(String login, String sender, String reply) {
    PolicyContext mail =
        mail(ClientNames.ABSENT, Optional.ofNullable(login), "h.test", sender, "ada@our.test");

    assertThat(said(policy("smtpd_sender_restrictions = reject_sender_login_mismatch"), mail))
        .isEqualTo(reply);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        " | 550 5.1.1 <eve@our.test>: Recipient address rejected: User unknown in local recipient"
            + " table",
        "smtpd_recipient_restrictions = permit | 550 5.1.1 <eve@our.test>: Recipient address"
            + " rejected: User unknown in local recipient table",
        "smtpd_reject_unlisted_recipient = no | OK",
        "smtpd_recipient_restrictions = warn_if_reject reject_unlisted_recipient | 550 5.1.1"
            + " <eve@our.test>: Recipient address rejected: User unknown in local recipient table",
        "smtpd_reject_unlisted_sender = yes | 550 5.1.0 <eve@our.test>: Sender address rejected:"
            + " User unknown in local recipient table",
      })
  void whomNobodyKnowsIsRefusedWhoeverPermits(String setting, String reply) {
    Policy policy = policy(setting == null ? "" : setting);

    assertThat(said(policy, mail("h.test", "eve@our.test", "eve@our.test"))).isEqualTo(reply);
  }

  @Test
  void aReportHasOneRecipient() {
    Policy policy = policy("smtpd_data_restrictions = reject_multi_recipient_bounce");
    PolicyContext two = mail("h.test", null, "ada@our.test").having(2);

    assertThat(policy.judge().judge(Moment.DATA, two, Pending.NOTHING, Facts.WAITING).refusal())
        .contains(
            new Verdict.Reject(
                550, "5.5.3", "<DATA>: Data command rejected: Multi-recipient bounce"));
    assertThat(
            policy
                .judge()
                .judge(Moment.DATA, two.having(1), Pending.NOTHING, Facts.WAITING)
                .isPermitted())
        .isTrue();
  }

  @Test
  void whatASenderListCouldNotDecideIsDecidedAtTheRecipient() {
    Policy policy =
        policy(
            """
            smtpd_delay_reject = no
            smtpd_sender_restrictions = defer_if_permit
            """);
    PolicyContext mail = mail("h.test", "bob@far.test", "ada@our.test");

    Decision sender = policy.judge().judge(Moment.MAIL, mail, Pending.NOTHING, Facts.WAITING);
    Decision recipient =
        policy.judge().judge(Moment.RECIPIENT, mail, sender.pending(), Facts.WAITING);

    assertThat(sender.isPermitted()).isTrue();
    assertThat(recipient.refusal())
        .contains(
            new Verdict.Reject(
                450,
                "4.7.0",
                "<bob@far.test>: Sender address rejected: defer_if_permit requested"));
  }

  @Test
  void classesStandForListsAndTheirWordsAreTheLists() {
    Policy policy =
        policy(
            """
            smtpd_restriction_classes = strict, stricter
            strict = permit_mynetworks, stricter
            stricter = reject_unknown_sender_domain, reject
            smtpd_client_restrictions = warn_if_reject strict
            smtpd_sender_restrictions = strict
            """);

    Decision decision = Judged.by(policy, mail("h.test", "bob@mail.test", "ada@our.test"));

    assertThat(decision.refusal())
        .contains(
            new Verdict.Reject(
                554, "5.7.1", "<bob@mail.test>: Sender address rejected: Access denied"));
    assertThat(decision.warnings())
        .containsExactly(
            new Verdict.Reject(
                554, "5.7.1", "<unknown[203.0.113.9]>: Client host rejected: Access denied"));
  }

  @Test
  void aPermissionEndsItsListAlone() {
    Policy policy =
        policy(
            """
            smtpd_client_restrictions = permit, reject
            smtpd_recipient_restrictions = permit
            """);

    assertThat(said(policy, mail("h.test", "bob@far.test", "x@foreign.test")))
        .isEqualTo("554 5.7.1 <x@foreign.test>: Relay access denied");
    assertThat(policy.warnings())
        .extracting(Notice::text)
        .contains("smtpd_client_restrictions: restriction reject after permit is ignored");
  }

  /** A list in the DNS, whoever is in it, and whatever stands behind it, is no proof. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "smtpd_relay_restrictions = permit_dnswl_client wl.test, reject_unauth_destination",
        """
        smtpd_relay_restrictions = trusted, reject_unauth_destination
        smtpd_restriction_classes = trusted
        trusted = permit_dnswl_client wl.test
        """,
        """
        smtpd_relay_restrictions =
        smtpd_recipient_restrictions = permit_dnswl_client wl.test, reject_unauth_destination
        """,
        """
        smtpd_relay_before_recipient_restrictions = no
        smtpd_relay_restrictions = permit_dnswl_client wl.test, reject_unauth_destination
        """
      })
  void whatOthersSayOpensNoRelay(String mainCf) {
    assertThat(said(policy(mainCf), mail("h.test", "bob@far.test", "x@foreign.test")))
        .isEqualTo("554 5.7.1 <x@foreign.test>: Relay access denied");
    assertThat(said(policy(mainCf), mail("h.test", "bob@far.test", "ada@our.test")))
        .isEqualTo("OK");
  }

  @Test
  void theRecordSaysWhatWasAskedAndWhatItRestedOn() {
    Policy policy =
        policy("smtpd_client_restrictions = reject_rbl_client other.test, defer_if_permit");

    assertThat(Judged.by(policy, mail("h.test", null, "ada@our.test")).toString())
        .contains(
            "smtpd_client_restrictions: reject_rbl_client other.test (client=203.0.113.9 login="
                + " helo=h.test sender=<> recipient=<ada@our.test> addresses of"
                + " 9.113.0.203.other.test=NoSuchName[]): DUNNO",
            "smtpd_client_restrictions: defer_if_permit (client=203.0.113.9",
            "): if permitted: 450 4.7.0 <unknown[203.0.113.9]>");
  }
}
