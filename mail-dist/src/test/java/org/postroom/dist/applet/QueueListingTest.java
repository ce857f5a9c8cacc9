package org.postroom.dist.applet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.Shows;
import org.postroom.dist.operation.QueueOperations.Waiting;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;

/** The forms that programs read, as Postfix 3.7 and later write them. */
final class QueueListingTest {
  private static final WaitingRecipient REFUSED =
      recipient("a@other.test", "connect to 127.0.0.1[127.0.0.1]:1: refused", false);

  private static final WaitingMail FIRST =
      mail(
          "4jcPSH6LRJz001",
          "deferred",
          "2026-11-22T03:49:35.5Z",
          285,
          "x@example.org",
          REFUSED,
          recipient("b@other.test", REFUSED.reason(), false),
          recipient("c@third.test", "", false));

  /** What is left of the first one, on another page. */
  private static final WaitingMail REST =
      mail(
          "4jcPSH6LRJz001",
          "deferred",
          "2026-11-22T03:49:35.5Z",
          285,
          "x@example.org",
          recipient("d@third.test", "", false));

  private static final WaitingMail ENDED =
      mail(
          "4jcPSH6LRJz002",
          "hold",
          "2026-11-02T03:49:36Z",
          2000,
          "",
          recipient("\"q\\ ä\"@remote.test", "a \"word\"\tand\u0001", true));

  private static WaitingRecipient recipient(String address, String reason, boolean expires) {
    return new WaitingRecipient(
        address,
        Optional.empty(),
        List.of(),
        "waiting",
        "smtp:other.test",
        1,
        Optional.empty(),
        reason.isEmpty() ? Optional.empty() : Optional.of("2026-11-22T03:54:35Z"),
        reason,
        false,
        expires);
  }

  private static WaitingMail mail(
      String id, String queue, String arrived, long size, String sender, WaitingRecipient... to) {
    return new WaitingMail(
        id,
        queue,
        arrived,
        size,
        sender,
        "7BIT",
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(to));
  }

  private static String listed(WaitingMail... mails) {
    return listed(false, mails);
  }

  private static String listed(boolean verbose, WaitingMail... mails) {
    StringWriter said = new StringWriter();
    QueueListing listing = new QueueListing(new PrintWriter(said, true), ZoneOffset.UTC, verbose);
    for (WaitingMail mail : mails) {
      listing.add(new Waiting(List.of(mail), Optional.empty()));
    }
    listing.end();
    return said.toString();
  }

  @Test
  void isWhatScriptsRead() {
    assertThat(
            listed(
                mail(
                    "4jcPSH6LRJz000",
                    "active",
                    "2026-11-22T03:49:35Z",
                    12345678,
                    "y@example.org",
                    recipient("now@other.test", "", false)),
                FIRST,
                REST,
                ENDED))
        .isEqualTo(
            """
            ----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------
            4jcPSH6LRJz000*   12345678 Sun Nov 22 03:49:35 y@example.org
                                                           now@other.test

            4jcPSH6LRJz001         285 Sun Nov 22 03:49:35 x@example.org
                                            (connect to 127.0.0.1[127.0.0.1]:1: refused)
                                                           a@other.test
                                                           b@other.test
                                                                    (reason unavailable)
                                                           c@third.test
                                                           d@third.test

            4jcPSH6LRJz002!#      2000 Mon Nov  2 03:49:36 MAILER-DAEMON
                                                                         (a "word"\tand\1)
                                                           "q\\ ä"@remote.test

            -- 12058 Kbytes in 3 Requests.
            """);
  }

  /** As sendmail's mailq has more where it is asked for: the plain form stays Postfix's. */
  @Test
  @Shows("A2.5")
  void saysWhenEachIsTriedNextWhereThatIsWanted() {
    assertThat(listed(true, FIRST))
        .isEqualTo(
            """
            ----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------
            4jcPSH6LRJz001         285 Sun Nov 22 03:49:35 x@example.org
                                            (connect to 127.0.0.1[127.0.0.1]:1: refused)
                                                           a@other.test
                                                           next attempt Sun Nov 22 03:54:35
                                                           b@other.test
                                                           next attempt Sun Nov 22 03:54:35
                                                                    (reason unavailable)
                                                           c@third.test

            -- 0 Kbytes in 1 Request.
            """);
  }

  @Test
  void nothingIsSaidInWordsToo() {
    assertThat(listed()).isEqualTo("Mail queue is empty\n");
    assertThat(listed(mail("4jcPSH6LRJz001", "deferred", "2026-11-22T03:49:35Z", 1, "x@y.test")))
        .endsWith("\n\n-- 0 Kbytes in 1 Request.\n");
  }

  private static String lines(WaitingMail... mails) {
    StringWriter said = new StringWriter();
    QueueLines lines = new QueueLines(new PrintWriter(said, true));
    for (WaitingMail mail : mails) {
      lines.add(new Waiting(List.of(mail), Optional.empty()));
    }
    lines.end();
    return said.toString();
  }

  @Test
  void isAnObjectALineForPrograms() {
    assertThat(lines()).isEmpty();
    assertThat(lines(FIRST, REST, ENDED))
        .isEqualTo(
            """
            {"queue_name": "deferred", "queue_id": "4jcPSH6LRJz001", "arrival_time": 1795319375,\
             "message_size": 285, "forced_expire": false, "sender": "x@example.org", "recipients":\
             [{"orig_address": "a@other.test", "address": "a@other.test", "delay_reason":\
             "connect to 127.0.0.1[127.0.0.1]:1: refused"}, {"orig_address": "b@other.test",\
             "address": "b@other.test", "delay_reason":\
             "connect to 127.0.0.1[127.0.0.1]:1: refused"}, {"orig_address": "c@third.test",\
             "address": "c@third.test"}, {"orig_address": "d@third.test", "address":\
             "d@third.test"}]}
            {"queue_name": "hold", "queue_id": "4jcPSH6LRJz002", "arrival_time": 1793591376,\
             "message_size": 2000, "forced_expire": true, "sender": "MAILER-DAEMON", "recipients":\
             [{"orig_address": "\\"q\\\\ ä\\"@remote.test", "address": "\\"q\\\\ ä\\"@remote.test",\
             "delay_reason": "a \\"word\\"\\tand\\u0001"}]}
            """);
  }
}
