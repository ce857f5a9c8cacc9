package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Until;

/** What a service manager such as systemd hears of a server that it has started. */
@Tag("process")
@Timeout(120)
final class ServiceManagerTest {
  /** Writes down what it is told, a line for each datagram. */
  private static final String MANAGER =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind(sys.argv[1])
      with open(sys.argv[2], 'a') as told:
          while True:
              told.write(s.recv(4096).decode().replace('\\n', ' ') + '\\n')
              told.flush()
      """;

  @TempDir private Path folder;

  @Test
  void hearsOfStartReloadSignsOfLifeAndEnd() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")));
    Path socket = folder.resolve("notify");
    Path told = folder.resolve("told");
    Process manager =
        new ProcessBuilder("python3", "-c", MANAGER, socket.toString(), told.toString())
            .inheritIO()
            .start();
    List<String> environment = List.of("env", "NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=300000");
    try {
      Until.so(() -> Files.exists(socket));
      try (ServerProcess server = ServerProcess.start(environment, new Site(folder).mainCf())) {
        String ready = "READY=1 MAINPID=" + server.pid() + " STATUS=Postroom listens: smtp ";
        // Signs of life come as soon as there is a server: on a slow machine before it is ready.
        Until.so(() -> count(told, ready) == 1 && count(told, "WATCHDOG=1") > 1);

        server.hangUp();
        Until.so(() -> count(told, ready) == 2);
        assertThat(lines(told)).anyMatch(line -> line.startsWith("RELOADING=1 MONOTONIC_USEC="));

        server.stop();
        Until.so(() -> lines(told).contains("STOPPING=1"));
      }
    } finally {
      manager.destroyForcibly();
    }
  }

  private static long count(Path file, String beginning) {
    return lines(file).stream().filter(line -> line.startsWith(beginning)).count();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
