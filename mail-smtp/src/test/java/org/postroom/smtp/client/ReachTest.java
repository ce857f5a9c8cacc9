package org.postroom.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.IpLiteral;

class ReachTest {

  private static Reach reach(String address) {
    return Reach.of(IpLiteral.parse(address).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.0.2.1",
        "1.0.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "223.255.255.255",
        "2001:db8::1",
        "2001:4860:4860::8888",
        "fd00::1",
        "fec0::1",
        "fe7f::1",
        "fe00::7f00:1",
        "64:ff9b::192.0.2.1",
        "64:ff9c::127.0.0.1",
        "2002:c000:201::1",
        "2002:c000:201::7f00:1",
        "2001:0:7f00:1::3fff:fdfe",
        "::192.0.2.1",
        "1::127.0.0.1",
        "::1:127.0.0.1",
        "0:0:1::127.0.0.1",
      })
  void anotherHost(String address) {
    assertThat(reach(address)).isEqualTo(Reach.ANOTHER_HOST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.0.0.2",
        "127.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:0.0.0.0",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::",
        "2002:7f00:1::",
        "2002::1",
        "2001:0:c000:201::80ff:fffe",
      })
  void thisMachine(String address) {
    assertThat(reach(address)).isEqualTo(Reach.OURSELVES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255",
        "fe80::1",
        "febf::1",
        "ff02::1",
        "ff00::",
        "::ffff:169.254.169.254",
        "::224.0.0.1",
        "64:ff9b::255.255.255.255",
        "2002:e000:1::",
        "2001::1fff:fffe",
      })
  void noOneHost(String address) {
    assertThat(reach(address)).isEqualTo(Reach.NO_HOST);
  }
}
