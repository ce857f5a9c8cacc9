package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.storage.Storage;

/** One fills a mailbox with keywords, another gives some back, and the server begins anew. */
@Timeout(60)
final class KeywordsOverRestartsTest {
  private static final String ADA = "ada@example.org";
  private static final String ALL =
      IntStream.range(0, 256).mapToObj(i -> "k" + i).collect(Collectors.joining(" "));

  @TempDir private Path folder;

  private MailServer start() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .set("virtual_mailbox_domains", "example.org")
        .set("inet_interfaces", "loopback-only")
        .set("listeners", "imap:0")
        .storage(Storage.h2(folder.resolve("data")))
        .account(ADA, Site.PASSWORD)
        .start();
  }

  private static ImapDialogue selected(MailServer server) throws IOException {
    ImapDialogue imap = ImapDialogue.open(server.address(Role.IMAP).getPort(), ADA);
    imap.ok("SELECT INBOX");
    return imap;
  }

  private static List<String> heard(ImapDialogue imap, String command) throws IOException {
    List<String> lines = new ArrayList<>();
    assertThat(imap.say(command, lines::add)).startsWith("OK");
    return lines;
  }

  @Test
  void whatIsGivenBackMeansNothingElseToAnybody() throws Exception {
    byte[] message = "Subject: x\r\n\r\n".getBytes(US_ASCII);
    try (MailServer server = start();
        ImapDialogue one = selected(server)) {
      assertThat(one.appendAll("INBOX", List.of(message, message, message))).startsWith("OK");
      one.ok("STORE 1:2 +FLAGS.SILENT (" + ALL + ")");
      one.ok("STORE 2 -FLAGS.SILENT (k0 k54 k55 k255)");
    }

    try (MailServer server = start();
        ImapDialogue one = selected(server);
        ImapDialogue other = selected(server)) {
      assertThat(one.say("STORE 3 +FLAGS (straw)", line -> {})).startsWith("NO [LIMIT]");
      one.ok("STORE 1 +FLAGS.SILENT (\\Deleted)");
      one.ok("EXPUNGE");

      // The other one still shows the message that had what is given to another keyword now.
      one.ok("STORE 2 +FLAGS.SILENT (new0 new1 new2 new3)");
      assertThat(heard(other, "FETCH 1:3 FLAGS"))
          .filteredOn(line -> line.startsWith("* 1 FETCH "))
          .noneMatch(line -> line.contains("new"));
      assertThat(heard(other, "NOOP"))
          .contains("* 1 EXPUNGE")
          .noneMatch(line -> line.contains("\\*"));
      assertThat(heard(other, "SEARCH KEYWORD new1")).contains("* SEARCH 2");
      assertThat(heard(other, "SEARCH KEYWORD k255")).contains("* SEARCH");
      one.ok("STORE 1 -FLAGS.SILENT (k1)");
      assertThat(heard(other, "NOOP"))
          .anyMatch(line -> line.startsWith("* OK [PERMANENTFLAGS (") && line.contains(" \\*)]"));
    }

    try (MailServer server = start();
        ImapDialogue one = selected(server)) {
      assertThat(heard(one, "FETCH 2 FLAGS")).contains("* 2 FETCH (FLAGS (new0 new1 new2 new3))");
      assertThat(heard(one, "SEARCH KEYWORD k2 UNKEYWORD k1 UNKEYWORD new0"))
          .contains("* SEARCH 1");
      assertThat(heard(one, "STORE 2 FLAGS (straw)")).contains("* 2 FETCH (FLAGS (straw))");
    }
  }
}
