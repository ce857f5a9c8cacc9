package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.postroom.dist.operation.QueueOperations.Waiting;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;

/** What waits, in the form of Postfix's mailq for long ids, which programs read. */
final class QueueListing {
  private static final String HEAD =
      "----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss", Locale.ENGLISH);
  private static final int REASON_END = 76;
  private static final String MARGIN = " ".repeat(47);

  private QueueListing() {}

  /**
   * Prints it.
   *
   * @param zone what times are written in
   */
  static void print(Waiting waiting, ZoneId zone, PrintWriter out) {
    if (waiting.mails().isEmpty()) {
      out.println("Mail queue is empty");
      return;
    }
    out.println(HEAD);
    long octets = 0;
    boolean first = true;
    for (WaitingMail mail : waiting.mails()) {
      if (!first) {
        out.println();
      }
      first = false;
      octets += mail.size();
      print(mail, zone, out);
    }
    out.println();
    int count = waiting.mails().size();
    out.println(
        "-- "
            + octets / 1024
            + " Kbytes in "
            + count
            + (waiting.more() ? " or more" : "")
            + (count == 1 ? " Request." : " Requests."));
  }

  private static void print(WaitingMail mail, ZoneId zone, PrintWriter out) {
    out.println(
        String.format(
            Locale.ROOT,
            "%-17s %8d %19.19s %s",
            mail.id() + (mail.held() ? "!" : ""),
            mail.size(),
            TIME.format(Instant.parse(mail.arrived()).atZone(zone)),
            mail.sender().isEmpty() ? "MAILER-DAEMON" : mail.sender()));
    String last = "";
    for (WaitingRecipient recipient : mail.recipients()) {
      String reason = recipient.reason();
      if (!reason.equals(last)) {
        String shown = "(" + (reason.isEmpty() ? "reason unavailable" : reason) + ")";
        out.println(" ".repeat(Math.max(0, REASON_END - shown.length())) + shown);
        last = reason;
      }
      out.println(MARGIN + recipient.address());
    }
  }
}
