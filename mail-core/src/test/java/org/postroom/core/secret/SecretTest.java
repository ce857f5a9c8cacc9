package org.postroom.core.secret;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SecretTest {

  @Test
  void isNeverPrinted() {
    Secret secret = Secret.of("pencil");

    assertThat(secret).hasToString("***");
    assertThat("log-in with " + secret).doesNotContain("pencil");
  }

  @Test
  void readsBackAsItWasWritten() {
    assertThat(Secret.of("pässword").reveal()).isEqualTo("pässword");
    assertThat(Secret.of("pässword")).isEqualTo(Secret.of("pässword"));
    assertThat(Secret.of("pässword")).isNotEqualTo(Secret.of("password"));
  }

  @Test
  void isWipedWhenClosed() {
    byte[] octets = {'p', 'e', 'n'};

    Secret.of(octets).close();

    assertThat(octets).containsOnly(0);
  }
}
