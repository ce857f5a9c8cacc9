package org.postroom.dist.applet.smarthost;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.postroom.core.secret.Secret;

/** A program that says a password ({@code passwordeval}): what it says is kept nowhere else. */
final class PasswordProgram {
  private static final int LONGEST = 4096;
  private static final long PATIENCE_SECONDS = 60;

  private PasswordProgram() {}

  /** The first line that a command of the shell says; it is run once. */
  static Secret ask(Setting command) {
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
      said = out.readNBytes(LONGEST);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw command.fault("does not end");
      }
      int end = 0;
      while (end < said.length && said[end] != '\n' && said[end] != '\r') {
        end++;
      }
      if (process.exitValue() != 0 || end == 0) {
        throw command.fault("says no password (exit status " + process.exitValue() + ")");
      }
      return Secret.of(new String(said, 0, end, UTF_8));
    } catch (IOException e) {
      throw command.fault("cannot be read: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw command.fault("was interrupted");
    } finally {
      Arrays.fill(said, (byte) 0);
      process.destroyForcibly();
    }
  }
}
