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
public final class Programs {
  private static final long PATIENCE_SECONDS = 180;

  private Programs() {}

  /**
   * Skips the test where the program is not installed, unless {@code -Dpostroom.clients=required}
   * says that it must be.
   */
  public static void need(String program) {
    assumeTrue(
        isInstalled(program) || "required".equals(System.getProperty("postroom.clients")), program);
  }

  /** Whether the program is there. */
  static boolean isInstalled(String program) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Runs a program to its end, which must be a good one; gives its output. */
  public static byte[] run(Path folder, byte[] input, String... command)
      throws IOException, InterruptedException {
    return run(folder, input, false, command);
  }

  /** Runs a program that wants a terminal, on one; nobody types. */
  public static void runOnTerminal(Path folder, String command)
      throws IOException, InterruptedException {
    run(folder, new byte[0], true, "script", "-qec", command, "/dev/null");
  }

  private static byte[] run(Path folder, byte[] input, boolean keepInputOpen, String... command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "out", "");
    Path errors = Files.createTempFile(folder, "err", "");
    Process process = builder(folder, output, command).redirectError(errors.toFile()).start();
    if (!keepInputOpen) {
      try (OutputStream in = process.getOutputStream()) {
        in.write(input);
      }
    }
    try {
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(ended).as("%s ends", command[0]).isTrue();
    } finally {
      process.destroyForcibly(); // also where the test's own time is over first
    }
    assertThat(process.exitValue())
        .as("%s: %s", String.join(" ", command), Files.readString(errors, UTF_8))
        .isZero();
    return Files.readAllBytes(output);
  }

  /** Starts a program that is to be talked to; all that it says goes into one file. */
  public static Process start(Path folder, Path output, String... command) throws IOException {
    return builder(folder, output, command).redirectErrorStream(true).start();
  }

  private static ProcessBuilder builder(Path folder, Path output, String... command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(output.toFile());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("TERM", "xterm");
    return builder;
  }
}
