package org.postroom.dist;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.transcript.Transcript;
import org.postroom.storage.Storage;

/** The transcripts of all protocols, with the whole server on H2. */
@Tag("two-clocks")
@Timeout(60)
@Tag("scaled")
final class TranscriptsOnH2Test {

  static List<Arguments> transcripts() {
    return Protocol.allTranscripts();
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void goOverTcp(Protocol protocol, Transcript transcript) {
    WholeHouse.play(protocol, transcript, false, Storage.inMemory());
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  @EnabledIfSystemProperty(named = "postroom.transcripts", matches = "everywhere")
  void goOverTls(Protocol protocol, Transcript transcript) {
    WholeHouse.play(protocol, transcript, true, Storage.inMemory());
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  @EnabledIfSystemProperty(named = "postroom.transcripts", matches = "everywhere")
  void goOverTcpInAFolder(Protocol protocol, Transcript transcript, @TempDir Path folder) {
    WholeHouse.play(protocol, transcript, false, Storage.h2(folder.resolve("data")));
  }
}
