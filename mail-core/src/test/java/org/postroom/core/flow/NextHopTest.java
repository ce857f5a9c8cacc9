package org.postroom.core.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.Settings;
import org.postroom.core.report.BadConfiguration;

final class NextHopTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mail.example.net | mail.example.net:25",
        "[mail.example.net]:587 | [mail.example.net]:587",
        "[a.test]:587, [b.test]:submission | [a.test]:587 [b.test]:587",
        "a.test [192.0.2.1] | a.test:25 [192.0.2.1]:25",
        "smtp.example.net:587, | smtp.example.net:587",
        "[IPv6:2001:db8::1]:25 | [2001:db8::1]:25",
      })
  void severalAreTriedInTheirOrder(String text, String expected) {
    assertThat(NextHop.list(text, 25))
        .extracting(NextHop::toString)
        .containsExactly(expected.split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[gateway",
        "[gateway]587",
        "a.test:0",
        "a.test:many",
        ":25",
        "a..test",
        "[]",
        "a b:c:d"
      })
  void aRelayhostThatIsNoneIsAFaultWhenItIsRead(String text) {
    assertThatThrownBy(() -> Settings.builder(FlowParams.ALL).set("relayhost", text).build())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("relayhost: ")
        .hasMessageContaining("is no next hop; expected host, host:port, [host] or [host]:port");
  }

  @Test
  void aRelayhostIsReadAsItWasWritten() {
    Settings settings =
        Settings.builder(FlowParams.ALL).set("relayhost", "[a.test]:587,[b.test]").build();

    assertThat(settings.get(RouteParams.RELAYHOST)).isEqualTo("[a.test]:587, [b.test]");
    assertThat(Settings.of(FlowParams.ALL).get(RouteParams.RELAYHOST)).isEmpty();
  }
}
