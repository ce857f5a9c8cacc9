package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.postroom.core.flow.DeliveryResult;
import org.postroom.core.flow.Transport.Report;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.queue.QueuedMail.QueuedRecipient;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.TlsFailed;
import org.postroom.core.wire.TlsSession;
import org.postroom.core.wire.WireFault;
import org.postroom.smtp.client.sasl.LogIn;
import org.postroom.smtp.client.sasl.LogIns;
import org.postroom.smtp.client.tls.TlsLevel;

/** What is said to one server, in plain blocking code on the connection's worker. */
final class Conversation {
  private static final Duration RESET_TIMEOUT = Duration.ofSeconds(20);

  private final Connection connection;
  private final Outfit outfit;
  private final Way way;
  private final Target target;
  private Greeted server = Greeted.NOTHING;
  private boolean usable = true;
  private String step = "receiving the greeting";

  /** Settings have a log-in for this server, and it has not asked for one. */
  private boolean notLoggedIn;

  /** How the mail under way is to be written, where the server takes 7-bit octets only. */
  private Optional<SevenBit> sevenBit = Optional.empty();

  Conversation(Connection connection, Outfit outfit, Way way, Target target) {
    this.connection = connection;
    this.outfit = outfit;
    this.way = way;
    this.target = target;
  }

  /** The server does not want to talk to us, or we do not want to talk to it: the next one may. */
  static final class NotServed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String status;

    private NotServed(String status, String reason) {
      super(reason, null, false, false);
      this.status = status;
    }

    String status() {
      return status;
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
   * Greeting, EHLO, STARTTLS, AUTH, as settings and server want them.
   *
   * @param useTls no is the last resort, where TLS is no must
   * @throws org.postroom.core.wire.TlsFailed when the handshake fails: the caller may try without
   * @throws NotServed when the server is of no use
   * @throws org.postroom.smtp.client.sasl.LogInFailed when it does not take our log-in
   */
  void greet(boolean useTls) {
    boolean wrapped = connection.tls().isPresent();
    if (wrapped) {
      verify(); // before it hears a word of ours
    }
    connection.deadline(outfit.options().greetingTimeout());
    Reply greeting = Reply.read(connection.in());
    if (!greeting.isPositive()) {
      throw refused(greeting);
    }
    hello();
    if (!useTls) {
      usable = false; // in clear is for this mail only: a younger one must not follow
    } else if (!wrapped && way.tls().level() != TlsLevel.NONE) {
      startTls();
    }
    logIn();
  }

  private NotServed refused(Reply reply) {
    return new NotServed("4.4.1", "host " + target + " refused to talk to me: " + reply.oneLine());
  }

  private void startTls() {
    Reply reply = server.offers("STARTTLS") ? say("STARTTLS") : null;
    if (reply != null && reply.isPositive()) {
      connection.in().discard();
      shakeHands();
      verify();
      hello();
    } else if (way.tls().level().requiresTls()) {
      throw new NotServed(
          "4.7.4",
          reply == null
              ? "TLS is required, but was not offered by host " + target
              : "TLS is required, but host "
                  + target
                  + " refused to start TLS: "
                  + reply.oneLine());
    }
  }

  /** One that does not come to its end has failed. */
  private void shakeHands() {
    try {
      TlsSession unused =
          connection.startTlsAsClient(
              outfit.security().tls(), way.tls().nameFor(way.hop(), target.host()));
    } catch (TlsFailed e) {
      throw e;
    } catch (WireFault e) {
      throw new TlsFailed(String.valueOf(e.getMessage()), e);
    }
  }

  /** RFC 8314, 3.4, and the like: who it is is known by now, and nothing has been said to it. */
  private void verify() {
    List<X509Certificate> chain =
        connection.tls().map(TlsSession::peerCertificates).orElse(List.of());
    outfit
        .security()
        .peers()
        .fault(way.tls(), chain, way.hop(), target.host())
        .ifPresent(
            fault -> {
              throw new NotServed(
                  "4.7.5", "Server certificate not verified: " + target + ": " + fault);
            });
  }

  private void logIn() {
    step = "logging in";
    Optional<LogIn> ours =
        outfit.security().logIns().find(way.sender(), target.host(), way.hop().written());
    notLoggedIn = ours.isPresent() && server.mechanisms().isEmpty();
    if (ours.isPresent() && !notLoggedIn) {
      try (LogIn logIn = ours.get()) {
        LogIns logIns = outfit.security().logIns();
        LogIns.Begun begun =
            logIns.begin(logIn, server.mechanisms(), channel(), target.toString(), outfit.random());
        new Authentication(this::say).run(logIns, begun, target);
      }
    }
  }

  private LogIns.Channel channel() {
    return channel(connection.tls().isPresent(), way.tls().level(), target);
  }

  /** Whoever can disturb a handshake must not thereby learn a password. */
  static LogIns.Channel channel(boolean tls, TlsLevel level, Target target) {
    if (tls) {
      return level.authenticates() ? LogIns.Channel.VERIFIED : LogIns.Channel.TLS;
    }
    return level == TlsLevel.NONE || target.isThisMachine()
        ? LogIns.Channel.CLEAR
        : LogIns.Channel.OPEN;
  }

  private void hello() {
    step = "performing the initial protocol handshake";
    Reply reply = say(outfit.options().dialect().greeting() + " " + outfit.options().heloName());
    if (reply.isPositive()) {
      server = Greeted.parse(reply.text());
      return;
    }
    if (outfit.options().dialect().fallsBack()) {
      reply = say("HELO " + outfit.options().heloName());
    }
    if (!reply.isPositive()) {
      throw refused(reply);
    }
    server = Greeted.NOTHING;
  }

  /**
   * One transaction.
   *
   * @param fresh whether the connection is new: an old one that breaks before anything was handed
   *     over is no verdict
   * @throws Stale when the mail should be tried on another connection
   */
  List<Report> send(QueuedMail mail, boolean fresh) {
    connection.deadline(outfit.options().commandTimeout());
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
    EnvelopeCommands commands = new EnvelopeCommands(server);
    write(commands.mailFrom(mail));
    mail.recipients().forEach(r -> write(commands.rcptTo(r.recipient())));
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
    EnvelopeCommands commands = new EnvelopeCommands(server);
    Reply from;
    try {
      from = say(commands.mailFrom(mail));
    } catch (WireFault e) {
      throw fresh ? e : new Stale();
    }
    if (!fresh && isOutOfStep(from)) {
      throw new Stale();
    }
    List<Reply> answers = new ArrayList<>();
    for (QueuedRecipient recipient : mail.recipients()) {
      answers.add(from.isPositive() ? say(commands.rcptTo(recipient.recipient())) : from);
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
    List<Reply> ends = Collections.nCopies(answers.size(), data);
    if (!any || !data.isIntermediate()) {
      // RFC 5321, 4.1.1.4: only 354 asks for content; a 2xx to DATA has delivered nothing.
      usable &= !data.isPositive() && reset();
    } else {
      connection.deadline(outfit.options().contentTimeout());
      ContentWriter writer = new ContentWriter(connection.out(), outfit.options().lineLimit());
      if (sevenBit.isPresent()) {
        sevenBit.get().writeTo(writer);
        writer.end();
      } else {
        writer.write(mail.content());
      }
      connection.out().flush();
      ends = ends(answers);
    }
    List<Report> reports = new ArrayList<>();
    int taken = 0;
    for (int i = 0; i < answers.size(); i++) {
      Reply answer = answers.get(i);
      if (answer.isPositive() && taken == ends.size()) {
        reports.add(new Report(mail.recipients().get(i), lost()));
        continue;
      }
      Reply end = answer.isPositive() ? ends.get(taken++) : answer;
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

  /**
   * What is said behind the dot to each recipient that was taken: once for all, or to each by
   * itself. Where the connection breaks on the way, those that have their answer keep it.
   */
  private List<Reply> ends(List<Reply> answers) {
    int taken = (int) answers.stream().filter(Reply::isPositive).count();
    Reply first = read(outfit.options().contentTimeout());
    if (!outfit.options().dialect().answersEach()) {
      return Collections.nCopies(taken, first);
    }
    List<Reply> ends = new ArrayList<>();
    try {
      // Behind what is no answer nobody knows whose the next one is.
      for (Reply end = first; end.code() != 0; end = read(outfit.options().contentTimeout())) {
        ends.add(end);
        if (ends.size() == taken) {
          return ends;
        }
      }
    } catch (WireFault e) {
      usable = false;
    }
    return ends;
  }

  private DeliveryResult lost() {
    return new DeliveryResult.Deferred(
        target.toString(), "4.4.2", "lost connection with " + target + " while sending the mail");
  }

  /** What was under way last, before the first mail. */
  String step() {
    return step;
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

  private DeliveryResult verdict(Reply reply, String command) {
    String reason =
        "host " + target + " said: " + reply.oneLine() + " (in reply to " + command + " command)";
    if (reply.isPermanent() && !(notLoggedIn && reply.mayBeOfSecurity())) {
      return new DeliveryResult.Bounced(target.toString(), reply.status(), reason, reply.oneLine());
    }
    return new DeliveryResult.Deferred(
        target.toString(),
        reply.isPositive() ? "4.0.0" : "4" + reply.status().substring(1),
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
    return read(outfit.options().commandTimeout());
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
