package org.postroom.smtp.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.mail.BodyType;
import org.postroom.core.refusal.WireFault;

/** One mail to a server that has been greeted: envelope, content, and what it says of each. */
final class Transaction {
  /** Content is welcome without asking: for a chunk nobody says so. */
  private static final Reply GO = new Reply(354, "");

  private final Exchange exchange;
  private final Outfit outfit;
  private final Target target;
  private final Greeted server;
  private final boolean notLoggedIn;
  private boolean mayBeTaken;

  /**
   * One on a connection.
   *
   * @param notLoggedIn whether settings have a log-in for the server, and it has not asked for one
   */
  Transaction(
      Exchange exchange, Outfit outfit, Target target, Greeted server, boolean notLoggedIn) {
    this.exchange = exchange;
    this.outfit = outfit;
    this.target = target;
    this.server = server;
    this.notLoggedIn = notLoggedIn;
  }

  private Timeouts timeouts() {
    return outfit.options().timeouts();
  }

  /** Whether the mail may be with the server, whatever became of the connection since. */
  boolean mayBeTaken() {
    return mayBeTaken;
  }

  /**
   * One transaction.
   *
   * @param fresh whether the connection is new: an old one that breaks before anything was handed
   *     over is no verdict
   * @throws Conversation.Stale when the mail should be tried on another connection
   */
  List<Report> send(QueuedMail mail, boolean fresh) {
    exchange.allow(timeouts().mail());
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
    if (!server.offers("SMTPUTF8") && NeedsUtf8.any(mail)) {
      return withoutUtf8(mail, fresh);
    }
    Optional<Payload> payload = Payload.of(mail, server, outfit.options().lineLimit());
    if (payload.isEmpty()) {
      return Report.all(mail, notSendable(mail));
    }
    if (outfit.options().manners().tellsClient()) {
      tellClient(mail, fresh);
    }
    Opened opened =
        server.offers("PIPELINING")
            ? pipelined(mail, payload.get(), fresh)
            : stepwise(mail, payload.get(), fresh);
    return content(mail, payload.get(), opened);
  }

  /** Whatever is answered: a server that does not want to know takes the mail all the same. */
  private void tellClient(QueuedMail mail, boolean fresh) {
    try {
      for (String command : Xforward.commands(mail, server.attributes())) {
        exchange.say(command, timeouts().xforward());
      }
    } catch (WireFault e) {
      throw fresh ? e : new Conversation.Stale();
    }
  }

  /** Whose addresses are in ASCII gets it, where nothing else of it needs more. */
  private List<Report> withoutUtf8(QueuedMail mail, boolean fresh) {
    DeliveryResult refused =
        new DeliveryResult.Bounced(
            target.toString(),
            "5.6.7",
            "SMTPUTF8 is required, but was not offered by host " + target);
    Map<Boolean, List<QueuedRecipient>> byAscii =
        mail.recipients().stream()
            .collect(Collectors.partitioningBy(one -> one.recipient().address().isAscii()));
    QueuedMail others = mail.with(byAscii.getOrDefault(true, List.of()));
    if (others.recipients().isEmpty() || NeedsUtf8.any(others)) {
      return Report.all(mail, refused);
    }
    List<Report> reports =
        new ArrayList<>(Report.all(mail.with(byAscii.getOrDefault(false, List.of())), refused));
    reports.addAll(send(others, fresh));
    return reports;
  }

  private DeliveryResult notSendable(QueuedMail mail) {
    boolean binary = mail.traits().body() == BodyType.BINARY_MIME;
    return new DeliveryResult.Bounced(
        target.toString(),
        "5.6.3",
        "the message has "
            + (binary ? "binary" : "8-bit")
            + " parts that must not be changed, and "
            + (binary ? "BINARYMIME" : "8BITMIME")
            + " was not offered by host "
            + target);
  }

  /**
   * What a server has said to the envelope, and whether it waits for content.
   *
   * @param answers to each recipient, in their order
   * @param data to DATA; {@link #GO} where there is none
   */
  private record Opened(Reply from, List<Reply> answers, Reply data) {
    boolean hasTaken() {
      return from.isPositive() && answers.stream().anyMatch(Reply::isPositive);
    }
  }

  private Opened pipelined(QueuedMail mail, Payload payload, boolean fresh) {
    EnvelopeCommands commands = new EnvelopeCommands(server);
    exchange.write(commands.mailFrom(mail, payload.body()));
    mail.recipients().forEach(r -> exchange.write(commands.rcptTo(r.recipient())));
    if (!payload.isChunk()) {
      exchange.write("DATA");
    }
    Opened opened;
    try {
      exchange.flush();
      Reply from = exchange.read(timeouts().mail());
      if (!fresh && isOutOfStep(from)) {
        throw new Conversation.Stale();
      }
      List<Reply> answers = new ArrayList<>();
      Reply last = from;
      for (int i = 0; i < mail.recipients().size(); i++) {
        last = next(last, timeouts().rcpt());
        answers.add(last);
      }
      if (!fresh && last.code() == 421) {
        throw new Conversation.Stale();
      }
      Reply data = payload.isChunk() && last.code() != 421 ? GO : next(last, timeouts().dataInit());
      opened = new Opened(from, answers, data);
    } catch (WireFault e) {
      throw fresh ? e : new Conversation.Stale();
    }
    if (opened.data().isIntermediate() && !opened.hasTaken() && !payload.isChunk()) {
      // RFC 2920, 3.1: it waits for content although there is nobody to send it to.
      exchange.say(".", timeouts().dataDone());
    }
    return opened;
  }

  /** RFC 5321, 3.8: a server that has said goodbye answers nothing any more. */
  private Reply next(Reply last, Duration timeout) {
    return last.code() == 421 ? last : exchange.read(timeout);
  }

  private Opened stepwise(QueuedMail mail, Payload payload, boolean fresh) {
    EnvelopeCommands commands = new EnvelopeCommands(server);
    Reply from;
    try {
      from = exchange.say(commands.mailFrom(mail, payload.body()), timeouts().mail());
    } catch (WireFault e) {
      throw fresh ? e : new Conversation.Stale();
    }
    if (!fresh && isOutOfStep(from)) {
      throw new Conversation.Stale();
    }
    List<Reply> answers = new ArrayList<>();
    Reply last = from;
    for (QueuedRecipient recipient : mail.recipients()) {
      if (from.isPositive() && last.code() != 421) {
        last = exchange.say(commands.rcptTo(recipient.recipient()), timeouts().rcpt());
      }
      answers.add(last);
    }
    Opened opened = new Opened(from, answers, last);
    if (!opened.hasTaken() || last.code() == 421) {
      return opened;
    }
    return new Opened(
        from, answers, payload.isChunk() ? GO : exchange.say("DATA", timeouts().dataInit()));
  }

  private List<Report> content(QueuedMail mail, Payload payload, Opened opened) {
    if (!opened.from().isPositive()) {
      return Report.all(mail, verdict(opened.from(), "MAIL FROM"));
    }
    List<Reply> answers = opened.answers();
    Reply data = opened.data();
    List<Reply> ends = Collections.nCopies(answers.size(), data);
    if (!opened.hasTaken() || !data.isIntermediate()) {
      // RFC 5321, 4.1.1.4: only 354 asks for content; a 2xx to DATA has delivered nothing.
      boolean inStep = exchange.isUsable() && (payload.isChunk() || !data.isPositive()) && reset();
      if (!inStep) {
        exchange.end();
      }
    } else if (!exchange.isQuiet()) {
      // Before the content is there, nothing can be the answer to it: the server is out of step.
      ends = Collections.nCopies(answers.size(), exchange.unasked());
    } else {
      ends = payload.isChunk() ? chunk(payload, answers) : written(payload, answers);
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
              : data.isIntermediate() ? end(payload, end) : verdict(end, "DATA");
      reports.add(new Report(mail.recipients().get(i), result));
    }
    return reports;
  }

  /** What the answer to the whole content comes to. */
  private DeliveryResult end(Payload payload, Reply end) {
    if (end.isPositive()) {
      return new DeliveryResult.Delivered(
          target.toString(), end.status(), end.oneLine(), server.offers("DSN"));
    }
    if (payload.isChunk() && isNoAnswerToChunk(end)) {
      exchange.failedBy(end);
      return new DeliveryResult.Deferred(
          target.toString(),
          "4.5.0",
          "host " + target + " offers CHUNKING and said: " + end.oneLine() + " (to BDAT)");
    }
    return verdict(end, payload.isChunk() ? "BDAT" : "end of DATA");
  }

  private List<Reply> written(Payload payload, List<Reply> answers) {
    mayBeTaken = true;
    exchange.allow(timeouts().dataXfer());
    payload.writeTo(exchange.out());
    exchange.wrote(payload.lastCommand());
    exchange.flush();
    return ends(answers);
  }

  /**
   * The same for a chunk. A server that does not know what to do with one may have taken it for
   * commands: nothing more is said to it, and the next time it gets none.
   */
  private List<Reply> chunk(Payload payload, List<Reply> answers) {
    try {
      List<Reply> ends = written(payload, answers);
      if (ends.stream().anyMatch(Transaction::isNoAnswerToChunk)) {
        exchange.end();
        outfit.unchunked().add(target);
      }
      return ends;
    } catch (WireFault e) {
      outfit.unchunked().add(target);
      throw e;
    }
  }

  /** It is of the command, and not of the mail (RFC 5321, 4.2.2). */
  private static boolean isNoAnswerToChunk(Reply end) {
    return end.code() == 0 || end.isIntermediate() || end.code() >= 500 && end.code() <= 504;
  }

  /**
   * What is said behind the dot to each recipient that was taken: once for all, or to each by
   * itself. Where the connection breaks on the way, those that have their answer keep it.
   */
  private List<Reply> ends(List<Reply> answers) {
    int taken = (int) answers.stream().filter(Reply::isPositive).count();
    Reply first = exchange.read(timeouts().dataDone());
    if (!outfit.options().dialect().answersEach()) {
      return Collections.nCopies(taken, first);
    }
    List<Reply> ends = new ArrayList<>();
    try {
      // Behind what is no answer nobody knows whose the next one is.
      for (Reply end = first; end.code() != 0; end = exchange.read(timeouts().dataDone())) {
        ends.add(end);
        if (ends.size() == taken) {
          return ends;
        }
      }
    } catch (WireFault e) {
      exchange.end();
    }
    return ends;
  }

  private DeliveryResult lost() {
    return new DeliveryResult.Deferred(
        target.toString(), "4.4.2", "lost connection with " + target + " while sending the mail");
  }

  private DeliveryResult verdict(Reply reply, String command) {
    exchange.failedBy(reply);
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

  /** The transaction is still open over there, and the next MAIL would be refused. */
  private boolean reset() {
    try {
      return exchange.say("RSET", timeouts().reset()).isPositive();
    } catch (WireFault e) {
      return false;
    }
  }

  /** What a kept connection answers when it is not where we think it is. */
  private static boolean isOutOfStep(Reply from) {
    return from.code() == 421 || from.code() == 503;
  }
}
