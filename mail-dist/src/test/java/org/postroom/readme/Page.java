package org.postroom.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page for people, whose code is that of tests. */
record Page(String text) {
  private static final Pattern BLOCK = Pattern.compile("```(\\w*)\n(.*?)```", Pattern.DOTALL);

  /** The one at that place in the sources. */
  static Page of(String path) {
    return new Page(read(Path.of("..").resolve(path)));
  }

  /** What it shows in one language; all that it shows, when that is empty. */
  List<String> blocks(String language) {
    Matcher blocks = BLOCK.matcher(text);
    List<String> found = new ArrayList<>();
    while (blocks.find()) {
      if (language.isEmpty() || blocks.group(1).equals(language)) {
        found.add(blocks.group(2));
      }
    }
    return found;
  }

  /** A test of this package. */
  static Path test(String name) {
    return Path.of("src/test/java/org/postroom/readme", name + ".java");
  }

  /** Its Java stands in tests of this package, but for layout. */
  void showsJavaOf(String... tests) {
    showsJavaOf(Stream.of(tests).map(Page::test).toArray(Path[]::new));
  }

  /** Its Java stands in these files, but for layout. */
  void showsJavaOf(Path... files) {
    String sources =
        Stream.of(files).map(path -> squeeze(read(path))).collect(Collectors.joining());
    assertThat(blocks("java")).allSatisfy(shown -> assertThat(sources).contains(squeeze(shown)));
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String squeeze(String code) {
    return code.replaceAll("\\s+", " ").strip();
  }
}
