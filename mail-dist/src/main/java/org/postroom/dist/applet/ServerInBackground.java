package org.postroom.dist.applet;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** A server in a process of its own that outlives whoever starts it. */
final class ServerInBackground {
  private static final List<Path> UNITS =
      List.of(
          Path.of("/etc/systemd/system/postroom.service"),
          Path.of("/lib/systemd/system/postroom.service"));
  private static final Path SYSTEMD = Path.of("/run/systemd/system");
  private static final Path SESSION = Path.of("/usr/bin/setsid");
  private static final long PAUSE_MILLIS = 100;

  /** What the command line of such a process has in it. */
  private static final String LAUNCHED = "org.postroom.dist.applet.Postroom";

  private ServerInBackground() {}

  /** Who else starts it on this machine, if somebody does. */
  static Optional<Path> unit() {
    return Files.isDirectory(SYSTEMD)
        ? UNITS.stream().filter(Files::exists).findFirst()
        : Optional.empty();
  }

  /**
   * Starts one, in a session of its own, and waits until it answers. What it says goes nowhere: its
   * log is where the configuration says.
   *
   * @param user as whom, where not as who starts it
   * @return what went wrong
   */
  static Optional<String> start(
      String launcher,
      Path mainCf,
      Optional<ServiceUser> user,
      BooleanSupplier runs,
      Duration patience) {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(SESSION)) {
      command.add(SESSION.toString());
    }
    user.ifPresent(who -> command.addAll(who.words()));
    String serve = "postroom serve -c " + Place.quoted(mainCf);
    String remedy =
        ": "
            + user.map(who -> "su -s /bin/sh -c '" + serve + "' " + who.found().owner().getName())
                .orElse(serve)
            + " says why";
    try {
      // By a link it would be another command.
      String postroom = Path.of(launcher).toRealPath().toString();
      command.addAll(List.of(postroom, "serve", "-c", mainCf.toAbsolutePath().toString()));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      // The folder of who starts it may be closed to that user.
      user.ifPresent(who -> builder.directory(who.folder().toFile()));
      Process process = builder.start();
      long end = System.nanoTime() + patience.toNanos();
      while (!runs.getAsBoolean()) {
        if (process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
          return Optional.of("it ended with status " + process.exitValue() + remedy);
        }
        if (System.nanoTime() - end > 0) {
          return Optional.of("it does not answer after " + patience.toSeconds() + " s" + remedy);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("cannot be started: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  /**
   * Ends the one that runs, and waits for its end.
   *
   * @param atOnce without anything being finished; what was promised is kept
   * @return what went wrong
   */
  static Optional<String> end(long process, boolean atOnce, Duration patience) {
    Optional<ProcessHandle> found = ProcessHandle.of(process);
    if (found.isEmpty()) {
      return Optional.of("there is no process " + process);
    }
    ProcessHandle server = found.get();
    boolean isOurs =
        server.info().commandLine().filter(line -> line.contains(LAUNCHED)).isPresent();
    if (!isOurs || process == ProcessHandle.current().pid()) {
      return Optional.of("it is part of another program: process " + process);
    }
    if (!(atOnce ? server.destroyForcibly() : server.destroy())) {
      return Optional.of("process " + process + " cannot be told");
    }
    try {
      server.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (TimeoutException | ExecutionException e) {
      return Optional.of("process " + process + " is still there");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }
}
