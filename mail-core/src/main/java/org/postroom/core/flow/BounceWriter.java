package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.MailDate;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.flow.Bounce.About;
import org.postroom.core.flow.Bounce.Item;
import org.postroom.core.flow.Bounce.Kind;
import org.postroom.core.flow.Bounce.Letter;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mime.HeaderField;
import org.postroom.core.mime.HeaderFields;
import org.postroom.core.policy.Policy;

/** The octets of a notification: a text for people, fields for programs, and the mail. */
final class BounceWriter {
  private static final int USUAL_SIZE = 50_000;

  private static final int CHUNK = 16 * 1024;
  private static final byte[] END = {'\r', '\n', '\r', '\n'};

  /** Within so many octets the field is looked for that names the mail. */
  private static final int THREADED = 64 * 1024;

  /** A longer one is none that a mail program would know again. */
  private static final int LONGEST_ID = 900;

  private final String hostname;
  private final BounceWords words;
  private final int sizeLimit;
  private final boolean threaded;
  private final ZoneId zone;

  private BounceWriter(
      String hostname, BounceWords words, int sizeLimit, boolean threaded, ZoneId zone) {
    this.hostname = hostname;
    this.words = words;
    this.sizeLimit = sizeLimit;
    this.threaded = threaded;
    this.zone = zone;
  }

  static BounceWriter plain(String hostname, ZoneId zone) {
    return new BounceWriter(hostname, BounceWords.plain(hostname), USUAL_SIZE, false, zone);
  }

  static BounceWriter of(Settings settings, Policy policy, ZoneId zone) {
    return new BounceWriter(
        policy.hostname().name(),
        BounceWords.of(settings, policy),
        settings.get(BounceParams.SIZE_LIMIT),
        settings.get(BounceParams.THREADED),
        zone);
  }

  void write(ContentSink sink, QueueId id, QueuedMail mail, Letter letter, Instant now) {
    About about = letter.about();
    String boundary = id + "." + now.getEpochSecond() + "/" + hostname;
    String thread = threaded && about.readable() ? thread(mail.content()) : "";
    text(sink, head(id, letter, boundary, now, thread));
    text(sink, humanPart(boundary, letter));
    text(sink, machinePart(boundary, mail, about));
    if (about.readable()) {
      returnedPart(sink, boundary, mail, letter);
    }
    text(sink, "\r\n--" + boundary + "--\r\n");
  }

  private String head(QueueId id, Letter letter, String boundary, Instant now, String thread) {
    String date = date(now);
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
        + "From: "
        + words.from(letter.about().kind())
        + "\r\n"
        + "Subject: "
        + words.subject(letter.about().kind(), letter.postmaster())
        + "\r\n"
        + "To: "
        + letter.to()
        + "\r\n"
        + thread
        // RFC 3834, 5: an answer to a mail, or one that is none.
        + ("Auto-Submitted: " + (letter.postmaster() ? "auto-generated" : "auto-replied") + "\r\n")
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

  /** RFC 5322, 3.6.4: the mail is what this one is an answer to. As Postfix says it. */
  private static String thread(Content content) {
    ByteBuffer begin = ByteBuffer.allocate((int) Math.min(headerEnd(content, THREADED), THREADED));
    while (begin.hasRemaining() && content.read(begin.position(), begin) > 0) {
      // Until it is full or the content ends.
    }
    String id = messageId(Arrays.copyOf(begin.array(), begin.position()));
    if (id.isEmpty()) {
      return "";
    }
    return FoldedText.of("References: " + id, " ") + FoldedText.of("In-Reply-To: " + id, " ");
  }

  /** Its value on one line; empty where it is not there, or too long to be what it should be. */
  private static String messageId(byte[] header) {
    for (HeaderField field : HeaderFields.of(header)) {
      if (field.isNamed("Message-ID")) {
        String value =
            new String(field.value().toBytes(), US_ASCII)
                .replaceAll("[^\\x21-\\x7E]+", " ")
                .strip();
        return value.length() > LONGEST_ID ? "" : value;
      }
    }
    return "";
  }

  private String humanPart(String boundary, Letter letter) {
    About about = letter.about();
    StringBuilder text = new StringBuilder();
    text.append("\r\n--")
        .append(boundary)
        .append("\r\n")
        .append("Content-Description: Notification\r\n")
        .append("Content-Type: text/plain; charset=utf-8\r\n")
        .append("Content-Transfer-Encoding: 8bit\r\n\r\n");
    if (!letter.postmaster()) {
      text.append(words.text(about.kind())).append("\r\n");
    }
    for (Item item : about.items()) {
      Recipient recipient = item.recipient().recipient();
      String line =
          "<"
              + recipient.address()
              + ">"
              + (recipient.namedBySender().isEmpty()
                  ? ""
                  : " (expanded from <" + oneLine(recipient.namedBySender()) + ">)")
              + ": "
              + oneLine(item.result().reason());
      text.append(FoldedText.of(line, "    ")).append("\r\n");
    }
    if (!about.readable()) {
      text.append("The message itself cannot be returned: it is damaged here.\r\n");
    }
    return text.toString();
  }

  private String machinePart(String boundary, QueuedMail mail, About about) {
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
    field(text, utf8, "Reporting-MTA", "dns; " + hostname);
    mail.traits().envelopeId().ifPresent(id -> field(text, utf8, "Original-Envelope-Id", id));
    field(text, utf8, "X-Postroom-Queue-ID", mail.id().value());
    field(
        text,
        utf8,
        "X-Postroom-Sender",
        typed(mail.sender().address().map(String::valueOf).orElseGet(words::daemon)));
    field(text, utf8, "Arrival-Date", date(mail.arrived()));
    about.items().forEach(item -> recipient(text, utf8, item, about));
    return text.toString();
  }

  private void recipient(StringBuilder text, boolean utf8, Item item, About about) {
    text.append("\r\n");
    Recipient recipient = item.recipient().recipient();
    DeliveryResult result = item.result();
    String address = recipient.address().toString();
    field(text, utf8, "Final-Recipient", typed(address));
    field(
        text,
        utf8,
        "Original-Recipient",
        recipient.original().orElseGet(() -> typed(address).replace("; ", ";")));
    field(text, utf8, "Action", about.kind().action());
    field(text, utf8, "Status", result.status());
    String said = result.said();
    if (!said.isEmpty()) {
      int bracket = result.relay().indexOf('[');
      String host = result.relay();
      field(text, utf8, "Remote-MTA", "dns; " + (bracket > 0 ? host.substring(0, bracket) : host));
    }
    // RFC 3464, 2.3.6: what the far side said, as it is; what we say ourselves is of no protocol.
    field(
        text,
        utf8,
        "Diagnostic-Code",
        said.isEmpty() ? "X-Postroom; " + result.reason() : "smtp; " + said);
    if (about.kind() == Kind.DELAYED) {
      field(text, utf8, "Will-Retry-Until", date(about.retriesUntil()));
    }
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

  /** The whole mail where the letter has it and it is short; else its header. */
  private void returnedPart(ContentSink sink, String boundary, QueuedMail mail, Letter letter) {
    Content content = mail.content();
    Kind kind = letter.about().kind();
    boolean whole = letter.whole() && content.size() <= sizeLimit;
    boolean utf8 = mail.traits().smtpUtf8();
    String all = utf8 ? "message/global" : "message/rfc822";
    String fields = utf8 ? "message/global-headers" : "text/rfc822-headers";
    text(
        sink,
        "\r\n--"
            + boundary
            + "\r\n"
            + "Content-Description: "
            + (kind == Kind.FAILED || kind == Kind.DELAYED ? "Undelivered " : "")
            + "Message"
            + (whole ? "" : " Headers")
            + "\r\n"
            + "Content-Type: "
            + (whole ? all : fields)
            + "\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n\r\n");
    long end = whole ? content.size() : headerEnd(content, sizeLimit);
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
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

  /** Where its header ends, before the empty line; {@code most} octets on where it is longer. */
  private static long headerEnd(Content content, long most) {
    long size = Math.min(content.size(), most);
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, size));
    int matched = 0;
    for (long position = 0; position < size; ) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), size - position));
      int count = content.read(position, chunk);
      if (count <= 0) {
        return position;
      }
      for (int i = 0; i < count; i++) {
        byte octet = chunk.array()[i];
        if (octet == END[matched]) {
          matched++;
        } else {
          matched = octet == END[0] ? 1 : 0;
        }
        if (matched == END.length) {
          return position + i + 1 - 2;
        }
      }
      position += count;
    }
    return size;
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
  }

  private static void text(ContentSink sink, String text) {
    byte[] octets = text.getBytes(UTF_8);
    sink.write(octets, 0, octets.length);
  }
}
