package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.address.Address;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.dist.applet.AppletRun;

/** Mail that waits moves to another store by way of files, and each of it is delivered once. */
@Timeout(120)
@Tag("seconds")
final class MovedQueueTest {
  @TempDir private Path folder;

  private MailServer start(String data, RelayHop hop) throws Exception {
    Path mainCf =
        Files.writeString(
            folder.resolve("main.cf"),
            """
            myhostname = mail.example.org
            inet_interfaces = loopback-only
            relayhost = %s
            storage_url = h2:%s
            """
                .formatted(hop.name(), data));
    return MailServer.builder()
        .configuration(mainCf)
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .start();
  }

  private AppletRun queue(String... words) {
    List<String> all = new ArrayList<>(List.of("queue", words[0], "-c", folder + "/main.cf"));
    all.addAll(List.of(words).subList(1, words.length));
    return AppletRun.of(all.toArray(String[]::new));
  }

  /** Each mail that waits: its id, with its recipients and how often each was tried. */
  private static Map<String, List<String>> waiting(MailServer server) {
    Map<String, List<String>> all = new TreeMap<>();
    server
        .inside()
        .queue()
        .list(1000)
        .forEach(
            mail -> {
              for (QueuedRecipient one : mail.recipients()) {
                Address to = one.recipient().address();
                all.computeIfAbsent(mail.id().value(), id -> new ArrayList<>())
                    .add(to + " " + one.attempts());
              }
            });
    all.values().forEach(recipients -> recipients.sort(null));
    return all;
  }

  @Test
  @Shows("A2.12")
  void isDeliveredOnceWithWhatItHad() throws Exception {
    try (RelayHop hop = RelayHop.open(Clock.systemUTC()).always("RCPT TO:", "450 4.2.0 later")) {
      Map<String, List<String>> before;
      try (MailServer server = start("first", hop)) {
        for (int i = 0; i < 5; i++) {
          QueueId unused =
              server
                  .submit(
                      Envelope.parse("x@example.org", "a" + i + "@far.test", "b" + i + "@far.test"),
                      ("Message-ID: <" + i + "@test>\r\n\r\n").getBytes(US_ASCII))
                  .orThrow();
        }
        Until.so(
            () ->
                waiting(server).values().stream()
                    .allMatch(each -> each.stream().allMatch(one -> one.endsWith(" 1"))));
        assertThat(queue("park", "ALL").said()).endsWith("5 mails, 10 recipients parked\n");
        before = waiting(server);

        AppletRun exported = queue("export", "--delete", folder + "/moved");

        assertThat(exported.said()).endsWith("5 mails exported\n");
        assertThat(server.inside().queue().size()).isZero();
      }

      try (MailServer server = start("second", hop)) {
        assertThat(queue("import", folder + "/moved").said()).endsWith("5 mails imported\n");
        assertThat(waiting(server)).isEqualTo(before).hasSize(5);
        hop.well();
        assertThat(queue("unpark", "ALL").said()).endsWith("5 mails, 10 recipients unparked\n");
        assertThat(queue("run", "ALL").status()).isZero();
        Until.so(() -> server.inside().queue().size() == 0);
      }
      List<String> taken = new ArrayList<>();
      while (hop.unread() > 0) {
        RelayHop.Mail mail = hop.await(Duration.ofSeconds(30));
        String name = mail.latin1().lines().filter(line -> line.startsWith("Mess")).toList().get(0);
        mail.to().forEach(to -> taken.add(name + " for " + to)); // one by one, or together
      }
      assertThat(taken).hasSize(10).doesNotHaveDuplicates();
    }
  }
}
