package org.postroom.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Fact;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.inquiry.Notes;

class AccessRulesTest {
  private static final InetAddress CLIENT = IpLiteral.parse("203.0.113.9").orElseThrow();

  private static Policy policy(String lists) {
    String all =
        """
        myhostname = mx.our.test
        mydestination = our.test
        mynetworks = 192.0.2.0/24
        recipient_delimiter = +
        smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
        """;
    return Policy.of(
        Settings.read(List.of(PolicyParams.ALL), MainCf.parse("main.cf", all + lists), Map.of()),
        new OwnAddresses(List.of(), List.of()));
  }

  private static PolicyContext mail(String name, String helo, ReversePath sender, String to) {
    ClientNames names = new ClientNames(HostName.of(name), HostName.of("said.example"));
    return PolicyContext.of(
            new PolicyContext.Client(
                CLIENT, Fact.of("client name", names), Optional.of("ada"), true, false),
            Judged.NOBODY_KNOWS)
        .hailedAs(Optional.of(helo))
        .from(sender)
        .to(Address.parse(to));
  }

  private static String said(String lists) {
    return said(lists, "x@our.test");
  }

  private static String said(String lists, String to) {
    PolicyContext mail =
        mail("mx.host.example", "helo.example", ReversePath.of(Address.parse("u+v@a.b.test")), to);
    return Judged.by(policy(lists), mail).refusal().map(String::valueOf).orElse("OK");
  }

  /** The value that is found, for the key that is found first. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client | {203.0.113=450 a} | 450 4.7.1 <mx.host.example[203.0.113.9]>: Client host"
            + " rejected: a",
        "client | {203=450 a} {203.0=450 b} | 450 4.7.1 <mx.host.example[203.0.113.9]>: Client host"
            + " rejected: b",
        "client | {203.0.113.9=450 a} {example=450 b} | 450 4.7.1"
            + " <mx.host.example[203.0.113.9]>: Client host rejected: b",
        "client | {203.0.113.9=450 a} {example=DUNNO} | OK",
        "reverse_client_hostname | {said.example=REJECT} | 554 5.7.1 <said.example>: Unverified"
            + " Client host rejected: Access denied",
        "reverse_client_hostname | {said.example=OK} | 451 4.3.5 Server configuration error",
        "helo | {example=REJECT no} | 554 5.7.1 <helo.example>: Helo command rejected: no",
        "sender | {u+v@a.b.test=450 a} {u@a.b.test=450 b} | 450 4.7.1 <u+v@a.b.test>: Sender"
            + " address rejected: a",
        "sender | {u@a.b.test=450 b} {b.test=450 c} | 450 4.7.1 <u+v@a.b.test>: Sender address"
            + " rejected: b",
        "sender | {u@=450 d} {test=450 c} | 450 4.7.1 <u+v@a.b.test>: Sender address rejected: c",
        "sender | {u@=450 d} | 450 4.7.1 <u+v@a.b.test>: Sender address rejected: d",
        "recipient | {our.test=554 5.1.7 x} | 554 5.1.3 <x@our.test>: Recipient address rejected:"
            + " x",
        "sasl | {ada=REJECT} | 554 5.7.1 <x@our.test>: Recipient address rejected: Access denied",
        "recipient | {else.test=REJECT} | OK",
      })
  void asksForEachForm(String who, String entries, String answer) {
    assertThat(
            said(
                "smtpd_recipient_restrictions = check_"
                    + who
                    + "_access {inline:{ "
                    + entries.replace("} {", "}, {")
                    + " }}\n"))
        .isEqualTo(answer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OK | OK",
        "RELAY x | OK",
        "1234567 | OK",
        "dunno | OK",
        "Reject | 554 5.7.1 <x@our.test>: Recipient address rejected: Access denied",
        "REJECT 5.1.1 who? | 554 5.1.1 <x@our.test>: Recipient address rejected: who?",
        "REJECT 4.2.2 full | 554 5.2.2 <x@our.test>: Recipient address rejected: full",
        "DEFER | 450 4.7.1 <x@our.test>: Recipient address rejected: Access denied",
        "550 gone | 550 5.7.1 <x@our.test>: Recipient address rejected: gone",
        "450 5.1.8 x | 450 4.1.2 <x@our.test>: Recipient address rejected: x",
        "DEFER_IF_PERMIT | 450 4.7.1 <x@our.test>: Recipient address rejected: Service"
            + " unavailable",
        "DEFER_IF_REJECT x | OK",
        "WARN look | OK",
        "HOLD | OK",
        "DISCARD | OK",
        "FILTER smtp:x | OK",
        "REDIRECT a@b.test | OK",
        "REDIRECT nowhere at all | 451 4.3.5 Server configuration error",
        "permit_mynetworks, reject | 554 5.7.1 <x@our.test>: Recipient address rejected: Access denied",
        "permit_mynetworks | OK",
        "reject_non_fqdn_sender, nonsense | 451 4.3.5 Server configuration error",
        "check_sender_access /etc/passwd | 451 4.3.5 Server configuration error",
        "hash:/etc/x | 451 4.3.5 Server configuration error",
      })
  void doesWhatTheValueSays(String value, String answer) {
    assertThat(
            said(
                "smtpd_recipient_restrictions = check_recipient_access {static:{" + value + "}}\n"))
        .isEqualTo(answer);
  }

  @Test
  void aTableByItselfIsTheListsOwnCheck() {
    assertThat(said("smtpd_sender_restrictions = inline:{a.b.test=REJECT}\n"))
        .isEqualTo("554 5.7.1 <u+v@a.b.test>: Sender address rejected: Access denied");
    assertThat(said("smtpd_helo_restrictions = inline:{helo.example=REJECT}\n"))
        .isEqualTo("554 5.7.1 <helo.example>: Helo command rejected: Access denied");
  }

  @Test
  void theNullSenderHasAKeyOfItsOwn() {
    PolicyContext mail = mail("unknown", "h", ReversePath.NULL, "x@our.test");

    assertThat(
            Judged.by(
                    policy("smtpd_sender_restrictions = check_sender_access inline:{<>=REJECT}\n"),
                    mail)
                .refusal()
                .map(String::valueOf))
        .contains("554 5.7.1 <>: Sender address rejected: Access denied");
  }

  /** Only who the client is opens the relay, and no table that may match everybody. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "check_sender_access inline:{a.b.test=OK}",
        "check_helo_access inline:{helo.example=OK}",
        "check_recipient_access inline:{else.test=OK}",
        "check_client_access static:OK",
        "check_client_access {cidr:{{0.0.0.0/0 OK}}}",
        "check_client_access {regexp:{{/./ OK}}}",
      })
  void noTableOpensTheRelayByAClaim(String rule) {
    assertThat(
            said(
                "smtpd_relay_restrictions = " + rule + ", reject_unauth_destination\n",
                "x@else.test"))
        .isEqualTo("554 5.7.1 <x@else.test>: Relay access denied");
  }

  /** However it is named: OK of sendmail's table is no RELAY. */
  @ParameterizedTest
  @ValueSource(strings = {"accessdb:%s", "proxy:accessdb:%s", "proxy:proxy:accessdb:%s"})
  void sendmailsOkOpensNoRelay(String table, @TempDir Path folder) throws Exception {
    Path file = folder.resolve("access");
    String lists =
        "smtpd_relay_restrictions = check_client_access %s, reject_unauth_destination%n"
            .formatted(table.formatted(file));

    Files.writeString(file, "Connect:203.0.113.9 OK\n");
    assertThat(said(lists, "x@else.test"))
        .isEqualTo("554 5.7.1 <x@else.test>: Relay access denied");
    Files.writeString(file, "203.0.113.9 OK\n");
    assertThat(said(lists, "x@else.test"))
        .isEqualTo("554 5.7.1 <x@else.test>: Relay access denied");
    Files.writeString(file, "Connect:203.0.113.9 RELAY\n");
    assertThat(said(lists, "x@else.test")).isEqualTo("OK");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check_client_access inline:{203.0.113.9=OK}",
        "check_client_access inline:{host.example=OK}",
        "check_sasl_access inline:{ada=OK}",
      })
  void whoIsNamedMayRelay(String rule) {
    assertThat(
            said(
                "smtpd_relay_restrictions = " + rule + ", reject_unauth_destination\n",
                "x@else.test"))
        .isEqualTo("OK");
  }

  @Test
  void aTableThatCannotBeReadRefusesForNow() {
    assertThat(said("smtpd_recipient_restrictions = check_sender_access hash:/nowhere/x\n"))
        .isEqualTo("451 4.3.0 <x@our.test>: Temporary lookup failure");
  }

  @Test
  void classesAreValuesOfTables() {
    String classes =
        """
        smtpd_restriction_classes = strict, again
        strict = check_sender_access inline:{b.test=DUNNO a.b.test=DEFER}
        again = check_sender_access static:again
        """;

    assertThat(said(classes + "smtpd_recipient_restrictions = check_sender_access static:strict\n"))
        .isEqualTo("450 4.7.1 <u+v@a.b.test>: Sender address rejected: Access denied");
    assertThat(said(classes + "smtpd_recipient_restrictions = check_sender_access static:again\n"))
        .as("without end")
        .isEqualTo("451 4.3.5 Server configuration error");
    assertThat(
            said(
                "smtpd_recipient_restrictions = check_sender_access static:{warn_if_reject reject}\n"))
        .isEqualTo("OK");
  }

  @Test
  void aTableThatNamesPermitOpensNoRelay() {
    for (String value : List.of("permit", "all", "{permit_mynetworks, permit}")) {
      String lists =
          """
          smtpd_restriction_classes = all
          all = permit
          smtpd_relay_restrictions = check_sender_access static:VALUE, reject_unauth_destination
          """
              .replace("VALUE", value);

      assertThat(said(lists, "x@far.test"))
          .isEqualTo("554 5.7.1 <x@far.test>: Relay access denied");
    }
  }

  /** One answer for both would let a client through that calls itself by its own address. */
  @Test
  void whatAClientCallsItselfAndWhatItIsAreTwoQuestions() {
    Policy policy =
        policy(
            "smtpd_recipient_restrictions = check_helo_access inline:{203.0.113=REJECT},"
                + " check_client_access inline:{203.0.113=REJECT}\n");
    PolicyContext mail = mail("mx.host.example", "203.0.113.9", ReversePath.NULL, "x@our.test");

    assertThat(
            new Inquiry(Runnable::run, Judged.NOBODY_KNOWS.timers())
                .pursue(
                    new Notes(),
                    facts -> policy.judge().judge(Moment.RECIPIENT, mail, Pending.NOTHING, facts))
                .toCompletableFuture()
                .join()
                .isPermitted())
        .isFalse();
  }
}
