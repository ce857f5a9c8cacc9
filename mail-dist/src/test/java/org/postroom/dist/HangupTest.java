package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Until;

/** SIGHUP has a server read its configuration again; it does not end it. */
@Tag("process")
@Timeout(120)
final class HangupTest {
  @TempDir private Path folder;

  @Test
  void readsTheConfigurationAgainOrSaysWhatIsWrongWithIt() throws Exception {
    assumeFalse(ignoresHangups(), "what nohup starts hears no SIGHUP");
    Site site = new Site(folder);
    try (ServerProcess server = site.start();
        SmtpDialogue before = SmtpDialogue.open(server.port(Role.MX))) {
      site.set("smtpd_timeout", "soon").mainCf();
      server.hangUp();
      Until.so(
          () ->
              server.said().contains("smtpd_timeout: expected")
                  && server.said().contains("generation 1 stays in effect"));

      site.set("smtpd_timeout", "300s").set("disable_vrfy_command", "yes").mainCf();
      server.hangUp();
      Until.so(() -> server.said().contains("generation 2 is in effect"));

      try (SmtpDialogue after = SmtpDialogue.open(server.port(Role.MX))) {
        assertThat(after.say("VRFY nobody@example.org")).startsWith("502 ");
      }
      assertThat(before.say("VRFY nobody@example.org")).startsWith("550 ");
      assertThat(server.said()).contains(site.line("smtpd_timeout") + "smtpd_timeout: expected");
      server.stop();
    }
  }

  /** Whether this process, and so what it starts, was told to ignore SIGHUP: signal 1. */
  private static boolean ignoresHangups() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.isReadable(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Character.digit(line.charAt(line.length() - 1), 16) & 1) != 0);
  }
}
