package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.Asked;
import org.postroom.dist.operation.QueueOperations.WaitingMail;

/**
 * A long queue and a server with 256 MB of heap: it starts, lists and takes mail as with a short
 * one. {@code postroom.queue} says how many recipients: the long tests have 100,000 of them, over
 * 5,000 domains, and by hand there may be a million. The figures are reported.
 */
@Tag("process")
@Tag("scaled")
final class LongQueueTest {
  private static final int RECIPIENTS = Integer.getInteger("postroom.queue", 2_000);
  private static final int EACH = 100;
  private static final int DOMAINS = Math.max(100, RECIPIENTS / 20);

  @TempDir private Path folder;

  @Test
  void startsAndListsWhateverItsLength() throws IOException {
    Site site = new Site(folder).set("defer_transports", "smtp");
    long start = System.nanoTime();
    fill(site);
    say("filled", start);

    start = System.nanoTime();
    try (ServerProcess server = site.start("-Xmx256m")) {
      say("greetings on all ports", start);
      Listing listing = new Listing(site);

      start = System.nanoTime();
      assertThat(listing.first().recipients()).isNotEmpty();
      say("first page", start);

      start = System.nanoTime();
      assertThat(listing.recipients()).isEqualTo(RECIPIENTS);
      say("whole list", start);

      start = System.nanoTime();
      ServerProcess.Outcome mailq = ServerProcess.run("postqueue", "-c", folder.toString(), "-p");
      say("postqueue -p by itself", start);
      say("its first line", mailq.untilFirstLine());
      assertThat(mailq.said()).contains(" in " + RECIPIENTS / EACH + " Requests.");

      start = System.nanoTime();
      take(server.port(Role.MX));
      say("one more mail", start);
      assertThat(server.said()).doesNotContain("OutOfMemoryError");
      System.out.println("long queue: PSS in KiB: " + server.proportionalSetKib());
    }
  }

  /** Asks the server as commands do. */
  private record Listing(Site site) {
    /** The first that has something. */
    WaitingMail first() throws IOException {
      List<WaitingMail> first = new ArrayList<>();
      MailServer.builder()
          .configuration(site.mainCf())
          .inside()
          .ask(
              QueueOperations.LIST,
              Asked.ALL,
              page -> {
                first.addAll(page.mails());
                return first.isEmpty() ? Asked.ALL.behind(page) : Optional.empty();
              });
      return first.get(0);
    }

    long recipients() throws IOException {
      long[] count = {0};
      MailServer.builder()
          .configuration(site.mainCf())
          .inside()
          .ask(
              QueueOperations.LIST,
              Asked.ALL,
              page -> {
                page.mails().forEach(mail -> count[0] += mail.recipients().size());
                return Asked.ALL.behind(page);
              });
      return count[0];
    }
  }

  private static void fill(Site site) throws IOException {
    byte[] content = "Subject: to many\r\n\r\nhello\r\n".getBytes(US_ASCII);
    try (MailServer server = MailServer.builder().configuration(site.mainCf()).start()) {
      for (int mail = 0; mail < RECIPIENTS / EACH; mail++) {
        List<Recipient> recipients = new ArrayList<>();
        for (int i = 0; i < EACH; i++) {
          int number = mail * EACH + i;
          recipients.add(
              Recipient.of(Address.parse("r" + number + "@d" + number % DOMAINS + ".test")));
        }
        Envelope envelope = Envelope.of(ReversePath.of(Address.parse("x@example.org")), recipients);
        assertThat(server.submit(envelope, content).orThrow()).isNotNull();
      }
    }
  }

  /** A mail for one who is elsewhere, as from any client. */
  private static void take(int port) throws IOException {
    try (SmtpDialogue client = SmtpDialogue.open(port)) {
      assertThat(client.say("MAIL FROM:<x@example.org>")).startsWith("250");
      assertThat(client.say("RCPT TO:<one@more.test>")).startsWith("250");
      assertThat(client.say("DATA")).startsWith("354");
      assertThat(client.content(out -> out.write("Subject: one more\r\n\r\n".getBytes(US_ASCII))))
          .startsWith("250");
    }
  }

  private static void say(String what, long since) {
    say(what, Duration.ofNanos(System.nanoTime() - since));
  }

  private static void say(String what, Duration time) {
    System.out.println(
        "long queue: " + RECIPIENTS + " recipients: " + what + ": " + time.toMillis() + " ms");
  }
}
