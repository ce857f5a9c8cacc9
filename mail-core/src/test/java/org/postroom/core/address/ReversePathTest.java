package org.postroom.core.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ReversePathTest {

  @Test
  void nobodyIsWrittenAsNothing() {
    assertThat(ReversePath.NULL.isNull()).isTrue();
    assertThat(ReversePath.NULL).hasToString("");
  }

  @Test
  void senderIsWrittenAsItsAddress() {
    ReversePath sender = ReversePath.of(Address.of("ada", Domain.of("Example.ORG")));

    assertThat(sender.isNull()).isFalse();
    assertThat(sender).hasToString("ada@example.org");
  }
}
