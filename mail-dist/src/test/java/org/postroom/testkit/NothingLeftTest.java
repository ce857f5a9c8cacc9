package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM that has started and ended many servers is as it was before: no thread, descriptor, file,
 * class more, and no more memory. The long form starts 500 in turn and runs 100 together.
 */
@Tag("process")
@Tag("scaled")
class NothingLeftTest {
  private static final int ROUNDS = Integer.getInteger("postroom.start.rounds", 60);
  private static final int TOGETHER = Integer.getInteger("postroom.start.together", 20);

  /** Classes that the JVM makes for itself while it runs: accessors, call sites. */
  private static final long CLASSES = 60;

  /** The JDK keeps a few sockets of its own; one for each server would be more. */
  private static final long DESCRIPTORS = 10;

  private static final long HEAP_KB = 3_000;

  @Test
  void ofServersThatHaveEnded(@TempDir Path folder, TestReporter reporter) throws Exception {
    Path output = folder.resolve("said");
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + scratch,
                "-cp",
                System.getProperty("java.class.path"),
                StartsAndStops.class.getName(),
                Integer.toString(ROUNDS),
                Integer.toString(TOGETHER))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(10, TimeUnit.MINUTES);
    process.destroyForcibly();
    List<String> said = Files.readAllLines(output, UTF_8);
    assertThat(ended).as("ends: %s", said).isTrue();
    assertThat(process.exitValue()).as("%s", said).isZero();

    Map<String, Long> more = new HashMap<>();
    for (String line : said) {
      String[] words = line.split(" ");
      if (words.length == 3 && words[2].matches("\\d+")) {
        more.put(words[0], Long.parseLong(words[2]) - Long.parseLong(words[1]));
      }
    }
    reporter.publishEntry("left", more.toString());
    assertThat(more)
        .as("%s", said)
        .containsKeys("threads", "descriptors", "files", "classes", "heap-kb");
    assertThat(more.get("threads")).as("threads: %s", said).isLessThanOrEqualTo(0);
    assertThat(more.get("descriptors")).as("descriptors: %s", said).isLessThan(DESCRIPTORS);
    assertThat(more.get("files")).as("files: %s", said).isLessThanOrEqualTo(0);
    assertThat(more.get("classes")).as("classes: %s", said).isLessThanOrEqualTo(CLASSES);
    assertThat(more.get("heap-kb")).as("heap: %s", said).isLessThanOrEqualTo(HEAP_KB);
  }
}
