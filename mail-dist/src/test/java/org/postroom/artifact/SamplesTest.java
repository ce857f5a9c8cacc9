package org.postroom.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Projects of strangers (below {@code src/samples}), each with a POM that depends on the archive,
 * built by the Maven that builds us. Their repository is that of the machine, but what is ours in
 * it is what was built just now.
 */
@Tag("artifact")
final class SamplesTest {
  private static final Path SOURCES = Path.of("src", "samples");
  private static final Pattern VERSION =
      Pattern.compile("<artifactId>postroom</artifactId>\\s*<version>([^<]*)</version>");

  @TempDir private Path temp;

  @Test
  void build() throws Exception {
    Path projects = copyOf(SOURCES, temp.resolve("projects"));
    String version = version();
    Path repository = repository(version);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("postroom.maven"), "bin", "mvn").toString(),
                "-B",
                "-ntp",
                "-fae",
                "-Dmaven.repo.local=" + repository,
                "-Dpostroom.version=" + version,
                "-P" + System.getProperty("postroom.samples"),
                "test"));
    if (System.getProperty("postroom.offline").endsWith("true")) {
      command.add(1, "-o");
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(projects.toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    Process maven = builder.start();
    String output = new String(maven.getInputStream().readAllBytes(), UTF_8);
    keepWhatWasFetched(repository);

    assertThat(maven.waitFor()).as(output).isZero();
    assertThat(Pattern.compile("Tests run: [1-9]").matcher(output).results().count())
        .as(output)
        .isPositive();
  }

  /** A repository that has what the machine's has, and of ours what an installation puts there. */
  private Path repository(String version) throws IOException {
    Path known = Path.of(System.getProperty("postroom.repository"));
    Path repository = Files.createDirectories(temp.resolve("repository"));
    link(known, repository, Set.of("org"));
    link(
        known.resolve("org"),
        Files.createDirectories(repository.resolve("org")),
        Set.of("postroom"));
    Path ours = repository.resolve("org").resolve("postroom");
    install(ours, "mail-dist", version, "jar", Archive.FILE);
    install(ours, "mail-dist", version, "pom", Path.of("dependency-reduced-pom.xml"));
    install(ours, "postroom", version, "pom", Path.of("..", "pom.xml"));
    return repository;
  }

  /**
   * Gives the machine's repository the groups that it had not: the next time may be without a
   * network. The links go, so that nobody follows them.
   */
  private static void keepWhatWasFetched(Path repository) throws IOException {
    Path known = Path.of(System.getProperty("postroom.repository"));
    for (Path groups : List.of(repository, repository.resolve("org"))) {
      for (Path group : list(groups)) {
        Path kept = known.resolve(repository.relativize(group).toString());
        if (Files.isSymbolicLink(group)) {
          Files.delete(group);
        } else if (!group.endsWith("org") && !group.endsWith("postroom") && !Files.exists(kept)) {
          copyOf(group, kept);
        }
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static void link(Path from, Path to, Set<String> without) throws IOException {
    for (Path file : list(from)) {
      if (!without.contains(file.getFileName().toString())) {
        Files.createSymbolicLink(to.resolve(file.getFileName()), file.toAbsolutePath());
      }
    }
  }

  private static void install(Path group, String name, String version, String kind, Path file)
      throws IOException {
    Path folder = Files.createDirectories(group.resolve(name).resolve(version));
    Files.copy(file, folder.resolve(name + "-" + version + "." + kind));
  }

  private static Path copyOf(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return to;
  }

  private static String version() throws IOException {
    Matcher version = VERSION.matcher(Files.readString(Path.of("pom.xml")));
    assertThat(version.find()).isTrue();
    return version.group(1);
  }
}
