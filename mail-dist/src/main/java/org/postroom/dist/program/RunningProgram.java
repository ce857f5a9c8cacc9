package org.postroom.dist.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process with all that it has started, as the operating system has it.
 *
 * <p>No thread waits for it. It reads a file that has no name any more, and not a pipe that
 * somebody would have to fill. What it writes goes through a process of ours into another such
 * file: its beginning, and the rest into nothing. So it is never held up by what it writes, and
 * whoever it leaves behind with the same output writes into nothing, too.
 */
final class RunningProgram {
  private static final int BUFFER = 32 * 1024;
  private static final int MOST_OUTPUT = 4096;

  private static final List<String> KEEP_BEGINNING =
      List.of(
          "/bin/sh", "-c", "dd bs=1 count=" + MOST_OUTPUT + " status=none; exec cat >/dev/null");

  private static final long KILL_SECONDS = 5;

  private final Process program;
  private final Process reader;
  private final FileChannel output;

  private RunningProgram(Process program, Process reader, FileChannel output) {
    this.program = program;
    this.reader = reader;
    this.output = output;
  }

  /**
   * Writes what it reads, and starts it.
   *
   * @throws IOException where one of them cannot be done
   */
  static RunningProgram start(Job job) throws IOException {
    Path input = Files.createTempFile("postroom", ".mail");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(input), BUFFER)) {
        job.input().writeTo(out);
      }
      Path output = Files.createTempFile("postroom", ".out");
      try {
        return start(job, input, output);
      } finally {
        Files.deleteIfExists(output);
      }
    } finally {
      Files.deleteIfExists(input);
    }
  }

  private static RunningProgram start(Job job, Path input, Path output) throws IOException {
    FileChannel beginning = FileChannel.open(output);
    try {
      ProcessBuilder program =
          new ProcessBuilder(job.command())
              .directory(job.folder().toFile())
              .redirectInput(input.toFile())
              .redirectErrorStream(true);
      job.environment().replace(program.environment());
      ProcessBuilder reader =
          new ProcessBuilder(KEEP_BEGINNING)
              .redirectOutput(output.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      List<Process> both = ProcessBuilder.startPipeline(List.of(program, reader));
      return new RunningProgram(both.get(0), both.get(1), beginning);
    } catch (IOException | RuntimeException e) {
      beginning.close();
      throw e;
    }
  }

  /** Completes with its exit status, on a thread that must not be held up. */
  CompletableFuture<Integer> exit() {
    return program.onExit().thenApply(Process::exitValue);
  }

  /** Completes when all that had its output open is gone. */
  CompletableFuture<Process> silence() {
    return reader.onExit();
  }

  /**
   * Kills it with all that it has started, whether that has a parent or not: they are one session
   * (setsid(1)), but for what has begun one of its own. Waits for that, and not for their end.
   */
  void kill() {
    List<ProcessHandle> known = program.descendants().toList();
    if (program.isAlive()) {
      killGroup(program.pid());
    }
    program.destroyForcibly();
    known.forEach(ProcessHandle::destroyForcibly);
  }

  private static void killGroup(long leader) {
    try {
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -s KILL -- \"-$1\"", "kill", "" + leader)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean unused = kill.waitFor(KILL_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      // There are the others' own handles.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The beginning of what it has written; nothing is read any more, and so nothing twice. */
  synchronized String finish() {
    if (!output.isOpen()) {
      return "";
    }
    reader.descendants().forEach(ProcessHandle::destroyForcibly);
    reader.destroyForcibly();
    ByteBuffer beginning = ByteBuffer.allocate(MOST_OUTPUT);
    try (output) {
      while (beginning.hasRemaining() && output.read(beginning) > 0) {
        // until all of it is there
      }
    } catch (IOException e) {
      return "";
    }
    return UTF_8.decode(beginning.flip()).toString();
  }
}
