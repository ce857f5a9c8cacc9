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
      Site site = new Site(folder);
      try (ServerProcess server = ServerProcess.start(environment, site.mainCf())) {
        String ready = "READY=1 MAINPID=" + server.pid() + " STATUS=Postroom listens: smtp ";
        // Signs of life come as soon as there is a server: on a slow machine before it is ready.
        Until.so(() -> count(told, ready) == 1 && count(told, "WATCHDOG=1") > 1);

        server.hangUp();
        Until.so(() -> count(told, ready) == 2);
        assertThat(lines(told)).anyMatch(line -> line.startsWith("RELOADING=1 MONOTONIC_USEC="));

        site.set("listeners", "smtp:0");
        String reload = ServerProcess.run("reload", "-c", site.mainCf().toString()).said();
        assertThat(reload).contains("is in effect");
        Until.so(() -> count(told, "STATUS=") == 2);
        String after =
            lines(told).stream().filter(line -> line.startsWith("STATUS=")).toList().get(1);
        assertThat(after).matches("STATUS=Postroom listens: smtp \\d+ .*").doesNotContain("imap");

        server.stop();
        Until.so(() -> lines(told).contains("STOPPING=1"));
      }
    } finally {
      manager.destroyForcibly();
    }
  }

  /** A stream is the journal where its variable names the stream's own device and inode. */
  @Test
  void theJournalHearsHowMuchEachLineMattersAndHasItsTimeItself() throws Exception {
    Site site = new Site(folder).set("smtpd_timeout", "banana").set("unheard_of", "x");
    String journal = "JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) exec \"$@\"";
    List<String> around = List.of("sh", "-c", journal, "sh");
    String file = site.mainCf().toString();

    assertThat(ServerProcess.run(around, "serve", "-c", file).said().lines())
        .anyMatch(line -> line.startsWith("<4>warning: ") && line.contains("unheard_of"))
        .anyMatch(line -> line.startsWith("<3>postroom: error: " + site.line("smtpd_timeout")));

    site.set("smtpd_timeout", "30s").set("log_format", "json");
    try (ServerProcess server = ServerProcess.start(around, site.mainCf())) {
      server.hangUp();
      Until.so(() -> server.said().contains("<6>{\"ts\":"));
    }
    site.set("log_format", "postfix");
    try (ServerProcess server = ServerProcess.start(around, site.mainCf())) {
      String generation = "]: reload: generation 2 is in effect";
      server.hangUp();
      Until.so(() -> server.said().contains(generation));
      assertThat(server.said().lines())
          .contains("<6>postfix/postroom[" + server.pid() + generation);
    }
    String elsewhere = "JOURNAL_STREAM=1:2 exec \"$@\"";
    assertThat(ServerProcess.run(List.of("sh", "-c", elsewhere, "sh"), "reload", "-c", file).said())
        .startsWith("postroom: error: ");
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
