package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.Asked;
import org.postroom.dist.operation.QueueOperations.Waiting;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;

/**
 * What is in the queue, in the form of Postfix's mailq for long ids, which programs read. It is
 * printed page by page, so that the first line does not wait for the last.
 */
final class QueueListing {
  private static final String HEAD =
      "----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss", Locale.ENGLISH);
  private static final int REASON_END = 76;
  private static final String MARGIN = " ".repeat(47);

  private final PrintWriter out;
  private final ZoneId zone;
  private final boolean verbose;
  private long octets;
  private long mails;

  /** The mail that is being printed: a page may go on with it. */
  private String id = "";

  private String reason = "";

  /**
   * One.
   *
   * @param zone what times are written in
   * @param verbose whether it says when a recipient is tried next, which Postfix's form does not
   */
  QueueListing(PrintWriter out, ZoneId zone, boolean verbose) {
    this.out = out;
    this.zone = zone;
    this.verbose = verbose;
  }

  /** Prints the whole queue of a server, with what it has not taken yet in front. */
  static void print(AskedServer server, PrintWriter out, ZoneId zone) {
    print(server, Asked.LEFT_AND_ALL, new QueueListing(out, zone, false));
  }

  /** Prints some of it. */
  static void print(AskedServer server, Asked asked, QueueListing listing) {
    server.ask(
        QueueOperations.LIST,
        asked,
        page -> {
          listing.add(page);
          // Who reads no more, as head(1) does, need not be told the rest.
          return listing.out.checkError() ? Optional.empty() : asked.behind(page);
        });
    listing.end();
  }

  /** Prints a page. */
  void add(Waiting page) {
    page.mails().forEach(this::add);
  }

  /** Prints the last line. */
  void end() {
    if (mails == 0) {
      out.println("Mail queue is empty");
    } else {
      out.println();
      out.println(
          "-- "
              + octets / 1024
              + " Kbytes in "
              + mails
              + (mails == 1 ? " Request." : " Requests."));
    }
    out.flush();
  }

  private void add(WaitingMail mail) {
    if (!mail.id().equals(id)) {
      out.println(mails == 0 ? HEAD : "");
      id = mail.id();
      reason = "";
      mails++;
      octets += mail.size();
      out.println(
          String.format(
              Locale.ROOT,
              "%-17s %8d %19.19s %s",
              mail.id() + mark(mail),
              mail.size(),
              time(mail.arrived()),
              mail.sender().isEmpty() ? "MAILER-DAEMON" : mail.sender()));
    }
    mail.recipients().forEach(this::add);
  }

  private static String mark(WaitingMail mail) {
    String queue =
        switch (mail.queue()) {
          case "active" -> "*";
          case "hold" -> "!";
          default -> "";
        };
    return queue + (mail.expires() ? "#" : "");
  }

  private void add(WaitingRecipient recipient) {
    if (!recipient.reason().equals(reason)) {
      reason = recipient.reason();
      String shown = "(" + (reason.isEmpty() ? "reason unavailable" : reason) + ")";
      out.println(" ".repeat(Math.max(0, REASON_END - shown.length())) + shown);
    }
    out.println(MARGIN + recipient.address());
    if (verbose) {
      recipient.nextAttempt().ifPresent(at -> out.println(MARGIN + "next attempt " + time(at)));
    }
  }

  private String time(String written) {
    return TIME.format(Instant.parse(written).atZone(zone));
  }
}
