package org.postroom.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        "δοκιμή@παράδειγμα.Ελ, δοκιμή, παράδειγμα.ελ, δοκιμή@παράδειγμα.ελ",
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
        ".a@x.org",
        "a.@x.org",
        "a..b@x.org",
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
  void limitsAreThoseOfSmtp() {
    String domain = ("d".repeat(63) + ".").repeat(3);

    assertThat(Address.tryParse("l".repeat(64) + "@x.org")).isPresent();
    assertThat(Address.tryParse("l".repeat(65) + "@x.org")).isEmpty();
    assertThat(Address.tryParse("ä".repeat(33) + "@x.org")).isEmpty();
    assertThat(Address.tryParse("l@" + "d".repeat(64) + ".org")).isEmpty();
    assertThat(Domain.parse(domain + "d".repeat(63))).isPresent();
    assertThat(Domain.parse(domain + "d".repeat(63) + ".d")).isEmpty();
    assertThat(Address.tryParse("l".repeat(60) + "@" + domain + "d")).isPresent();
    assertThat(Address.tryParse("l".repeat(61) + "@" + domain + "d")).isEmpty();
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
