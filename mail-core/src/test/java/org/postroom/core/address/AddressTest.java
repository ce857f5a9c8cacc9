package org.postroom.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.network.Network;

final class AddressTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "Ada.Lovelace+x@Example.ORG, Ada.Lovelace+x, example.org, Ada.Lovelace+x@example.org",
        "\"a b\"@x.org, a b, x.org, \"a b\"@x.org",
        "\"plain\"@x.org, plain, x.org, plain@x.org",
        "\"a\\\"b\\\\c\"@x.org, a\"b\\c, x.org, \"a\\\"b\\\\c\"@x.org",
        "a@[192.0.2.1], a, [192.0.2.1], a@[192.0.2.1]",
        "a@[IPv6:2001:DB8::1], a, [ipv6:2001:db8::1], a@[ipv6:2001:db8::1]",
        "δοκιμή@παράδειγμα.Ελ, δοκιμή, xn--hxajbheg2az3al.xn--qxam, δοκιμή@xn--hxajbheg2az3al.xn--qxam",
        "a@[IPv6:2001:0DB8:0:0:1:0:0:0], a, [ipv6:2001:db8:0:0:1::], a@[ipv6:2001:db8:0:0:1::]",
        "a@[IPv6:::ffff:192.0.2.1], a, [192.0.2.1], a@[192.0.2.1]",
        "a..b@x.org, a..b, x.org, \"a..b\"@x.org",
        ".a@x.org, .a, x.org, \".a\"@x.org",
        "a.@x.org, a., x.org, \"a.\"@x.org",
        "x%far.example@x.org, x%far.example, x.org, x%far.example@x.org",
        "far.example!x@x.org, far.example!x, x.org, far.example!x@x.org",
        "a_b@_dmarc.x.org., a_b, _dmarc.x.org, a_b@_dmarc.x.org",
      })
  void readsAndWritesTheSmtpForm(String text, String local, String domain, String written) {
    Address address = Address.parse(text);

    assertThat(address.localPart()).isEqualTo(local);
    assertThat(address.domain().name()).isEqualTo(domain);
    assertThat(address).hasToString(written);
    assertThat(Address.parse(written)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "@x.org",
        "a@",
        "a b@x.org",
        "a@x..org",
        "a@-x.org",
        "a@x-.org",
        "a@x.org\n",
        "a\u0001@x.org",
        "\"a@x.org",
        "\"a\"x.org",
        "\"\u0001\"@x.org",
        "a@[192.0.2]",
        "a@[192.0.2.256]",
        "a@[192.0.2.01]",
        "a@[2001:db8::1]",
        "a@[IPv6:192.0.2.1]",
        "a@[IPv6:1::2::3]",
        "a@x org",
        "a@x\u00a0org",
        "a@\ufffd.org"
      })
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> Address.parse(text)).isInstanceOf(MalformedAddress.class);
  }

  @Test
  void aLocalPartIsAsLongAsAnyLineMayBe() {
    String domain = ("d".repeat(63) + ".").repeat(3);

    assertThat(Address.tryParse("l".repeat(2_000) + "@x.org")).isPresent();
    assertThat(Address.tryParse("l".repeat(2_000) + "@" + domain + "d")).isPresent();
    assertThat(Address.tryParse("l".repeat(12_288) + "@x.org")).isEmpty();
    assertThat(Address.tryParse("l@" + "d".repeat(64) + ".org")).isEmpty();
    assertThat(Domain.parse(domain + "d".repeat(63))).isPresent();
    assertThat(Domain.parse(domain + "d".repeat(63) + ".d")).isEmpty();
    assertThat(Domain.parse("ü".repeat(57) + ".org")).isPresent();
    assertThat(Domain.parse("ü".repeat(64) + ".org")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "root, root, root@origin.example",
        "x%far.example, x%far.example, x%far.example@origin.example",
        "\"a b\", \"a b\", \"a b\"@origin.example",
        "ada@x.org, ada@x.org, ada@x.org",
        "a..b, \"a..b\", \"a..b\"@origin.example",
      })
  void anAddressWithoutADomainIsCompleted(String text, String written, String whole) {
    WrittenAddress address = WrittenAddress.parse(text);

    assertThat(address).hasToString(written);
    assertThat(address.at(Domain.of("origin.example"))).hasToString(whole);
  }

  @ParameterizedTest
  @CsvSource({
    "Bücher.example, BÜCHER.EXAMPLE",
    "bücher.example, xn--bcher-kva.example.",
    "straße.test, xn--strae-oqa.test",
    "[IPv6:2001:db8::1], [ipv6:2001:0DB8:0:0:0:0:0:1]",
  })
  void aDomainIsOneValueInAllItsSpellings(String one, String other) {
    assertThat(Domain.of(one)).isEqualTo(Domain.of(other)).hasSameHashCodeAs(Domain.of(other));
    assertThat(Domain.of(Domain.of(one).unicode())).isEqualTo(Domain.of(one));
  }

  @Test
  void otherDomainsAreOthers() {
    assertThat(Domain.of("straße.test")).isNotEqualTo(Domain.of("strasse.test"));
    assertThat(Address.parse("Ada@x.org")).isNotEqualTo(Address.parse("ada@x.org"));
    assertThat(Address.parse("\"ada\"@x.org")).isEqualTo(Address.parse("ada@X.ORG"));
    assertThat(Address.parse("ada@xn--bcher-kva.example").unicode())
        .isEqualTo("ada@bücher.example");
  }

  @Test
  void anyTextIsAnAddressThatReadsBackOrMalformed() {
    Random random = new Random(7);
    String alphabet = "ab.@\"\\[]: %!<>,\n\u0000é\ud800-_1IPv6";

    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(14); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Address.tryParse(text.toString())
          .ifPresent(it -> assertThat(Address.parse(it.toString())).isEqualTo(it));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "10.0.0.0/8, ::ffff:10.0.0.1, true",
    "192.0.2.128/25, 192.0.2.127, false",
    "192.0.2.7, 192.0.2.7, true",
    "[2001:db8::]/32, 2001:db8:ffff::1, true",
    "[2001:db8::]/32, 10.0.0.1, false",
    "0.0.0.0/0, 10.0.0.1, true",
    "0.0.0.0/0, 2001:db8::1, false",
  })
  void networkContainsItsAddresses(String network, String address, boolean inside) {
    assertThat(Network.parse(network).contains(IpLiteral.parse(address).orElseThrow()))
        .isEqualTo(inside);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.0/33", "10.0.0.0/", "10.0/8", "[::1]/129", "x/8", "", "10.0.0.0/-1"})
  void refusesWhatIsNoNetwork(String text) {
    assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(MalformedAddress.class);
  }

  @Test
  void hostBitsAreRefusedWithTheBlockThatWasMeant() {
    assertThatThrownBy(() -> Network.parse("[2001:db8::1]/32"))
        .hasMessageContaining("perhaps you should use \"[2001:db8:0:0:0:0:0:0]/32\"");
  }
}
