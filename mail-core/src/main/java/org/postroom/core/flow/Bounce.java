package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.ContentSink;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.MailDate;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Staging;
import org.postroom.core.mail.Submission;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.queue.QueuedMail.QueuedRecipient;

/**
 * Writes delivery status notifications (RFC 3464) in a multipart/report (RFC 6522): what a sender
 * hears of mail that could not be delivered, is late, or has arrived when he asked to hear of it.
 */
public final class Bounce {
  private static final int MAX_RETURNED = 50_000;

  private final String hostname;
  private final Staging staging;
  private final Clock clock;
  private final ZoneId zone;

  public Bounce(String hostname, Staging staging, Clock clock, ZoneId zone) {
    this.hostname = hostname;
    this.staging = staging;
    this.clock = clock;
    this.zone = zone;
  }

  /** What a notification is about. */
  public enum Kind {
    FAILED(
        "non-delivery", "Undelivered Mail Returned to Sender", "failed", "could not be delivered"),
    DELAYED("delay", "Delayed Mail (still being retried)", "delayed", "has not been delivered yet"),
    RELAYED("delivery status", "Successful Mail Delivery Report", "relayed", "was passed on"),
    DELIVERED("delivery status", "Successful Mail Delivery Report", "delivered", "was delivered");

    private final String name;
    private final String subject;
    private final String action;
    private final String what;

    Kind(String name, String subject, String action, String what) {
      this.name = name;
      this.subject = subject;
      this.action = action;
      this.what = what;
    }

    /** What the log calls such a notification. */
    String logName() {
      return name;
    }
  }

  /** One recipient and what there is to say of it. */
  public record Item(QueuedRecipient recipient, DeliveryResult result) {}

  /**
   * All that there is to say.
   *
   * @param retriesUntil for a delay: when it is given up
   * @param readable whether the mail can be read; else it is not returned, which RFC 6522, 3 leaves
   *     to us
   */
  public record About(Kind kind, List<Item> items, Instant retriesUntil, boolean readable) {}

  /**
   * Writes the notification to {@code mail}'s sender, who must not be null: nobody is told of a
   * notification's own failure (RFC 5321, 6.1).
   */
  public Submission write(QueueId id, QueuedMail mail, About about) {
    Kind kind = about.kind();
    Address sender =
        mail.sender()
            .address()
            .orElseThrow(() -> new IllegalArgumentException("a bounce for a bounce"));
    Instant now = clock.instant();
    String boundary = id + "." + now.getEpochSecond() + "/" + hostname;
    try (ContentSink sink = staging.open(0)) {
      text(sink, head(id, sender, kind, boundary, now));
      text(sink, humanPart(boundary, about));
      text(sink, machinePart(boundary, mail, about));
      if (about.readable()) {
        returnedPart(sink, boundary, mail, kind);
      }
      text(sink, "\r\n--" + boundary + "--\r\n");
      Envelope envelope =
          new Envelope(
              ReversePath.NULL,
              List.of(new Recipient(sender, Set.of(Recipient.Notify.NEVER), Optional.empty())),
              BodyType.EIGHT_BIT_MIME,
              mail.traits().smtpUtf8(),
              Optional.empty(),
              Optional.empty());
      Submission.Client self =
          new Submission.Client(
              InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "BOUNCE");
      return new Submission(id, Origin.REPORT, self, envelope, sink.finish(), now);
    }
  }

  private String head(QueueId id, Address sender, Kind kind, String boundary, Instant now) {
    String date = MailDate.format(now.atZone(zone).toOffsetDateTime());
    return "Received: by "
        + hostname
        + " (Postroom)\r\n\tid "
        + id
        + "; "
        + date
        + "\r\n"
        + "Date: "
        + date
        + "\r\n"
        + "From: MAILER-DAEMON@"
        + hostname
        + " (Mail Delivery System)\r\n"
        + "Subject: "
        + kind.subject
        + "\r\n"
        + "To: "
        + sender
        + "\r\n"
        + "Auto-Submitted: auto-replied\r\n"
        + "MIME-Version: 1.0\r\n"
        + "Content-Transfer-Encoding: 8bit\r\n"
        + "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        + "\tboundary=\""
        + boundary
        + "\"\r\n"
        + "Message-Id: <"
        + id
        + "@"
        + hostname
        + ">\r\n"
        + "\r\n"
        + "This is a MIME-encapsulated message.\r\n";
  }

  private String humanPart(String boundary, About about) {
    Kind kind = about.kind();
    StringBuilder text = new StringBuilder();
    text.append("\r\n--")
        .append(boundary)
        .append("\r\n")
        .append("Content-Description: Notification\r\n")
        .append("Content-Type: text/plain; charset=utf-8\r\n")
        .append("Content-Transfer-Encoding: 8bit\r\n\r\n")
        .append("This is the mail system at host ")
        .append(hostname)
        .append(".\r\n\r\n")
        .append("Your message ")
        .append(kind.what)
        .append(" for these recipients:\r\n\r\n");
    for (Item item : about.items()) {
      String line =
          "<" + item.recipient().recipient().address() + ">: " + oneLine(item.result().reason());
      text.append(FoldedText.of(line, "    ")).append("\r\n");
    }
    if (kind == Kind.DELAYED) {
      text.append("You do not need to send it again: it is tried until it arrives or expires.\r\n");
    }
    if (!about.readable()) {
      text.append("Your message itself cannot be returned: it is damaged here.\r\n");
    }
    return text.toString();
  }

  private String machinePart(String boundary, QueuedMail mail, About about) {
    Kind kind = about.kind();
    boolean utf8 = mail.traits().smtpUtf8();
    StringBuilder text = new StringBuilder();
    text.append("\r\n--")
        .append(boundary)
        .append("\r\n")
        .append("Content-Description: Delivery report\r\n")
        // RFC 6533, 4: fields of a mail that was handed in with SMTPUTF8 are UTF-8.
        .append("Content-Type: message/")
        .append(utf8 ? "global-delivery-status" : "delivery-status")
        .append("\r\n")
        .append(utf8 ? "Content-Transfer-Encoding: 8bit\r\n" : "")
        .append("\r\n");
    mail.traits().envelopeId().ifPresent(id -> field(text, utf8, "Original-Envelope-Id", id));
    field(text, utf8, "Reporting-MTA", "dns; " + hostname);
    field(text, utf8, "X-Postroom-Queue-ID", mail.id().value());
    field(text, utf8, "X-Postroom-Sender", typed(String.valueOf(mail.sender())));
    field(text, utf8, "Arrival-Date", date(mail.arrived()));
    for (Item item : about.items()) {
      text.append("\r\n");
      Recipient recipient = item.recipient().recipient();
      recipient.original().ifPresent(o -> field(text, utf8, "Original-Recipient", o));
      field(text, utf8, "Final-Recipient", typed(recipient.address().toString()));
      field(text, utf8, "Action", kind.action);
      field(text, utf8, "Status", item.result().status());
      String said = item.result().said();
      if (!said.isEmpty()) {
        int bracket = item.result().relay().indexOf('[');
        String host = item.result().relay();
        field(
            text, utf8, "Remote-MTA", "dns; " + (bracket > 0 ? host.substring(0, bracket) : host));
      }
      // RFC 3464, 2.3.6: what the far side said, as it is; what we say ourselves is of no protocol.
      field(
          text,
          utf8,
          "Diagnostic-Code",
          said.isEmpty() ? "X-Postroom; " + item.result().reason() : "smtp; " + said);
      if (kind == Kind.DELAYED) {
        field(text, utf8, "Will-Retry-Until", date(about.retriesUntil()));
      }
    }
    return text.toString();
  }

  private String date(Instant instant) {
    return MailDate.format(instant.atZone(zone).toOffsetDateTime());
  }

  /** With the type of address that it is (RFC 3464, 2.1.2; RFC 6533, 3). */
  private static String typed(String address) {
    return (address.chars().allMatch(c -> c < 0x80) ? "rfc822; " : "utf-8; ") + address;
  }

  /** RFC 3464, 2.1.1: these fields are ASCII, whatever the far side said; or else UTF-8. */
  private static void field(StringBuilder text, boolean utf8, String name, String value) {
    String line = oneLine(value);
    String shown = utf8 ? line : line.replaceAll("[^\\x20-\\x7E]", "?");
    text.append(FoldedText.of(name + ": " + shown, "    "));
  }

  /** The whole mail when it failed, is short, and RET does not forbid it; else its header. */
  private static void returnedPart(ContentSink sink, String boundary, QueuedMail mail, Kind kind) {
    Content content = mail.content();
    boolean whole =
        kind == Kind.FAILED
            && content.size() <= MAX_RETURNED
            && mail.traits().fullReturn().orElse(true);
    boolean utf8 = mail.traits().smtpUtf8();
    String all = utf8 ? "message/global" : "message/rfc822";
    String fields = utf8 ? "message/global-headers" : "text/rfc822-headers";
    text(
        sink,
        "\r\n--"
            + boundary
            + "\r\n"
            + "Content-Description: "
            + (kind == Kind.FAILED ? "Undelivered " : kind == Kind.DELAYED ? "Delayed " : "")
            + "Message"
            + (whole ? "" : " Headers")
            + "\r\n"
            + "Content-Type: "
            + (whole ? all : fields)
            + "\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n\r\n");
    long end = whole ? content.size() : headerLength(content);
    ByteBuffer chunk = ByteBuffer.allocate(16 * 1024);
    for (long position = 0; position < end; ) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), end - position));
      int count = content.read(position, chunk);
      if (count <= 0) {
        break;
      }
      sink.write(chunk.array(), 0, count);
      position += count;
    }
  }

  /** Up to the empty line, within what is returned at most. */
  private static long headerLength(Content content) {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(content.size(), MAX_RETURNED));
    while (head.hasRemaining() && content.read(head.position(), head) > 0) {
      // Until it is full or the content ends.
    }
    String text = new String(head.array(), 0, head.position(), US_ASCII);
    int end = text.indexOf("\r\n\r\n");
    return end < 0 ? head.position() : end + 2;
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}]+", " ").strip();
  }

  private static void text(ContentSink sink, String text) {
    byte[] octets = text.getBytes(UTF_8);
    sink.write(octets, 0, octets.length);
  }
}
