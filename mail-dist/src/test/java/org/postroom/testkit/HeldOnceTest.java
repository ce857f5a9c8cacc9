package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.ChildJvm;

/** 400 mails of 500 KB go through a fixture in 128 MB of heap, with their client beside it. */
@Tag("process")
final class HeldOnceTest {

  @Test
  void manyLongMailsGoThroughASmallHeap() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ChildJvm.command(
                    List.of("-Xmx128m", "-XX:+ExitOnOutOfMemoryError"), HeldOnce.class))
            .redirectErrorStream(true)
            .start();
    String said;
    try {
      said = new String(process.getInputStream().readAllBytes(), UTF_8);
    } finally {
      process.destroyForcibly();
    }

    assertThat(said).endsWith("done\n");
    assertThat(process.waitFor()).isZero();
  }
}
