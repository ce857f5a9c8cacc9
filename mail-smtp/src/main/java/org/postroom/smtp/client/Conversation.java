package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.postroom.core.flow.DeliveryResult;
import org.postroom.core.flow.Transport.Report;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.queue.QueuedMail.QueuedRecipient;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.WireFault;

/** What is said to one server, in plain blocking code on the connection's worker. */
final class Conversation {
  private static final Duration RESET_TIMEOUT = Duration.ofSeconds(20);

  private final Connection connection;
  private final SmtpClientOptions options;
  private final Target target;
  private Greeted server = new Greeted(Set.of(), OptionalLong.empty());
  private boolean usable = true;

  /** How the mail under way is to be written, where the server takes 7-bit octets only. */
  private Optional<SevenBit> sevenBit = Optional.empty();

  Conversation(Connection connection, SmtpClientOptions options, Target target) {
    this.connection = connection;
    this.options = options;
    this.target = target;
  }

  /** The server does not want to talk to us, or does not speak SMTP: the next one may. */
  static final class NotServed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotServed(String reason) {
      super(reason, null, false, false);
    }
  }

  /** The connection was of no use for this mail, and nothing of it was handed over yet. */
  static final class Stale extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stale() {
      super("stale connection", null, false, false);
    }
  }

  /**
   * Greeting, EHLO, STARTTLS if both sides can.
   *
   * @throws org.postroom.core.wire.TlsFailed when the handshake fails: the caller may try without
   */
  void greet(boolean useTls) {
    connection.deadline(options.greetingTimeout());
    Reply greeting = Reply.read(connection.in());
    if (!greeting.isPositive()) {
      throw new NotServed("host " + target + " refused to talk to me: " + greeting.oneLine());
    }
    hello();
    if (!useTls) {
      usable = false; // in clear is for this mail only: a younger one must not follow
    }
    if (useTls && options.tls().isPresent() && server.offers("STARTTLS")) {
      startTls(options.tls().get());
    }
  }

  private void startTls(TlsContext tls) {
    Reply reply = say("STARTTLS");
    if (reply.isPositive()) {
      connection.in().discard();
      connection.startTlsAsClient(tls, target.host());
      hello();
    }
  }

  private void hello() {
    Reply reply = say("EHLO " + options.heloName());
    if (reply.isPositive()) {
      server = Greeted.parse(reply.text());
      return;
    }
    reply = say("HELO " + options.heloName());
    if (!reply.isPositive()) {
      throw new NotServed("host " + target + " refused to talk to me: " + reply.oneLine());
    }
    server = new Greeted(Set.of(), OptionalLong.empty());
  }

  /**
   * One transaction.
   *
   * @param fresh whether the connection is new: an old one that breaks before anything was handed
   *     over is no verdict
   * @throws Stale when the mail should be tried on another connection
   */
  List<Report> send(QueuedMail mail, boolean fresh) {
    connection.deadline(options.commandTimeout());
    if (server.maxSize().isPresent() && mail.content().size() > server.maxSize().getAsLong()) {
      return Report.all(
          mail,
          new DeliveryResult.Bounced(
              target.toString(),
              "5.3.4",
              "message size "
                  + mail.content().size()
                  + " exceeds size limit "
                  + server.maxSize().getAsLong()
                  + " of server "
                  + target));
    }
    if (mail.traits().smtpUtf8() && !server.offers("SMTPUTF8") && NeedsUtf8.any(mail)) {
      return Report.all(
          mail,
          new DeliveryResult.Bounced(
              target.toString(),
              "5.6.7",
              "SMTPUTF8 is required, but was not offered by host " + target));
    }
    sevenBit = Optional.empty();
    if (!server.offers("8BITMIME")) {
      sevenBit = SevenBit.of(mail.content());
      if (sevenBit.isEmpty()) {
        return Report.all(
            mail,
            new DeliveryResult.Bounced(
                target.toString(),
                "5.6.3",
                "the message has 8-bit parts that must not be changed, and 8BITMIME was not offered"
                    + " by host "
                    + target));
      }
    }
    return server.offers("PIPELINING") ? pipelined(mail, fresh) : stepwise(mail, fresh);
  }

  private List<Report> pipelined(QueuedMail mail, boolean fresh) {
    write(mailFrom(mail));
    mail.recipients().forEach(r -> write(rcptTo(r.recipient())));
    write("DATA");
    Reply from;
    List<Reply> answers = new ArrayList<>();
    Reply data;
    try {
      connection.out().flush();
      from = read();
      if (!fresh && isOutOfStep(from)) {
        throw new Stale();
      }
      for (int i = 0; i < mail.recipients().size(); i++) {
        answers.add(read());
      }
      data = read();
    } catch (WireFault e) {
      throw fresh ? e : new Stale();
    }
    boolean any = answers.stream().anyMatch(Reply::isPositive);
    if (data.isIntermediate() && (!any || !from.isPositive())) {
      // RFC 2920, 3.1: it waits for content although there is nobody to send it to.
      connection.out().ascii(".\r\n").flush();
      read();
    }
    return content(mail, from, answers, data, any);
  }

  private List<Report> stepwise(QueuedMail mail, boolean fresh) {
    Reply from;
    try {
      from = say(mailFrom(mail));
    } catch (WireFault e) {
      throw fresh ? e : new Stale();
    }
    if (!fresh && isOutOfStep(from)) {
      throw new Stale();
    }
    List<Reply> answers = new ArrayList<>();
    for (QueuedRecipient recipient : mail.recipients()) {
      answers.add(from.isPositive() ? say(rcptTo(recipient.recipient())) : from);
    }
    boolean any = from.isPositive() && answers.stream().anyMatch(Reply::isPositive);
    Reply data = any ? say("DATA") : from;
    return content(mail, from, answers, data, any);
  }

  private List<Report> content(
      QueuedMail mail, Reply from, List<Reply> answers, Reply data, boolean any) {
    if (!from.isPositive()) {
      return Report.all(mail, verdict(from, "MAIL FROM"));
    }
    Reply end = data;
    if (!any || !data.isIntermediate()) {
      // RFC 5321, 4.1.1.4: only 354 asks for content; a 2xx to DATA has delivered nothing.
      usable &= !data.isPositive() && reset();
    } else {
      connection.deadline(options.contentTimeout());
      ContentWriter writer = new ContentWriter(connection.out(), options.lineLimit());
      if (sevenBit.isPresent()) {
        sevenBit.get().writeTo(writer);
        writer.end();
      } else {
        writer.write(mail.content());
      }
      connection.out().flush();
      end = read(options.contentTimeout());
    }
    List<Report> reports = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      Reply answer = answers.get(i);
      DeliveryResult result =
          !answer.isPositive()
              ? verdict(answer, "RCPT TO")
              : end.isPositive() && data.isIntermediate()
                  ? new DeliveryResult.Delivered(
                      target.toString(), end.status(), end.oneLine(), server.offers("DSN"))
                  : verdict(end, data.isIntermediate() ? "end of DATA" : "DATA");
      reports.add(new Report(mail.recipients().get(i), result));
    }
    return reports;
  }

  /** Whether another mail may follow: the server is still in step and has not said goodbye. */
  boolean usable() {
    return usable;
  }

  /** Says goodbye without waiting for the answer. */
  void quit() {
    try {
      write("QUIT");
      connection.out().flush();
    } catch (WireFault e) {
      // It is gone already.
    }
    connection.close();
  }

  private String mailFrom(QueuedMail mail) {
    StringBuilder line = new StringBuilder("MAIL FROM:<").append(mail.sender()).append('>');
    if (server.offers("SIZE")) {
      line.append(" SIZE=").append(mail.content().size());
    }
    if (mail.traits().body() != BodyType.SEVEN_BIT && server.offers("8BITMIME")) {
      line.append(" BODY=8BITMIME");
    }
    if (mail.traits().smtpUtf8() && server.offers("SMTPUTF8")) {
      line.append(" SMTPUTF8");
    }
    if (server.offers("DSN")) {
      mail.traits().fullReturn().ifPresent(full -> line.append(full ? " RET=FULL" : " RET=HDRS"));
      mail.traits().envelopeId().ifPresent(id -> line.append(" ENVID=").append(xtext(id)));
    }
    return line.toString();
  }

  private String rcptTo(Recipient recipient) {
    StringBuilder line = new StringBuilder("RCPT TO:<").append(recipient.address()).append('>');
    if (server.offers("DSN")) {
      if (!recipient.reportOn().isEmpty()) {
        line.append(" NOTIFY=")
            .append(
                String.join(",", recipient.reportOn().stream().map(Enum::name).sorted().toList()));
      }
      recipient.original().ifPresent(o -> line.append(" ORCPT=").append(orcpt(o)));
    }
    return line.toString();
  }

  private static String orcpt(String original) {
    int type = original.indexOf(';');
    return original.substring(0, type + 1) + xtext(original.substring(type + 1));
  }

  /** RFC 3461, 4. */
  private static String xtext(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : text.getBytes(UTF_8)) {
      int c = b & 0xff;
      if (c > 0x20 && c < 0x7f && c != '+' && c != '=') {
        encoded.append((char) c);
      } else {
        encoded.append(String.format(java.util.Locale.ROOT, "+%02X", c));
      }
    }
    return encoded.toString();
  }

  private DeliveryResult verdict(Reply reply, String command) {
    String reason =
        "host " + target + " said: " + reply.oneLine() + " (in reply to " + command + " command)";
    return reply.isPermanent()
        ? new DeliveryResult.Bounced(target.toString(), reply.status(), reason, reply.oneLine())
        : new DeliveryResult.Deferred(
            target.toString(),
            reply.isPositive() ? "4.0.0" : reply.status(),
            reason,
            reply.oneLine());
  }

  private Reply say(String line) {
    write(line);
    connection.out().flush();
    return read();
  }

  /** The transaction is still open over there, and the next MAIL would be refused. */
  private boolean reset() {
    try {
      write("RSET");
      connection.out().flush();
      return read(RESET_TIMEOUT).isPositive();
    } catch (WireFault e) {
      return false;
    }
  }

  /** What a kept connection answers when it is not where we think it is. */
  private static boolean isOutOfStep(Reply from) {
    return from.code() == 421 || from.code() == 503;
  }

  private Reply read() {
    return read(options.commandTimeout());
  }

  /** RFC 5321, 4.5.3.2: each command has its time, however many there are. */
  private Reply read(Duration timeout) {
    connection.deadline(timeout);
    Reply reply = Reply.read(connection.in());
    usable &= reply.code() != 0 && reply.code() != 421;
    return reply;
  }

  private void write(String line) {
    connection.out().write(line.getBytes(UTF_8)).ascii("\r\n");
  }
}
