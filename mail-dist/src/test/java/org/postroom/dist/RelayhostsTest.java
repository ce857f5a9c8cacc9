package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.BOB;
import static org.postroom.dist.RelayHouse.MESSAGE;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of several relay hosts, one is tried after the other. */
@Tag("two-clocks")
final class RelayhostsTest {

  /** A port that nobody listens to, a host that is not found, and a domain without exchangers. */
  @ParameterizedTest
  @ValueSource(strings = {"[127.0.0.1]:1", "[nowhere.test]:25", "nowhere.test"})
  void theNextOneTakesWhatOneCannot(String first) throws Exception {
    try (RelayHouse house = new RelayHouse()) {
      RelayHop hop = house.relayhost();
      house.set("relayhost", first + ", " + hop.name()).start();

      house.send(BOB, MESSAGE);

      assertThat(hop.await().to()).containsExactly(BOB);
      house.awaitEmptyQueue();
    }
  }
}
