package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that do not go on with what they began, against a server with 128 MB, while others are
 * served. {@code -Dpostroom.heap=full} at full size.
 */
@Tag("process")
@Tag("scaled")
@EnabledOnOs(OS.LINUX)
@Timeout(180)
final class UnfinishedTest {
  private static final boolean FULL = "full".equals(System.getProperty("postroom.heap"));
  private static final int LITERALS = FULL ? 512 : 128;

  /** Four times as many literals as there are workers. */
  private static final int WORKERS = LITERALS / 4;

  /** Together more than the heap. */
  private static final int MAILS = FULL ? 100 : 20;

  private static final int HEADER = 10_000_000;

  private static final int SENDERS = 4;

  private static final Duration AT_ONCE = Duration.ofSeconds(FULL ? 1 : 3);
  private static final String ADA = "ada@" + Site.DOMAIN;

  @TempDir private Path folder;

  @Test
  void halfSentLiteralsKeepNobodyWaiting() throws Exception {
    Site site =
        new Site(folder)
            .set("worker_limit", Integer.toString(WORKERS))
            .set("imap_max_user_connections", "1000");
    List<Stranger> stopped = new ArrayList<>();
    try (ServerProcess server = site.start("-Xmx128m")) {
      site.addAccounts(List.of("ada", "eve"));
      isServed(server);
      for (int i = 0; i < LITERALS; i++) {
        Stranger eve = Stranger.from("127.61." + i / 20 + ".1", server.port(Role.IMAP));
        stopped.add(eve);
        eve.ask("a LOGIN eve@" + Site.DOMAIN + " \"" + Site.PASSWORD + "\"", "a OK");
        eve.ask(i % 2 == 0 ? "b CREATE {100}" : "b APPEND INBOX {1000000}", "+");
        eve.say("Subject: ");
      }

      assertThat(isServed(server)).isLessThan(AT_ONCE);

      for (Stranger eve : stopped) {
        eve.close();
      }
      isServed(server);
      assertThat(server.said()).doesNotContain("OutOfMemoryError");
      server.stop();
    }
  }

  @Test
  void headersThatDoNotEndDoNotFillTheHeap() throws Exception {
    Site site = new Site(folder).set("mynetworks", "127.0.0.1/32");
    byte[] part = "y".repeat(100_000).getBytes(US_ASCII);
    List<Stranger> senders = new ArrayList<>();
    try (ServerProcess server = site.start("-Xmx128m")) {
      site.addAccounts(List.of("ada"));
      isServed(server);
      for (int i = 0; i < MAILS; i++) {
        Stranger sender = Stranger.from("127.62." + i % SENDERS + ".1", server.port(Role.MX));
        senders.add(sender);
        sender.ask("HELO client.example", "250");
        sender.ask("MAIL FROM:<bob@example.net>", "250");
        sender.ask("RCPT TO:<" + ADA + ">", "250");
        sender.ask("DATA", "354");
        for (int sent = 0; sent < HEADER; sent += part.length) {
          sender.say(part);
        }
      }

      isServed(server);

      for (Stranger sender : senders) {
        sender.close();
      }
      isServed(server);
      assertThat(server.said()).doesNotContain("OutOfMemoryError");
      server.stop();
    }
  }

  /** A mail, a log-in of each kind, and a command after it; gives how long the slowest took. */
  private static Duration isServed(ServerProcess server) throws IOException {
    long begun = System.nanoTime();
    try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
      byte[] mail = "Subject: honest\r\n\r\nHello.\r\n".getBytes(US_ASCII);
      assertThat(smtp.send("bob@example.net", ADA, mail)).startsWith("250");
    }
    long mailed = System.nanoTime();
    try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), ADA)) {
      imap.ok("SELECT INBOX");
    }
    long selected = System.nanoTime();
    try (Pop3Dialogue pop3 = Pop3Dialogue.open(server.port(Role.POP3), ADA)) {
      pop3.ok("STAT");
    }
    long counted = System.nanoTime();
    return Duration.ofNanos(
        Math.max(mailed - begun, Math.max(selected - mailed, counted - selected)));
  }
}
