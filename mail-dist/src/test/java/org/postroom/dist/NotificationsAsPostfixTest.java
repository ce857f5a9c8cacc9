package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What senders and the postmaster hear, as Python reads it, beside what they heard of Debian's
 * Postfix (3.7) in the same sessions: {@code notifications/postfix.txt} was made by {@code
 * digest.py} of the mails that it has sent. Where an address stands for one other, it says that it
 * is expanded, and we that it has arrived; that is not among them.
 */
@Tag("process")
@Timeout(120)
final class NotificationsAsPostfixTest {
  private static final String HEADER =
      """
      From: ada@example.org\r
      To: x@far.test\r
      Subject: hello\r
      Message-ID: <1@example.org>\r
      References: <0@example.org>\r
      \r
      """;
  private static final String MAIL = HEADER + "hello\r\n";

  @TempDir private Path folder;

  @Test
  void sayTheSame() throws Exception {
    Programs.need("python3");
    Path mails = Files.createDirectory(folder.resolve("mails"));
    try (RelayHouse house = new RelayHouse()) {
      RelayHop hop = house.relayhost();
      hop.offers("8BITMIME", "PIPELINING")
          .always("RCPT TO:<never", "550 5.1.1 No such user")
          .always("RCPT TO:<late", "450 4.2.1 Mailbox busy");
      house
          .set("myhostname", "mail.example.org")
          .set("virtual_mailbox_domains", "home.test")
          .account("ada@home.test")
          .set("virtual_alias_domains", "alias.test")
          .set(
              "virtual_alias_maps",
              "inline:{ {both@alias.test = one@far.test two@far.test}"
                  + " {mixed@alias.test = one@far.test never@far.test} }")
          .set("notify_classes", "bounce, 2bounce, delay")
          .set("bounce_notice_recipient", "bounces@notice.test")
          .set("2bounce_notice_recipient", "twice@notice.test")
          .set("delay_notice_recipient", "delays@notice.test")
          .set("enable_threaded_bounces", "yes")
          .set("confirm_delay_cleared", "yes")
          .set("delay_warning_time", "1s")
          .set("minimal_backoff_time", "2s")
          .set("maximal_backoff_time", "3s")
          .start();

      send(
          house,
          "<s1@example.org> ENVID=order+2B42",
          "<never@far.test> ORCPT=rfc822;Bobby@far.test",
          "<ok@far.test>");
      send(house, "<s2@example.org> RET=HDRS", "<never@far.test>");
      send(house, "<s3@example.org>", "<ok@far.test> NOTIFY=SUCCESS");
      send(house, "<s4@example.org>", "<ada@home.test> NOTIFY=SUCCESS");
      send(house, "<s5@example.org>", "<both@alias.test> NOTIFY=SUCCESS");
      send(
          house,
          "<s7@example.org>",
          "<both@alias.test> NOTIFY=SUCCESS,FAILURE",
          "<mixed@alias.test>");
      send(house, "<>", "<never@far.test>");
      send(house, "<s8@example.org>", "<never@far.test> NOTIFY=NEVER");
      send(house, "<double-bounce@mail.example.org>", "<never@far.test>");
      house.send(
          "<s9@example.org>",
          List.of("<never@far.test>"),
          (HEADER + ("y".repeat(70) + "\r\n").repeat(800)).getBytes(UTF_8));
      send(house, "<s10@example.org>", "<late@far.test>");
      send(house, "<s11@example.org>", "<late2@far.test> NOTIFY=FAILURE");
      send(house, "<>", "<late3@far.test>");
      house.until(() -> house.queued().size() == 3 && hasTried(house, 1));
      house.passUntilAttempts(Duration.ofSeconds(3), 2);
      hop.well();
      house.retryUntilEmpty();

      for (int i = 0; hop.unread() > 0; i++) {
        RelayHop.Mail mail = hop.await();
        if (mail.latin1().contains("report-type=delivery-status")) {
          Files.write(mails.resolve(String.format(Locale.ROOT, "%03d", i)), mail.content());
        }
      }
    }

    Path digest = folder.resolve("digest.py");
    Files.write(digest, resource("digest.py"));
    String ours =
        new String(
            Programs.run(folder, new byte[0], "python3", digest.toString(), mails.toString()),
            UTF_8);
    assertThat(blocks(ours)).isEqualTo(blocks(new String(resource("postfix.txt"), UTF_8)));
  }

  private static boolean hasTried(RelayHouse house, int attempts) {
    return house.queued().stream().allMatch(one -> one.attempts() == attempts);
  }

  private static void send(RelayHouse house, String from, String... to) throws Exception {
    house.send(from, List.of(to), MAIL.getBytes(UTF_8));
  }

  private static List<String> blocks(String digests) {
    List<String> blocks = new ArrayList<>();
    Stream.of(digests.split("=====")).map(String::strip).forEach(blocks::add);
    return blocks;
  }

  private static byte[] resource(String name) throws Exception {
    try (InputStream in =
        NotificationsAsPostfixTest.class.getResourceAsStream("notifications/" + name)) {
      return in.readAllBytes();
    }
  }
}
