package org.postroom.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.fact.Fact;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.policy.service.PolicyServers;

/** Whom access(5) tables are asked for that stands behind a name. */
final class ServerRulesTest {
  private static final InetAddress CLIENT = IpLiteral.parse("203.0.113.9").orElseThrow();

  private static final ZoneResolver ZONE =
      ZoneResolver.of(
          """
          mail.test MX 10 mx1.host.test
          mail.test MX 20 mx2.other.test
          mail.test A 198.51.100.80
          mail.test NS ns1.host.test
          mx1.host.test A 198.51.100.1
          mx2.other.test A 198.51.100.2
          mx2.other.test AAAA 2001:db8::2
          ns1.host.test A 198.51.100.53
          deep.below.mail.test A 198.51.100.81
          plain.test A 198.51.100.82
          literal.test MX 10 198.51.100.83
          null.test MX 0 .
          null.test A 198.51.100.84
          broken.test SERVFAIL
          half.test MX 10 broken.test
          half.test MX 20 mx1.host.test
          """);

  private static Policy policy(String lists) {
    String all =
        """
        myhostname = mx.our.test
        mydestination = our.test
        mynetworks = 192.0.2.0/24
        smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
        smtpd_restriction_classes = good
        good = permit
        """;
    return Policy.of(
        Settings.read(List.of(PolicyParams.ALL), MainCf.parse("main.cf", all + lists), Map.of()),
        new OwnAddresses(List.of(), List.of()));
  }

  private static PolicyContext mail(
      Resolver resolver, ClientNames names, String helo, ReversePath sender, String to) {
    return PolicyContext.of(
            PolicyContext.Client.of(CLIENT, Fact.of("client name", names)),
            new Sources(
                resolver, Directory.EMPTY, PolicyServers.NONE, Judged.NOBODY_KNOWS.timers()))
        .hailedAs(Optional.of(helo))
        .from(sender)
        .to(Address.parse(to));
  }

  private static String said(String restriction, String entries, PolicyContext mail) {
    Policy policy =
        policy(
            "smtpd_recipient_restrictions = "
                + restriction
                + " {inline:{ "
                + entries.replace("} {", "}, {")
                + " }}\n");
    return Judged.by(policy, mail).refusal().map(String::valueOf).orElse("OK");
  }

  private static PolicyContext from(String domain) {
    return mail(
        ZONE,
        new ClientNames(HostName.of("mail.test"), HostName.of("plain.test")),
        "deep.below.mail.test",
        ReversePath.of(Address.parse("u@" + domain)),
        "x@our.test");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mx | mail.test | {mx1.host.test=450 a} | a",
        "mx | mail.test | {host.test=450 a} | a",
        "mx | mail.test | {test=450 a} | a",
        "mx | mail.test | {198.51.100.1=450 a} | a",
        "mx | mail.test | {198.51=450 a} | a",
        "mx | mail.test | {2001:db8=450 a} | a",
        "mx | mail.test | {other.test=450 a} | a",
        // The name goes before the addresses, the first host before the second.
        "mx | mail.test | {198.51.100.1=450 a} {host.test=450 b} | b",
        "mx | mail.test | {198.51.100.1=450 a} {other.test=450 b} | a",
        "mx | mail.test | {host.test=DUNNO} {other.test=450 b} | ''",
        "mx | mail.test | {mail.test=450 a} {198.51.100.80=450 b} | ''",
        "mx | plain.test | {plain.test=450 a} | a",
        "mx | plain.test | {198.51.100.82=450 a} | a",
        "mx | none.test | {none.test=450 a} | a",
        "mx | none.test | {198=450 a} | ''",
        "mx | literal.test | {198.51.100.83=450 a} | a",
        "mx | null.test | {198.51.100.84=450 a} {null.test=450 b} | ''",
        "mx | broken.test | {broken.test=450 a} | ''",
        "mx | half.test | {198.51.100.1=450 a} | a",
        "mx | [198.51.100.9] | {198.51.100=450 a} | a",
        "ns | mail.test | {ns1.host.test=450 a} | a",
        "ns | mail.test | {198.51.100.53=450 a} | a",
        "ns | a.b.mail.test | {host.test=450 a} | a",
        "ns | plain.test | {plain.test=450 a} | ''",
        "ns | broken.test | {test=450 a} | ''",
        "ns | [198.51.100.9] | {198.51.100=450 a} | ''",
        "a | mail.test | {198.51.100.80=450 a} | a",
        "a | mail.test | {mail.test=450 a} {198.51.100.1=450 b} | ''",
        "a | none.test | {none.test=450 a} | ''",
        "a | broken.test | {broken.test=450 a} | ''",
        "a | [198.51.100.9] | {198.51.100.9=450 a} | a",
      })
  void ofASender(String kind, String domain, String entries, String text) {
    String expected =
        text.isEmpty() ? "OK" : "450 4.7.1 <u@" + domain + ">: Sender address rejected: " + text;

    assertThat(said("check_sender_" + kind + "_access", entries, from(domain))).isEqualTo(expected);
  }

  /** The client is mail.test, calls itself deep.below.mail.test, and is plain.test unverified. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client_a | {198.51.100.80=450 a} | <mail.test[203.0.113.9]>: Client host",
        "client_ns | {ns1.host.test=450 a} | <mail.test[203.0.113.9]>: Client host",
        "client_mx | {mx1.host.test=450 a} | <mail.test[203.0.113.9]>: Client host",
        "reverse_client_hostname_a | {198.51.100.82=450 a} | <plain.test>: Unverified Client host",
        "reverse_client_hostname_mx | {plain.test=450 a} | <plain.test>: Unverified Client host",
        "helo_a | {198.51.100.81=450 a} | <deep.below.mail.test>: Helo command",
        "helo_ns | {ns1.host.test=450 a} | <deep.below.mail.test>: Helo command",
        "helo_mx | {deep.below.mail.test=450 a} | <deep.below.mail.test>: Helo command",
        "recipient_mx | {our.test=450 a} | <x@our.test>: Recipient address",
        "sender_ns | {host.test=450 a} | <u@mail.test>: Sender address",
      })
  void ofEverybody(String who, String entries, String about) {
    assertThat(said("check_" + who + "_access", entries, from("mail.test")))
        .isEqualTo("450 4.7.1 " + about + " rejected: a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"OK", "RELAY", "12345", "permit", "good"})
  void permitsNobody(String value) {
    assertThat(said("check_sender_mx_access", "{host.test=" + value + "}", from("mail.test")))
        .isEqualTo("451 4.3.5 Server configuration error");
  }

  @Test
  void restrictionsAsValuesMayRefuse() {
    assertThat(said("check_sender_mx_access", "{host.test=reject}", from("mail.test")))
        .isEqualTo("554 5.7.1 <u@mail.test>: Sender address rejected: Access denied");
  }

  @Test
  void ofWhoHasNoNameNothingIsAsked() {
    PolicyContext nobody =
        mail(ZONE, ClientNames.ABSENT, "203.0.113.9", ReversePath.NULL, "x@our.test");

    for (String who : List.of("client_a", "client_mx", "reverse_client_hostname_ns", "sender_mx")) {
      assertThat(said("check_" + who + "_access", "{unknown=450 a} {203=450 b}", nobody))
          .isEqualTo("OK");
    }
    assertThat(said("check_helo_a_access", "{203.0.113=450 b}", nobody)).startsWith("450");
  }

  @Test
  void theAddressesOfAllHostsAreAskedForTogether() {
    Waiting resolver = new Waiting();
    Policy policy =
        policy("smtpd_recipient_restrictions = check_sender_mx_access inline:{x=REJECT}");
    PolicyContext mail =
        mail(
            resolver,
            ClientNames.ABSENT,
            "h",
            ReversePath.of(Address.parse("u@mail.test")),
            "x@our.test");
    CompletableFuture<Decision> decision =
        new Inquiry(Runnable::run, Judged.NOBODY_KNOWS.timers())
            .pursue(
                new Notes(),
                facts -> policy.judge().judge(Moment.RECIPIENT, mail, Pending.NOTHING, facts))
            .toCompletableFuture();

    assertThat(resolver.asked).containsExactly("mx1.host.test", "mx2.other.test");
    resolver.answer();
    assertThat(decision).isCompletedWithValueMatching(Decision::isPermitted);
  }

  /** Keeps back addresses. */
  private static final class Waiting implements Resolver {
    private final List<String> asked = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();

    void answer() {
      waiting.forEach(Runnable::run);
    }

    @Override
    public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
      CompletableFuture<Answer<InetAddress>> answer = new CompletableFuture<>();
      asked.add(host.name());
      waiting.add(() -> answer.complete(new Answer.NoData<>()));
      return answer;
    }

    @Override
    public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
      return ZONE.mx(domain);
    }

    @Override
    public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
      return ZONE.nameServers(domain);
    }

    @Override
    public CompletionStage<Answer<Domain>> names(InetAddress address) {
      return ZONE.names(address);
    }

    @Override
    public CompletionStage<Answer<String>> texts(Domain name) {
      return ZONE.texts(name);
    }

    @Override
    public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
      return ZONE.tlsa(name);
    }
  }
}
