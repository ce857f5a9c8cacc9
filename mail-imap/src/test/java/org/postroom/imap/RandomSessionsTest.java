package org.postroom.imap;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.imap.ImapWorkload;

/** What imaptest's stress mode calls an error must not happen. */
@Timeout(300)
@Tag("seconds")
class RandomSessionsTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void comeToTheSameInTurns(long seed) {
    try (ImapHouse house = ImapHouse.ofTranscripts()) {
      new ImapWorkload(() -> house.connect(1), "ada", "pw", seed).inTurns(4, 1500);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void comeToTheSameAtOnce(long seed) {
    try (ImapHouse house = ImapHouse.ofTranscripts()) {
      new ImapWorkload(() -> house.connect(1), "ada", "pw", seed).atOnce(5, 600);
    }
  }
}
