package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.smtp.server.Role;

/**
 * Conversations from files: {@code C:} is said, {@code S:} must be answered, literally but for
 * {@code <any>}; {@code given} lines set the role and parameters.
 */
@Timeout(60)
class TranscriptTest {
  @TempDir Path folder;

  static Stream<String> transcripts() {
    try (Stream<Path> files = Files.list(folderOfTranscripts())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void goesAsWritten(String name) throws Exception {
    List<String> lines = Files.readAllLines(folderOfTranscripts().resolve(name), UTF_8);
    Map<String, String> settings = new HashMap<>();
    Role role = Role.MX;
    for (String line : lines) {
      if (line.startsWith("given role ")) {
        role = Role.valueOf(line.substring(11).strip());
      } else if (line.startsWith("given ")) {
        settings.put(line.substring(6, line.indexOf('=')).strip(), after(line, "="));
      }
    }
    try (TestHouse house = new TestHouse(folder, settings);
        Talk talk = new Talk(house.listen(role))) {
      int number = 0;
      for (String line : lines) {
        number++;
        if (line.startsWith("C: ")) {
          talk.line(line.substring(3));
        } else if (line.startsWith("S: ")) {
          String answer = house.whileTimePasses(talk::oneLine);
          assertThat(answer).as("%s:%d", name, number).matches(pattern(line.substring(3)));
        } else if (line.equals("S closes")) {
          assertThat(talk.isOver()).as("%s:%d", name, number).isTrue();
        }
      }
      assertThat(house.staged()).as("staged contents left").isZero();
    }
  }

  private static String pattern(String text) {
    return "\\Q" + text.replace("<any>", "\\E.+\\Q") + "\\E";
  }

  private static String after(String line, String mark) {
    return line.substring(line.indexOf(mark) + 1).strip();
  }

  private static Path folderOfTranscripts() {
    try {
      return Path.of(TranscriptTest.class.getResource("/transcripts").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
