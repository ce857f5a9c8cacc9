package org.postroom.core.rewrite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.mail.Content;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.Shows;

class RewritingTest {
  private static final String CANONICAL =
      "inline:{ada@here.test=Ada.L@here.test, bob=robert@far.test, @old.test=@new.test,"
          + " a@x.test=b@x.test, b@x.test=c@x.test, round@x.test=trip@x.test,"
          + " trip@x.test=round@x.test, {quoted@here.test=\"a b\"@here.test}, none@x.test=@}";

  private static Rewriting rewriting(String... settings) {
    Settings.Builder given =
        Settings.builder(PolicyParams.ALL, AliasParams.ALL)
            .set("myhostname", "mx.here.test")
            .set("mydestination", "here.test")
            .set("mynetworks", "192.0.2.0/24")
            .set("recipient_delimiter", "+");
    for (int i = 0; i < settings.length; i += 2) {
      given.set(settings[i], settings[i + 1]);
    }
    Settings all = given.build();
    OwnAddresses own =
        new OwnAddresses(
            List.of(new OwnAddresses.Interface(InetAddress.getLoopbackAddress(), 8)), List.of());
    Tables tables = Tables.builder().build();
    return Rewriting.of(all, Policy.of(all, own, tables), own, tables);
  }

  private static String sender(Rewriting rewriting, String address, List<String> trace) {
    return rewriting
        .sender(ReversePath.of(Address.parse(address)), Facts.WAITING, trace)
        .toString();
  }

  private static String recipient(Rewriting rewriting, String address) {
    return rewriting.recipient(Address.parse(address), Facts.WAITING, new ArrayList<>()).toString();
  }

  private static Submission.Client client(String address, Optional<String> login) {
    try {
      return new Submission.Client(InetAddress.getByName(address), "unknown", "x", login, "ESMTP");
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A header as it comes out; {@code |} stands for CRLF. */
  private static String header(Rewriting rewriting, Submission.Client client, String header) {
    HeaderAddresses addresses = rewriting.header(client);
    return new String(addresses.edited(header.replace("|", "\r\n").getBytes(UTF_8)), UTF_8)
        .replace("\r\n", "|");
  }

  private static String local(Rewriting rewriting, String header) {
    return header(rewriting, client("127.0.0.1", Optional.empty()), header);
  }

  @ParameterizedTest
  @CsvSource({
    "ada@here.test, Ada.L@here.test",
    "ADA+list@Here.test, Ada.L+list@here.test",
    "bob@here.test, robert@far.test",
    "bob@mx.here.test, robert@far.test",
    "bob@else.test, bob@else.test",
    "u+v@old.test, u+v@new.test",
    "a@x.test, c@x.test",
    "quoted@here.test, '\"a b\"@here.test'",
  })
  void canonicalMapsApplyUntilNothingChanges(String address, String rewritten) {
    Rewriting rewriting = rewriting("canonical_maps", CANONICAL);

    assertThat(sender(rewriting, address, new ArrayList<>())).isEqualTo(rewritten);
    assertThat(recipient(rewriting, address)).isEqualTo(rewritten);
  }

  @Test
  void whatHasNoEndOrNoAddressIsNotDecidedNow() {
    Rewriting rewriting = rewriting("canonical_maps", CANONICAL);

    assertThatThrownBy(() -> recipient(rewriting, "round@x.test"))
        .isInstanceOf(LookupUnavailable.class);
    assertThatThrownBy(() -> recipient(rewriting, "none@x.test"))
        .isInstanceOf(LookupUnavailable.class);
    assertThatThrownBy(() -> local(rewriting, "To: round@x.test|"))
        .isInstanceOf(LookupUnavailable.class);
  }

  @Test
  void mapsOfSendersAndRecipientsComeFirstAndKeepToTheirClasses() {
    Rewriting rewriting =
        rewriting(
            "sender_canonical_maps", "inline:{ada@here.test=one@x.test}",
            "recipient_canonical_maps", "inline:{ada@here.test=desk@x.test}",
            "canonical_maps", "inline:{one@x.test=two@x.test, ada@here.test=never@x.test}",
            "recipient_canonical_classes", "header_recipient");
    List<String> trace = new ArrayList<>();

    assertThat(sender(rewriting, "ada@here.test", trace)).isEqualTo("two@x.test");
    assertThat(trace)
        .containsExactly(
            "ada@here.test -> one@x.test (sender_canonical_maps:"
                + " inline:{ada@here.test=one@x.test})",
            "one@x.test -> two@x.test (canonical_maps:"
                + " inline:{one@x.test=two@x.test, ada@here.test=never@x.test})");
    assertThat(recipient(rewriting, "ada@here.test")).isEqualTo("never@x.test");
    assertThat(local(rewriting, "From: ada@here.test|To: ada@here.test|"))
        .isEqualTo("From: two@x.test|To: desk@x.test|");
  }

  @ParameterizedTest
  @CsvSource({
    "ada@host.here.test, ada@here.test, ada@host.here.test",
    "root@host.here.test, root@host.here.test, root@host.here.test",
    "x@a.b.far.test, x@far.test, x@a.b.far.test",
    "x@a.sub.far.test, x@a.sub.far.test, x@a.sub.far.test",
    "x@sub.far.test, x@sub.far.test, x@sub.far.test",
    "x@otherhere.test, x@otherhere.test, x@otherhere.test",
  })
  void masqueradeHidesHosts(String address, String sender, String recipient) {
    Rewriting rewriting =
        rewriting(
            "masquerade_domains",
            "here.test, !sub.far.test, far.test",
            "masquerade_exceptions",
            "root");

    assertThat(sender(rewriting, address, new ArrayList<>())).isEqualTo(sender);
    assertThat(recipient(rewriting, address)).isEqualTo(recipient);
    assertThat(local(rewriting, "To: " + address + "|")).isEqualTo("To: " + sender + "|");
  }

  /** Whatever is no address stays to the octet. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "From: ada|~ From: ada@mx.here.test|",
        "from:Ada <ada@here.test>|~ from:Ada <Ada.L@here.test>|",
        "To : bob (Bob), \"bob, x\" <bob>|~ "
            + "To : robert@far.test (Bob), \"bob, x\" <robert@far.test>|",
        "Cc: a@old.test,| (c <x@old.test> \\) d)| B  <b@old.test>|~ "
            + "Cc: a@new.test,| (c <x@old.test> \\) d)| B  <b@new.test>|",
        "To: all: bob, q@x.test; , eve|~ To: all: robert@far.test, q@x.test; , eve@mx.here.test|",
        "To: none:;|~ To: none:;|",
        "To: <@r.test,@s.test:bob@here.test>|~ To: <@r.test,@s.test:robert@far.test>|",
        "To: bob @ here.test|~ To: robert@far.test|",
        "To: Ada Lovelace, bob|~ To: Ada Lovelace, robert@far.test|",
        "To: \"bob\"@here.test|~ To: robert@far.test|",
        "To: q@[192.0.2.1], bob@here.test|~ To: q@[192.0.2.1], robert@far.test|",
        "To: <>, bob|~ To: <>, robert@far.test|",
        "To:|~ To:|",
        "To: ,, bob,|~ To: ,, robert@far.test,|",
        "Sender: \u00e4 <ada@here.test>|~ Sender: \u00e4 <Ada.L@here.test>|",
        // Malformed: nothing changes.
        "To: bob@here.test, \"x|~ To: bob@here.test, \"x|",
        "To: bob@here.test, (x|~ To: bob@here.test, (x|",
        "To: bob@here.test, <x|~ To: bob@here.test, <x|",
        "To: bob@here.test> x|~ To: bob@here.test> x|",
        "To: <bob@here.test> <x>|~ To: <bob@here.test> <x>|",
        "To: bob@here.test, x\\y|~ To: bob@here.test, x\\y|",
        // Other fields.
        "Subject: bob@here.test|X-To: bob|~ Subject: bob@here.test|X-To: bob|",
        "Resent-To: bob|Resent-From: bob|Errors-To: bob|~ "
            + "Resent-To: robert@far.test|Resent-From: robert@far.test|Errors-To: robert@far.test|",
      })
  @Shows("A3.6")
  void addressesInHeadersAreWrittenAnew(String header, String rewritten) {
    Rewriting rewriting = rewriting("canonical_maps", CANONICAL);

    assertThat(local(rewriting, header)).isEqualTo(rewritten);
  }

  @Test
  void shortDomainsAndNamesAreCompletedAsTheSettingsSay() {
    assertThat(
            local(
                rewriting("append_dot_mydomain", "yes"), "To: a@host, b@[192.0.2.1], c@x.test, d|"))
        .isEqualTo("To: a@host.here.test, b@[192.0.2.1], c@x.test, d@mx.here.test|");
    Rewriting old =
        rewriting(
            "compatibility_level", "0", "smtpd_relay_restrictions", "reject_unauth_destination");
    assertThat(local(old, "To: a@host|")).isEqualTo("To: a@host.here.test|");
    assertThat(local(rewriting("append_at_myorigin", "no"), "To: a@host, b|"))
        .isEqualTo("To: a@host, b|");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, , permit_inet_interfaces, true",
    "192.0.2.7, , permit_inet_interfaces, false",
    "192.0.2.7, , permit_mynetworks, true",
    "203.0.113.9, , permit_mynetworks, false",
    "203.0.113.9, ada, permit_sasl_authenticated, true",
    "203.0.113.9, , permit_sasl_authenticated, false",
    "203.0.113.9, , 'inline:{203.0.113.9=x}', true",
    "203.0.113.8, , 'check_address_map inline:{203.0.113.9=x}', false",
    "203.0.113.9, , 'check_address_map inline:{203.0.113.9=x}', true",
    "127.0.0.1, , '', false",
  })
  void onlyOurOwnClientsHeadersAreWrittenAnew(
      String address, String login, String clients, boolean rewritten) {
    Rewriting rewriting =
        rewriting("local_header_rewrite_clients", clients, "canonical_maps", CANONICAL);
    Submission.Client client = client(address, Optional.ofNullable(login));

    assertThat(header(rewriting, client, "To: bob|"))
        .isEqualTo(rewritten ? "To: robert@far.test|" : "To: bob|");
  }

  @Test
  void othersAreCompletedWithADomainOfTheirs() {
    Rewriting rewriting =
        rewriting(
            "remote_header_rewrite_domain", "domain.invalid",
            "canonical_maps",
                "inline:{bob@here.test=robert@far.test, eve@domain.invalid=e@x.test}");

    assertThat(
            header(
                rewriting,
                client("203.0.113.9", Optional.empty()),
                "From: ada|To: bob@here.test, eve, x@host|"))
        .isEqualTo("From: ada@domain.invalid|To: robert@far.test, e@x.test, x@host|");
  }

  @Test
  void longLinesAreFoldedBeforeAnAddressThatGrows() {
    Rewriting rewriting = rewriting("myorigin", "a-name-of-some-length.example.org");
    StringBuilder field = new StringBuilder("To: u0");
    for (int i = 1; i < 150; i++) {
      field.append(", u").append(i);
    }

    String[] lines = local(rewriting, field + "|").split("\\|");

    assertThat(lines).hasSizeGreaterThan(4).allMatch(line -> line.length() <= 998);
    assertThat(String.join("", lines).replace(" ", ""))
        .isEqualTo(
            field
                .append(',')
                .toString()
                .replace(",", "@a-name-of-some-length.example.org,")
                .replaceAll(",$", "")
                .replace(" ", ""));
  }

  @Test
  void aFieldBeyondTheLimitStays() {
    Rewriting rewriting = rewriting("header_address_token_limit", "5");

    assertThat(local(rewriting, "To: a, b, c|"))
        .isEqualTo("To: a@mx.here.test, b@mx.here.test, c@mx.here.test|");
    assertThat(local(rewriting, "To: a, b, c, d|")).isEqualTo("To: a, b, c, d|");
  }

  /** Wherever the server listens, and whosever headers the settings name. */
  @Test
  void whatIsHandedInHereIsOurUsers() {
    Rewriting rewriting =
        rewriting("canonical_maps", CANONICAL, "local_header_rewrite_clients", "permit_mynetworks");
    Submission.Client elsewhere = client("203.0.113.9", Optional.empty());
    byte[] header = "To: bob\r\n".getBytes(UTF_8);

    assertThat(rewriting.header(elsewhere).edited(header)).isSameAs(header);
    assertThat(new String(rewriting.header(elsewhere, true).edited(header), UTF_8))
        .isEqualTo("To: robert@far.test\r\n");
  }

  @Test
  void onlyTheHeaderOfAMailChanges() {
    HeaderAddresses addresses =
        rewriting("canonical_maps", CANONICAL).header(client("127.0.0.1", Optional.empty()));
    Content mail = Content.of("To: bob\r\nX: y\r\n\r\nTo: bob\r\n".getBytes(UTF_8));

    Content edited = addresses.edited(mail, 1000);

    assertThat(new String(edited.toBytes(), UTF_8))
        .isEqualTo("To: robert@far.test\r\nX: y\r\n\r\nTo: bob\r\n");
    assertThat(edited.size()).isEqualTo(edited.toBytes().length);
    assertThat(addresses.edited(mail, 5)).isSameAs(mail);
  }

  @ParameterizedTest
  @CsvSource({
    "canonical_classes, envelope",
    "local_header_rewrite_clients, everybody",
    "local_header_rewrite_clients, check_address_map",
    "masquerade_domains, a..b",
    "remote_header_rewrite_domain, a b",
    "canonical_maps, nosuchtype:x",
  })
  void whatCannotBeObeyedIsRefused(String name, String value) {
    assertThatThrownBy(() -> rewriting(name, value)).isInstanceOf(BadConfiguration.class);
  }
}
