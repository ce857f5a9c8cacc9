package org.postroom.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application of modules, which names one of ours. */
@Tag("artifact")
final class ModulePathTest {
  private static final Path SOURCES = Path.of("src", "samples", "modules");

  @TempDir private Path temp;

  @Test
  void compilesAndRuns() throws Exception {
    String modules =
        Archive.withDependencies().stream()
            .map(Path::toString)
            .collect(Collectors.joining(System.getProperty("path.separator")));
    List<String> compile =
        new ArrayList<>(
            List.of(
                "--release", "17", "-Xlint:all", "-Werror", "-p", modules, "-d", temp.toString()));
    try (Stream<Path> files = Files.walk(SOURCES)) {
      files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(compile::add);
    }
    StringWriter said = new StringWriter();
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(new PrintWriter(said), new PrintWriter(said), compile.toArray(String[]::new));
    assertThat(status).as(said.toString()).isZero();

    Process application =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-p",
                modules + System.getProperty("path.separator") + temp,
                "-m",
                "shop/shop.Shop",
                temp.resolve("mail").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(application.getInputStream().readAllBytes(), UTF_8);
    assertThat(application.waitFor()).as(output).isZero();
    assertThat(output).contains("the shop has 1 message");
  }
}
