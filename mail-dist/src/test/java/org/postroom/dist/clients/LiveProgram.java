package org.postroom.dist.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.postroom.dist.Programs;

/** A program that runs while a test looks at what it says. */
final class LiveProgram implements AutoCloseable {
  private final Process process;
  private final Path output;

  private LiveProgram(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts it; its input is open, and nobody writes. */
  static LiveProgram start(Access access, String... command) throws IOException {
    Path output = Files.createTempFile(access.folder(), "said", "");
    return new LiveProgram(Programs.start(access.folder(), output, command), output);
  }

  /** The same on a terminal, with a shell's command line. */
  static LiveProgram startOnTerminal(Access access, String command) throws IOException {
    return start(access, "script", "-qefc", command, "/dev/null");
  }

  /** All that it has said so far; a test that waits for more fails here once it has ended badly. */
  String said() {
    boolean failed = !process.isAlive() && process.exitValue() != 0;
    String said = written(output);
    if (failed) {
      throw new AssertionError("it ended with status " + process.exitValue() + ": " + said);
    }
    return said;
  }

  /** What a program has written into a file so far; nothing where the file is not there yet. */
  static String written(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it, and what it has started; script would give that two seconds. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    Process unused = process.destroyForcibly().onExit().join();
  }
}
