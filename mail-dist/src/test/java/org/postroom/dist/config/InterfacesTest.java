package org.postroom.dist.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.BadConfiguration;

final class InterfacesTest {
  private static final Interfaces MACHINE =
      machine("127.0.0.1", "::1", "192.0.2.7", "2001:db8::7", "fe80::7");
  private static final Interfaces WITHOUT_IPV6 = machine("127.0.0.1", "192.0.2.7");

  private static Interfaces machine(String... addresses) {
    return new Interfaces(
        Stream.of(addresses)
            .map(text -> new OwnAddresses.Interface(ip(text), text.contains(":") ? 64 : 24))
            .toList());
  }

  private static InetAddress ip(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }

  private static Settings settings(String interfaces, String protocols) {
    return Settings.builder(PolicyParams.ALL)
        .set("inet_interfaces", interfaces)
        .set("inet_protocols", protocols)
        .build();
  }

  private static List<String> text(List<InetAddress> addresses) {
    return addresses.stream().map(InetAddress::getHostAddress).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "all, all, 0.0.0.0",
    "all, 'ipv4, ipv6', 0.0.0.0",
    "all, ipv4, 0.0.0.0",
    "all, ipv6, 0:0:0:0:0:0:0:0",
    "loopback-only, all, 127.0.0.1 0:0:0:0:0:0:0:1",
    "loopback-only, ipv4, 127.0.0.1",
    "loopback-only, ipv6, 0:0:0:0:0:0:0:1",
    "'192.0.2.7, [2001:db8::7]', all, 192.0.2.7 2001:db8:0:0:0:0:0:7",
    "127.0.0.3, all, 127.0.0.3",
    "'', all, ''",
  })
  void listensWhereBothParametersSay(String interfaces, String protocols, String expected) {
    List<InetAddress> addresses = MACHINE.listening(settings(interfaces, protocols));

    assertThat(String.join(" ", text(addresses))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.0.2.7 | ipv6 | \"192.0.2.7\" has no address of the kind that inet_protocols = ipv6",
        "192.0.2.8 | all | this machine does not have the address 192.0.2.8",
      })
  void saysWhatIsNoAddressHere(String interfaces, String protocols, String words) {
    assertThatThrownBy(() -> MACHINE.listening(settings(interfaces, protocols)))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("inet_interfaces: " + words);
  }

  @Test
  void namesBothParametersWhereALoopbackHasNoAddressOfTheFamily() {
    assertThatThrownBy(() -> WITHOUT_IPV6.listening(settings("loopback-only", "ipv6")))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("inet_interfaces: \"loopback-only\" has no address")
        .hasMessageContaining("inet_protocols = ipv6");
  }

  @ParameterizedTest
  @CsvSource({
    "all, all, 127.0.0.1 0:0:0:0:0:0:0:1 192.0.2.7 2001:db8:0:0:0:0:0:7 fe80:0:0:0:0:0:0:7",
    "all, ipv4, 127.0.0.1 192.0.2.7",
    "192.0.2.7, all, 192.0.2.7",
    "127.0.0.3, all, 127.0.0.3",
  })
  void whatIsListenedToIsThisHost(String interfaces, String protocols, String expected) {
    Settings settings = settings(interfaces, protocols);

    OwnAddresses own = MACHINE.own(settings, MACHINE.listening(settings));

    assertThat(String.join(" ", text(own.interfaces().stream().map(o -> o.address()).toList())))
        .isEqualTo(expected);
  }

  @Test
  void aProtocolThatIsNoneIsAFault() {
    assertThatThrownBy(() -> settings("all", "ipv5"))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("inet_protocols: expected all, or one or both of ipv4 and ipv6");
  }
}
