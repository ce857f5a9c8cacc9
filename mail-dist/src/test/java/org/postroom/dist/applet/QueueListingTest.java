package org.postroom.dist.applet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postroom.dist.operation.QueueOperations.Waiting;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;

final class QueueListingTest {

  private static String listed(WaitingMail... mails) {
    StringWriter said = new StringWriter();
    QueueListing.print(
        new Waiting(List.of(mails), false), ZoneOffset.UTC, new PrintWriter(said, true));
    return said.toString();
  }

  @Test
  void isWhatScriptsRead() {
    WaitingRecipient refused =
        new WaitingRecipient("a@other.test", "connect to 127.0.0.1[127.0.0.1]:1: refused");

    assertThat(
            listed(
                new WaitingMail(
                    "4jcPSH6LRJz001",
                    "2026-11-22T03:49:35.5Z",
                    285,
                    "x@example.org",
                    false,
                    List.of(
                        refused,
                        new WaitingRecipient("b@other.test", refused.reason()),
                        new WaitingRecipient("c@third.test", ""))),
                new WaitingMail(
                    "4jcPSH6LRJz002",
                    "2026-11-02T03:49:36Z",
                    2000,
                    "",
                    true,
                    List.of(new WaitingRecipient("q@remote.test", "")))))
        .isEqualTo(
            """
            ----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------
            4jcPSH6LRJz001         285 Sun Nov 22 03:49:35 x@example.org
                                            (connect to 127.0.0.1[127.0.0.1]:1: refused)
                                                           a@other.test
                                                           b@other.test
                                                                    (reason unavailable)
                                                           c@third.test

            4jcPSH6LRJz002!       2000 Mon Nov  2 03:49:36 MAILER-DAEMON
                                                           q@remote.test

            -- 2 Kbytes in 2 Requests.
            """);
  }

  @Test
  void nothingIsSaidInWordsToo() {
    assertThat(listed()).isEqualTo("Mail queue is empty\n");
    assertThat(
            listed(
                new WaitingMail(
                    "4jcPSH6LRJz001", "2026-11-22T03:49:35Z", 1, "x@y.test", false, List.of())))
        .endsWith("\n\n-- 0 Kbytes in 1 Request.\n");
  }
}
