package org.postroom.core.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.MalformedAddress;

final class NetworkTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.0/8, 127.0.0.0/8",
    "192.0.2.1, 192.0.2.1/32",
    "[2001:db8::]/32, [2001:db8:0:0:0:0:0:0]/32",
    "[::ffff:127.0.0.0]/104, 127.0.0.0/8",
    "[::ffff:192.0.2.1]/128, 192.0.2.1/32",
    "[::ffff:0.0.0.0]/96, 0.0.0.0/0",
  })
  void aBlockIsReadAsItIsWritten(String text, String expected) {
    assertThat(Network.parse(text)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.0/8, 127.255.0.1, true",
    "127.0.0.0/8, 126.255.0.1, false",
    "172.16.0.0/12, 172.31.255.255, true",
    "172.16.0.0/12, 172.32.0.0, false",
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.0, false",
    "0.0.0.0/0, 192.0.2.1, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "[::]/0, 192.0.2.1, false",
    "[::]/0, 2001:db8::1, true",
    "[2001:db8::]/33, 2001:db8:7fff::1, true",
    "[2001:db8::]/33, 2001:db8:8000::1, false",
    "[2001:db8::1]/128, 2001:db8::1, true",
    "[2001:db8::1]/128, 2001:db8::2, false",
  })
  void aBlockHoldsWhatBeginsAsItDoes(String block, String address, boolean holds) {
    InetAddress asked = IpLiteral.parse(address).orElseThrow();

    assertThat(Network.parse(block).contains(asked)).isEqualTo(holds);
  }

  @Test
  void aMappedAddressIsOneOfIpv4() throws UnknownHostException {
    byte[] octets = new byte[16];
    octets[10] = (byte) 0xFF;
    octets[11] = (byte) 0xFF;
    octets[12] = 127;
    octets[15] = 1;
    InetAddress mapped = Inet6Address.getByAddress(null, octets, -1);

    assertThat(mapped).isInstanceOf(Inet6Address.class);
    assertThat(Network.parse("127.0.0.0/8").contains(mapped)).isTrue();
    assertThat(Network.parse("128.0.0.0/8").contains(mapped)).isFalse();
    assertThat(Network.parse("[::]/0").contains(mapped)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[::ffff:0.0.0.0]/95",
        "[::ffff:127.0.0.0]/129",
        "127.0.0.0/33",
        "10.0.0.1/8",
        "a/8"
      })
  void whatIsNoBlockIsRefused(String text) {
    assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(MalformedAddress.class);
  }
}
