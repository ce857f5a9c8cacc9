package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.testing.Shows;
import org.postroom.storage.Storage;

/** One mailbox that is read by POP3 and IMAP at the same time. */
@Timeout(60)
final class TwoProtocolsTest {
  private static final String ADA = "ada@example.org";

  @Test
  @Shows("A5.8")
  void whatIsDeletedByOneIsSeenByTheOtherAndFlagsHideNothing() throws Exception {
    try (MailServer server =
            MailServer.builder()
                .hostname("mail.example.org")
                .set("virtual_mailbox_domains", "example.org")
                .set("inet_interfaces", "loopback-only")
                .set("listeners", "pop3:0 imap:0")
                .storage(Storage.inMemory())
                .account(ADA, Site.PASSWORD)
                .start();
        ImapDialogue watching = ImapDialogue.open(server.address(Role.IMAP).getPort(), ADA);
        ImapDialogue marking = ImapDialogue.open(server.address(Role.IMAP).getPort(), ADA)) {
      for (String subject : List.of("one", "two", "three")) {
        byte[] message = ("Subject: " + subject + "\r\n\r\n").getBytes(US_ASCII);
        assertThat(marking.append("INBOX", message)).startsWith("OK");
      }
      marking.ok("SELECT INBOX");
      marking.ok("STORE 1:3 +FLAGS.SILENT (\\Seen \\Deleted \\Flagged)");
      watching.ok("SELECT INBOX");
      assertThat(watching.sayForOneLine("IDLE")).startsWith("+ ");

      try (Pop3Dialogue pop3 = Pop3Dialogue.open(server.address(Role.POP3).getPort(), ADA)) {
        assertThat(pop3.ok("STAT")).startsWith("+OK 3 ");
        pop3.ok("DELE 1");
        pop3.ok("DELE 3");
        pop3.ok("QUIT");
      }

      List<String> seen = new ArrayList<>();
      while (seen.stream().filter(line -> line.endsWith(" EXPUNGE")).count() < 2) {
        seen.add(watching.line());
      }
      assertThat(seen).containsAnyOf("* 3 EXPUNGE", "* 2 EXPUNGE").contains("* 1 EXPUNGE");
    }
  }
}
