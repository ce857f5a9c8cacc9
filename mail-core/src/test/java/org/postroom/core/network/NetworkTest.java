package org.postroom.core.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
