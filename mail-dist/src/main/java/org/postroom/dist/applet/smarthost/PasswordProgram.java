package org.postroom.dist.applet.smarthost;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postroom.core.secret.Secret;

/** A program that says a password ({@code passwordeval}): what it says is kept nowhere else. */
final class PasswordProgram {
  private static final int LONGEST = 4096;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private PasswordProgram() {}

  /** The first line that a command of the shell says; it is run once. */
  static Secret ask(Setting command) {
    return ask(command, PATIENCE);
  }

  /**
   * The same.
   *
   * @param patience with a program that says nothing, or does not end
   */
  static Secret ask(Setting command, Duration patience) {
    Process process;
    try {
      process =
          new ProcessBuilder("/bin/sh", "-c", command.value())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException e) {
      throw command.fault("cannot be run: " + e.getMessage());
    }
    byte[] said = new byte[0];
    try (InputStream out = process.getInputStream()) {
      process.getOutputStream().close();
      said =
          CompletableFuture.supplyAsync(() -> line(out))
              .get(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw command.fault("does not end");
      }
      int end = 0;
      while (end < said.length && said[end] != 0) {
        end++;
      }
      if (process.exitValue() != 0 || end == 0) {
        throw command.fault("says no password (exit status " + process.exitValue() + ")");
      }
      return Secret.of(new String(said, 0, end, UTF_8));
    } catch (TimeoutException e) {
      throw command.fault("does not end");
    } catch (IOException | ExecutionException e) {
      throw command.fault("cannot be read: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw command.fault("was interrupted");
    } finally {
      Arrays.fill(said, (byte) 0);
      process.destroyForcibly();
    }
  }

  /** A line, and zeros behind it; what is said behind it is left. */
  private static byte[] line(InputStream out) {
    byte[] line = new byte[LONGEST];
    try {
      int next = out.read();
      for (int i = 0; i < LONGEST && next > 0 && next != '\n' && next != '\r'; i++) {
        line[i] = (byte) next;
        next = out.read();
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
