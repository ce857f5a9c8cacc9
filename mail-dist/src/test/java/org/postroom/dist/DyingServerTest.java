package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server without memory ends at once and says why; the next one has all mail. */
@Tag("process")
final class DyingServerTest {
  private static final int MAILS = 20;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "-XX:+ExitOnOutOfMemoryError, 3, Terminating due to java.lang.OutOfMemoryError: Java heap space",
    "-XX:-ExitOnOutOfMemoryError, 70, has died, the process ends:"
  })
  void endsAtOnceAndLosesNothing(String option, int status, String line) throws Exception {
    Site site = new Site(folder);
    site.addAccounts(List.of("ada"));
    try (ServerProcess server =
        ServerProcess.start(List.of(), ServesBesideAHog.class, site.mainCf(), "-Xmx96m", option)) {
      try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
        for (int i = 0; i < MAILS; i++) {
          assertThat(smtp.send("bob@example.net", "ada@example.org", mail(i))).startsWith("250");
        }
      }

      Files.createFile(folder.resolve("hog"));

      assertThat(server.awaitEnd()).as(server.said()).isEqualTo(status);
      assertThat(server.said()).contains(line);
    }
    Files.delete(folder.resolve("hog"));
    try (ServerProcess again = site.start();
        ImapDialogue imap = ImapDialogue.open(again.port(Role.IMAP), "ada@example.org")) {
      assertThat(imap.say("SELECT INBOX", line2 -> {})).startsWith("OK");
      for (int i = 0; i < MAILS; i++) {
        BodyDigest body = new BodyDigest();
        imap.fetch(i + 1, body);
        BodyDigest sent = new BodyDigest();
        sent.write(mail(i));
        assertThat(body.end()).as("mail %d", i).isEqualTo(sent.end());
      }
      again.stop();
    }
  }

  private static byte[] mail(int number) throws IOException {
    return ("Subject: " + number + "\r\n\r\nNumber " + number + "\r\n").getBytes(US_ASCII);
  }
}
