package org.postroom.core.log;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.QueueId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a mail and of the sessions that bring it, one line an event, in the words that
 * administrators search for. Text from clients cannot break out of its line. Threads may share it.
 */
public final class MailLog {
  private final Logger log;

  /**
   * A log for one part of the house.
   *
   * @param part such as {@code smtpd}; ends the logger's name, {@code org.postroom.log.smtpd}
   */
  public MailLog(String part) {
    this(LoggerFactory.getLogger("org.postroom.log." + part));
  }

  MailLog(Logger log) {
    this.log = log;
  }

  /** A client, as log lines name it: {@code mx.example.org[192.0.2.1]}. */
  public static String client(String name, InetAddress address) {
    return name + "[" + address.getHostAddress() + "]";
  }

  /** A session begins. */
  public void connected(String session, String client) {
    log.info("{}: connect from {}", shown(session, client));
  }

  /**
   * A session has ended.
   *
   * @param commands what it did, such as {@code ehlo=1 mail=1 rcpt=4/8}
   */
  public void disconnected(String session, String client, String commands) {
    log.info("{}: disconnect from {} {}", shown(session, client, commands));
  }

  /** A session ends before its time: {@code lost connection}, {@code timeout} … */
  public void brokenOff(String session, String client, String what, String afterCommand) {
    log.info("{}: {} after {} from {}", shown(session, what, afterCommand, client));
  }

  /**
   * A mail is ours.
   *
   * @param generation by which configuration it was judged and routed
   */
  public void accepted(
      QueueId id,
      long generation,
      String session,
      String client,
      String login,
      ReversePath sender,
      long size,
      int recipients,
      String messageId) {
    log.info(
        "{}: session={}, client={}{}, message-id={}, from=<{}>, size={}, nrcpt={}, generation={}",
        shown(
            id,
            session,
            client,
            login.isEmpty() ? "" : ", sasl_username=" + login,
            messageId,
            sender.toString(),
            size,
            recipients,
            generation));
  }

  /**
   * A recipient or a mail was refused.
   *
   * @param mail its id, or {@code NOQUEUE}
   * @param stage the command it was refused at
   * @param reply code, status and text
   * @param rule why: which rule decided
   */
  public void rejected(
      String mail,
      String stage,
      String client,
      String reply,
      String sender,
      List<Address> recipient,
      String protocol,
      String helo,
      String rule) {
    judged("reject", mail, stage, client, reply, sender, recipient, protocol, helo, rule);
  }

  /**
   * What policy said at a command.
   *
   * @param what {@code reject}; {@code reject_warning} for a refusal that was none; or what the
   *     administrator's own line is, as {@code warn} or {@code info}
   */
  public void judged(
      String what,
      String mail,
      String stage,
      String client,
      String text,
      String sender,
      List<Address> recipient,
      String protocol,
      String helo,
      String rule) {
    log.info(
        "{}: {}: {} from {}: {}; from=<{}>{} proto={} helo=<{}>{}",
        shown(
            mail,
            what,
            stage,
            client,
            text,
            sender,
            recipient.isEmpty() ? "" : " to=<" + recipient.get(0).toString() + ">",
            protocol,
            helo,
            rule.isEmpty() ? "" : " rule=" + rule));
  }

  /**
   * What became of a recipient, for now: a delivery, or an attempt.
   *
   * @param relay who has it now or said no: {@code mailbox}, {@code mx.example.org[192.0.2.1]:25},
   *     {@code none}
   * @param delay since the mail arrived
   * @param dsn the enhanced status code
   * @param status {@code sent}, {@code deferred}, {@code bounced}, {@code expired}
   */
  public void attempted(
      QueueId id,
      Address recipient,
      String relay,
      Duration delay,
      String dsn,
      String status,
      String text) {
    if (log.isInfoEnabled()) {
      log.info(
          "{}: to=<{}>, relay={}, delay={}, dsn={}, status={} ({})",
          shown(id, recipient.toString(), relay, seconds(delay), dsn, status, text));
    }
  }

  /**
   * The sender of a mail is told what became of it.
   *
   * @param what {@code non-delivery}, {@code delay} or {@code delivery status}
   * @param report the notification's own id
   */
  public void notified(QueueId id, String what, QueueId report) {
    log.info("{}: sender {} notification: {}", shown(id, what, report));
  }

  /** Somebody logged in. */
  public void loggedIn(String session, String client, String mechanism, String login) {
    log.info(
        "{}: client={}, sasl_method={}, sasl_username={}",
        shown(session, client, mechanism, login));
  }

  /** Somebody could not log in. */
  public void loginFailed(
      String session, String client, String mechanism, String login, String reason) {
    log.warn(
        "{}: warning: {}: SASL {} authentication failed: {}, sasl_username={}",
        shown(session, client, mechanism, reason, login));
  }

  /** A client does what no mail client does. */
  public void suspicious(String session, String client, String what, String line) {
    log.warn("{}: warning: {} from {}: {}", shown(session, what, client, line));
  }

  /** Something did not work that is ours to mend; the client was told to come again. */
  public void fault(String session, String attempted, Throwable cause) {
    log.error(
        "{}: {}: {}", session, attempted, LogText.of(String.valueOf(cause.getMessage())), cause);
  }

  /** To the hundredth below a second, to the tenth below ten, whole above. */
  private static String seconds(Duration delay) {
    long millis = Math.max(0, delay.toMillis());
    int decimals = millis < 1000 ? 2 : millis < 10_000 ? 1 : 0;
    return BigDecimal.valueOf(millis, 3)
        .setScale(decimals, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  /** One place for every line: no argument gets into the log as its author wrote it. */
  private static Object[] shown(Object... arguments) {
    Object[] shown = new Object[arguments.length];
    for (int i = 0; i < shown.length; i++) {
      Object value = arguments[i];
      shown[i] = value instanceof Number ? value : LogText.of(String.valueOf(value));
    }
    return shown;
  }
}
