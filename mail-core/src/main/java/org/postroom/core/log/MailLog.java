package org.postroom.core.log;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.QueueId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a mail and of the sessions that bring it, one line an event, in Postfix's words (of
 * log-ins to mailboxes: in Dovecot's), which administrators and their programs search for. Each
 * line is said by a service, as if it were a program of its own: {@code smtpd}, {@code cleanup},
 * {@code qmgr}, {@code smtp}; its logger is {@code org.postroom.log.} and the service's name. Text
 * from clients cannot break out of its line. Threads may share it.
 */
public final class MailLog {
  private static final String LOGGERS = "org.postroom.log.";

  private static final Form CONNECT = Form.of("connect", "connect from {client}", "session");
  private static final Form DISCONNECT =
      Form.of("disconnect", "disconnect from {client} {commands}", "session");
  private static final Form BROKEN_OFF =
      Form.of("broken_off", "{reason} after {stage} from {client}", "session");
  private static final Form CLIENT =
      Form.of(
          "accepted",
          "{id}: client={client}{{, sasl_username={account}}}",
          "session",
          "generation");
  private static final Form HANDED_IN =
      Form.of("accepted", "{id}: uid={uid} from=<{from}>", "generation");
  private static final Form MESSAGE_ID =
      Form.of("message_id", "{id}: message-id={message_id}", "session");
  private static final Form QUEUED =
      Form.of("queued", "{id}: from=<{from}>, size={size}, nrcpt={nrcpt} (queue active)");
  private static final Form ADMINISTERED = Form.of("administered", "{id}: {what}");
  private static final Form REMOVED = Form.of("removed", "{id}: removed");
  private static final Form JUDGED =
      Form.of(
          "judged",
          "{id}: {verdict}: {stage} from {client}: {reply}; from=<{from}>{{ to=<{to}>}} proto={proto}"
              + " helo=<{helo}>{{ rule={rule}}}",
          "session");
  private static final Form EXAMINED =
      Form.of(
          "examined",
          "{id}: {verdict}: {about} from {client}; from=<{from}> to=<{to}> proto={proto}"
              + " helo=<{helo}>{{: {text}}}");
  private static final Form CHECKED = Form.of("checked", "{id}: {verdict}: {about}{{: {text}}}");
  private static final Form ATTEMPT =
      Form.of(
          "attempt",
          "{id}: to=<{to}>{{, orig_to=<{orig_to}>}}, relay={relay}, delay={delay}, delays={delays},"
              + " dsn={dsn}, status={status} ({reason})");
  private static final Form NOTIFIED =
      Form.of("notified", "{id}: {who} {kind} notification: {report}");
  private static final Form SASL =
      Form.of("login", "{client}: sasl_method={mechanism}, sasl_username={account}", "session");
  private static final Form SASL_FAILED =
      Form.of(
          "login_failed",
          "{client}: SASL {mechanism} authentication failed: {reason}{{, sasl_username={account}}}",
          "session");
  private static final Form LOGIN =
      Form.of(
          "login",
          "Login: user=<{account}>, method={mechanism}, rip={client}, lip={local}{{, {tls}}},"
              + " session=<{session}>");
  private static final Form APP_PASSWORD =
      Form.of("app_password", "App password: user=<{account}>, name={name}, session=<{session}>");
  private static final Form LOGIN_FAILED =
      Form.of(
          "login_failed",
          "Disconnected: {reason} (auth failed, 1 attempts in 0 secs): user=<{account}>,"
              + " method={mechanism}, rip={client}, lip={local}{{, {tls}}}, session=<{session}>");
  private static final Form NO_TLS =
      Form.of("tls_failed", "SSL_accept error from {client}: {reason}", "session");
  private static final Form NO_TLS_FOR_MAILBOX =
      Form.of(
          "tls_failed",
          "Disconnected (no auth attempts in 0 secs): user=<>, rip={client}, lip={local}, TLS"
              + " handshaking: SSL_accept() failed: {reason}, session=<{session}>");
  private static final Form TLS_WITH =
      Form.of(
          "tls",
          "{trust} TLS connection established to {relay}: {protocol} with cipher {cipher}"
              + " ({bits}/{bits_of} bits)");
  private static final Form TLS_FROM =
      Form.of(
          "tls",
          "Anonymous TLS connection established from {client}: {protocol} with cipher {cipher}"
              + " ({bits}/{bits_of} bits)",
          "session");
  private static final Form DIALOGUE = Form.of("dialogue", "{direction} {peer}: {line}", "session");
  private static final Form SUSPICIOUS =
      Form.of("suspicious", "{what} from {client}: {line}", "session");
  private static final Form FAULT = Form.of("fault", "{attempted}: {reason}", "session");

  private final Function<String, Logger> loggers;
  private final Map<String, Logger> services = new ConcurrentHashMap<>();
  private final Logger log;
  private final Logger cleanup;
  private final Logger queue;
  private final Logger bounce;
  private final boolean mailboxes;

  /**
   * A log for one part of the house.
   *
   * @param service such as {@code smtpd}; those of log-ins to mailboxes end in {@code -login}
   */
  public MailLog(String service) {
    this(service, LoggerFactory::getLogger);
  }

  /** The same, by loggers of another kind; {@code loggers} is given their names. */
  public MailLog(String service, Function<String, Logger> loggers) {
    this.loggers = loggers;
    this.log = of(service);
    this.cleanup = of("cleanup");
    this.queue = of("qmgr");
    this.bounce = of("bounce");
    this.mailboxes = service.endsWith("-login");
  }

  private Logger of(String service) {
    Logger known = services.get(service);
    return known != null
        ? known
        : services.computeIfAbsent(service, name -> loggers.apply(LOGGERS + name));
  }

  /** The service whose logger has this name; empty for other loggers than those of mail. */
  public static String serviceOf(String logger) {
    return logger.startsWith(LOGGERS) ? logger.substring(LOGGERS.length()) : "";
  }

  /** A client, as log lines name it: {@code mx.example.org[192.0.2.1]}. */
  public static String client(String name, InetAddress address) {
    return name + "[" + IpLiteral.written(address) + "]";
  }

  /** A session begins. */
  public void connected(String session, String client) {
    info(log, CONNECT, client, session);
  }

  /**
   * A session has ended.
   *
   * @param commands what it did, such as {@code ehlo=1 mail=1 rcpt=4/8}
   */
  public void disconnected(String session, String client, String commands) {
    info(log, DISCONNECT, client, commands, session);
  }

  /** A session ends before its time: {@code lost connection}, {@code timeout} … */
  public void brokenOff(String session, String client, String what, String afterCommand) {
    info(log, BROKEN_OFF, what, afterCommand, client, session);
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
    info(log, CLIENT, id, client, login, session, generation);
    queued(id, session, sender, size, recipients, messageId);
  }

  /**
   * A mail is ours that was handed in on this machine.
   *
   * @param user who did, as the system knows it
   */
  public void handedIn(
      QueueId id,
      long generation,
      String user,
      ReversePath sender,
      long size,
      int recipients,
      String messageId) {
    info(log, HANDED_IN, id, user, sender, generation);
    queued(id, "", sender, size, recipients, messageId);
  }

  private void queued(
      QueueId id, String session, ReversePath sender, long size, int recipients, String messageId) {
    info(cleanup, MESSAGE_ID, id, messageId, session);
    info(queue, QUEUED, id, sender, size, recipients);
  }

  /** What an administrator has done with a mail in the queue. */
  public void administered(QueueId id, String what) {
    info(log, ADMINISTERED, id, what);
  }

  /** Nothing of a mail is left to do. */
  public void removed(QueueId id) {
    info(queue, REMOVED, id);
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
      String session,
      String mail,
      String stage,
      String client,
      String reply,
      String sender,
      List<Address> recipient,
      String protocol,
      String helo,
      String rule) {
    judged(session, "reject", mail, stage, client, reply, sender, recipient, protocol, helo, rule);
  }

  /**
   * What policy said at a command.
   *
   * @param what {@code reject}; {@code reject_warning} for a refusal that was none; or what the
   *     administrator's own line is, as {@code warn} or {@code info}
   */
  public void judged(
      String session,
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
    info(
        log,
        JUDGED,
        mail,
        what,
        stage,
        client,
        text,
        sender,
        recipient.isEmpty() ? "" : recipient.get(0).toString(),
        protocol,
        helo,
        rule,
        session);
  }

  /**
   * What a filter has found in a mail.
   *
   * @param action what was done: {@code reject}, {@code hold}, {@code warning} …
   * @param about what was found, and where: {@code header Subject: …}
   * @param text the administrator's own; may be empty
   */
  public void examined(
      QueueId id,
      String action,
      String about,
      String client,
      ReversePath sender,
      Address recipient,
      String protocol,
      String helo,
      String text) {
    info(log, EXAMINED, id, action, about, client, sender, recipient, protocol, helo, text);
  }

  /**
   * What a table has found in a mail that goes out.
   *
   * @param action what was done: {@code replace}, {@code strip}, {@code warning} …
   * @param about what was found, and where: {@code header Subject: …}
   * @param text the administrator's own; may be empty
   */
  public void checked(QueueId id, String action, String about, String text) {
    info(log, CHECKED, id, action, about, text);
  }

  /**
   * What became of a recipient, for now: a delivery, or an attempt.
   *
   * @param service who delivers: {@code smtp}, {@code virtual} …
   * @param original whom the sender has named, where that is another; else empty
   * @param relay who has it now or said no: {@code mailbox}, {@code mx.example.org[192.0.2.1]:25},
   *     {@code none}
   * @param delays since the mail arrived
   * @param dsn the enhanced status code
   * @param status {@code sent}, {@code deferred}, {@code bounced}, {@code expired}
   */
  public void attempted(
      String service,
      QueueId id,
      Address recipient,
      String original,
      String relay,
      Delays delays,
      String dsn,
      String status,
      String text) {
    Logger by = of(service);
    if (by.isInfoEnabled()) {
      info(
          by,
          ATTEMPT,
          id,
          recipient,
          original,
          relay,
          seconds(delays.all()),
          delays.toString(),
          dsn,
          status,
          text);
    }
  }

  /**
   * Where a mail's time went.
   *
   * @param before from its arrival to the queue
   * @param queued in the queue
   * @param attempt from its beginning to its end; connecting is part of it
   */
  public record Delays(Duration before, Duration queued, Duration attempt) {

    Duration all() {
      return before.plus(queued).plus(attempt);
    }

    /** As Postfix has them, which tells connecting from transmission. */
    @Override
    public String toString() {
      return seconds(before) + "/" + seconds(queued) + "/0/" + seconds(attempt);
    }
  }

  /**
   * Somebody is told what became of a mail.
   *
   * @param who {@code sender} or {@code postmaster}
   * @param what {@code non-delivery}, {@code delay} or {@code delivery status}
   * @param report the notification's own id
   */
  public void notified(QueueId id, String who, String what, QueueId report) {
    info(bounce, NOTIFIED, id, who, what, report);
  }

  /**
   * Whom a session is with.
   *
   * @param client its name and address, as {@link MailLog#client} writes them
   * @param local our address, to which it has come
   * @param isSecured whether all of it is under TLS by now
   */
  public record Caller(String session, String client, InetAddress local, boolean isSecured) {

    /** Dovecot's lines name no names of hosts. */
    private String address() {
      int open = client.lastIndexOf('[');
      return open >= 0 && client.endsWith("]")
          ? client.substring(open + 1, client.length() - 1)
          : client;
    }

    private String tls() {
      return isSecured ? "TLS" : "";
    }

    private String here() {
      return IpLiteral.written(local);
    }
  }

  /** Somebody logged in. */
  public void loggedIn(Caller who, String mechanism, String login) {
    if (mailboxes) {
      info(log, LOGIN, login, mechanism, who.address(), who.here(), who.tls(), who.session());
    } else {
      info(log, SASL, who.client(), mechanism, login, who.session());
    }
  }

  /** Somebody logs in by a password that was made for one client. */
  public void appPassword(Caller who, String name, String login) {
    info(log, APP_PASSWORD, login, name, who.session());
  }

  /** Somebody could not log in. */
  public void loginFailed(Caller who, String mechanism, String login, String reason) {
    if (mailboxes) {
      info(
          log,
          LOGIN_FAILED,
          reason,
          login,
          mechanism,
          who.address(),
          who.here(),
          who.tls(),
          who.session());
    } else {
      warn(log, SASL_FAILED, who.client(), mechanism, reason, login, who.session());
    }
  }

  /** A client and we have found no TLS that both speak, or it has left in the middle. */
  public void noTls(Caller who, String reason) {
    if (mailboxes) {
      info(log, NO_TLS_FOR_MAILBOX, who.address(), who.here(), reason, who.session());
    } else {
      info(log, NO_TLS, who.client(), reason, who.session());
    }
  }

  /**
   * A server and we have agreed on TLS.
   *
   * @param trust what its certificate is worth: {@code Verified}, {@code Trusted}, {@code
   *     Untrusted} or {@code Anonymous}
   * @param server as {@link #attempted} has the relay
   * @param bits of the cipher's key
   */
  public void handshake(String trust, String server, String protocol, String cipher, int bits) {
    info(log, TLS_WITH, trust, server, protocol, cipher, bits, bits);
  }

  /**
   * There was a handshake with a client, of which nobody asks for a certificate.
   *
   * @param bits of the cipher's key
   */
  public void handshakeFrom(
      String session, String client, String protocol, String cipher, int bits) {
    info(log, TLS_FROM, client, protocol, cipher, bits, bits, session);
  }

  /**
   * A line of a session that somebody wants to see.
   *
   * @param direction {@code >} for what we say, {@code <} for what the peer says
   */
  public void dialogue(String session, String direction, String peer, String line) {
    info(log, DIALOGUE, direction, peer, line, session);
  }

  /** A client does what no mail client does. */
  public void suspicious(String session, String client, String what, String line) {
    warn(log, SUSPICIOUS, what, client, line, session);
  }

  /** Something did not work that is ours to mend; the client was told to come again. */
  public void fault(String session, String attempted, Throwable cause) {
    try {
      log.error("{}", FAULT.filled(attempted, String.valueOf(cause.getMessage()), session), cause);
    } catch (RuntimeException e) {
      unsaid(e);
    }
  }

  private static void info(Logger by, Form form, Object... values) {
    try {
      if (by.isInfoEnabled()) {
        by.info("{}", form.filled(values));
      }
    } catch (RuntimeException e) {
      unsaid(e);
    }
  }

  private static void warn(Logger by, Form form, Object... values) {
    try {
      by.warn("{}", form.filled(values));
    } catch (RuntimeException e) {
      unsaid(e);
    }
  }

  /**
   * Where the lines go is anybody's code, and there is nobody to tell that it has failed: a mail
   * that is ours is ours without its line, and its client must hear so.
   */
  private static void unsaid(RuntimeException why) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, why);
  }

  /** To the hundredth below a second, to the tenth below ten, whole above. */
  private static String seconds(Duration delay) {
    long millis = Math.max(0, delay.toMillis());
    int unit = millis < 1000 ? 10 : millis < 10_000 ? 100 : 1000;
    long rounded = (millis + unit / 2) / unit * unit;
    String whole = String.valueOf(rounded / 1000);
    long rest = rounded % 1000;
    if (rest == 0) {
      return whole;
    }
    return whole + "." + rest / 100 + (rest % 100 == 0 ? "" : rest % 100 / 10);
  }
}
