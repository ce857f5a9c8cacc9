package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the clients that people have. */
final class Programs {
  private static final long PATIENCE_SECONDS = 180;

  private Programs() {}

  /**
   * Skips the test where the program is not installed, unless {@code -Dpostroom.clients=required}
   * says that it must be.
   */
  static void need(String program) {
    assumeTrue(
        isInstalled(program) || "required".equals(System.getProperty("postroom.clients")), program);
  }

  /** Whether the program is there. */
  static boolean isInstalled(String program) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Runs a program to its end, which must be a good one; gives its output. */
  static byte[] run(Path folder, byte[] input, String... command)
      throws IOException, InterruptedException {
    return run(folder, input, false, command);
  }

  /** Runs a program that wants a terminal, on one; nobody types. */
  static void runOnTerminal(Path folder, String command) throws IOException, InterruptedException {
    run(folder, new byte[0], true, "script", "-qec", command, "/dev/null");
  }

  private static byte[] run(Path folder, byte[] input, boolean keepInputOpen, String... command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "out", "");
    Path errors = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("TERM", "xterm");
    Process process = builder.start();
    if (!keepInputOpen) {
      try (OutputStream in = process.getOutputStream()) {
        in.write(input);
      }
    }
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended).as("%s ends", command[0]).isTrue();
    assertThat(process.exitValue())
        .as("%s: %s", String.join(" ", command), Files.readString(errors, UTF_8))
        .isZero();
    return Files.readAllBytes(output);
  }
}
