package org.postroom.smtp.client;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport.Report;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.TlsFailed;
import org.postroom.core.wire.TlsSession;
import org.postroom.smtp.client.sasl.LogIn;
import org.postroom.smtp.client.sasl.LogInFailed;
import org.postroom.smtp.client.sasl.LogIns;
import org.postroom.smtp.client.tls.RequireTlsLevel;
import org.postroom.smtp.client.tls.TlsLevel;
import org.postroom.smtp.client.tlsrpt.SessionCounts;

/** What is said to one server, in plain blocking code on the connection's worker. */
final class Conversation {
  private static final Set<String> CHUNKS = Set.of("CHUNKING", "BINARYMIME");
  private static final String REQUIRETLS = "REQUIRETLS";

  private final Connection connection;
  private final Exchange exchange;
  private final Outfit outfit;
  private final Way way;
  private final Target target;
  private Greeted server = Greeted.NOTHING;
  private Optional<Transaction> last = Optional.empty();
  private String step = "receiving the greeting";

  /** Settings have a log-in for this server, and it has not asked for one. */
  private boolean notLoggedIn;

  /**
   * One with a server that was connected to.
   *
   * @param first the mail that it begins with
   * @param sender its sender, as we know him
   */
  Conversation(
      Connection connection,
      Outfit outfit,
      Way way,
      Target target,
      QueuedMail first,
      ReversePath sender) {
    this.connection = connection;
    this.exchange = outfit.exchange(connection, target);
    exchange.isAbout(first, sender, "Connecting to " + target);
    this.outfit = outfit;
    this.way = way;
    this.target = target;
  }

  /** The server does not want to talk to us, or we do not want to talk to it: the next one may. */
  static final class NotServed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String status;
    private final boolean last;

    private NotServed(String status, String reason) {
      this(status, reason, false);
    }

    private NotServed(String status, String reason, boolean last) {
      super(reason, null, false, false);
      this.status = status;
      this.last = last;
    }

    /** Of class 5 where the mail is to be returned, unless another server takes it. */
    String status() {
      return status;
    }

    /** Whether the next one is not to be asked: the mail is to be returned. */
    boolean endsAttempt() {
      return last;
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
   * @throws LogInFailed when it does not take our log-in
   */
  void greet(boolean useTls) {
    try {
      meet(useTls);
    } catch (NotServed | LogInFailed e) {
      exchange.over();
      throw e;
    }
  }

  private void meet(boolean useTls) {
    boolean wrapped = connection.tls().isPresent();
    if (wrapped) {
      verify(); // before it hears a word of ours
    }
    Reply greeting = exchange.read(timeouts().hello());
    if (!greeting.isPositive()) {
      exchange.failedBy(greeting);
      throw greeting.isPermanent() && !outfit.options().manners().passesRefusal()
          ? new NotServed(greeting.status(), refusal(greeting), true)
          : refused(greeting);
    }
    hello(greeting.text());
    if (!useTls) {
      exchange.end(); // in clear is for this mail only: a younger one must not follow
    } else if (!wrapped && target.tls().level() != TlsLevel.NONE) {
      startTls();
    }
    if (way.requires() == RequireTlsLevel.ENFORCE && !server.offers(REQUIRETLS)) {
      throw new NotServed(
          "5.7.30", "REQUIRETLS is required, but was not offered by host " + target);
    }
    logIn();
  }

  private NotServed refused(Reply reply) {
    exchange.failedBy(reply);
    return new NotServed("4.4.1", refusal(reply));
  }

  private String refusal(Reply reply) {
    return "host " + target + " refused to talk to me: " + reply.oneLine();
  }

  private Timeouts timeouts() {
    return outfit.options().timeouts();
  }

  private void startTls() {
    Reply reply =
        server.offers("STARTTLS") ? exchange.say("STARTTLS", timeouts().startTls()) : null;
    if (reply != null && reply.isPositive()) {
      connection.in().discard();
      shakeHands();
      verify();
      hello("ESMTP");
      return;
    }
    outfit.counts().noStartTls(connected());
    if (target.tls().level().requiresTls()) {
      boolean never = reply == null || reply.isPermanent();
      if (reply != null) {
        exchange.failedBy(reply);
      }
      throw new NotServed(
          way.requiresTls() && never ? Attempt.NO_TLS : "4.7.4",
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
    connection.deadline(timeouts().startTls());
    try {
      TlsSession unused =
          connection.startTlsAsClient(
              outfit.security().contextFor(target), target.tls().nameFor(way.hop(), target.host()));
    } catch (TlsFailed e) {
      outfit.counts().noHandshake(connected(), String.valueOf(e.getMessage()));
      throw e;
    } catch (WireFault e) {
      outfit.counts().noHandshake(connected(), String.valueOf(e.getMessage()));
      throw new TlsFailed(String.valueOf(e.getMessage()), e);
    }
  }

  private SessionCounts.Connected connected() {
    return new SessionCounts.Connected(
        way.hop(),
        way.tls(),
        target.host(),
        connection.local().getAddress(),
        connection.remote().getAddress());
  }

  /** RFC 8314, 3.4, and the like: who it is is known by now, and nothing has been said to it. */
  private void verify() {
    TlsSession session =
        connection.tls().orElseThrow(() -> new WireFault("the connection is not under TLS"));
    outfit.counts().shaken(connected(), target.tls(), session.peerCertificates());
    outfit
        .security()
        .fault(session, way.hop(), target)
        .ifPresent(
            fault -> {
              throw new NotServed(
                  way.requiresTls() && outfit.security().canJudge(target)
                      ? Attempt.NO_TLS
                      : "4.7.5",
                  "Server certificate not verified: " + target + ": " + fault);
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
        new Authentication(line -> exchange.saySecret(line, timeouts().hello()))
            .run(logIns, begun, target);
      }
    }
  }

  private LogIns.Channel channel() {
    return channel(connection.tls().isPresent(), target.tls().level(), target);
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

  private void hello(String greeting) {
    step = "performing the initial protocol handshake";
    Dialect dialect = outfit.options().dialect();
    Manners manners = outfit.options().manners();
    boolean extended = !dialect.fallsBack() || manners.saysEhlo(greeting);
    Reply reply = greetBy(extended ? dialect.greeting() : "HELO");
    if (extended && reply.isPositive()) {
      server = Greeted.parse(reply.text()).without(manners.unheard());
      if (outfit.unchunked().has(target)) {
        server = server.without(CHUNKS);
      }
      if (connection.tls().isEmpty() || way.requires() == RequireTlsLevel.DISABLE) {
        server = server.without(Set.of(REQUIRETLS)); // RFC 8689, 3: an offer in clear is none
      }
      return;
    }
    if (extended && dialect.fallsBack()) {
      if (way.requiresTls() && !reply.isPermanent()) {
        // By HELO there is no TLS: mail that requires it would be returned for what may pass.
        throw new NotServed("4.7.4", refusal(reply));
      }
      reply = greetBy("HELO");
    }
    if (!reply.isPositive()) {
      throw refused(reply);
    }
    server = Greeted.NOTHING;
  }

  private Reply greetBy(String verb) {
    return exchange.say(verb + " " + outfit.options().heloName(), timeouts().hello());
  }

  /**
   * One transaction.
   *
   * @param sender the mail's, as we know him
   * @param fresh whether the connection is new: an old one that breaks before anything was handed
   *     over is no verdict
   * @throws Stale when the mail should be tried on another connection
   */
  List<Report> send(QueuedMail mail, ReversePath sender, boolean fresh) {
    if (!fresh) {
      exchange.isAbout(mail, sender, "Using the open connection to " + target);
    }
    Transaction transaction = new Transaction(exchange, outfit, target, server, notLoggedIn);
    last = Optional.of(transaction);
    try {
      return transaction.send(mail, fresh);
    } finally {
      exchange.over();
    }
  }

  /** What was under way last, before the first mail. */
  String step() {
    return step;
  }

  /** Whether the mail may be with the server, whatever became of the connection since. */
  boolean mayBeTaken() {
    return last.filter(Transaction::mayBeTaken).isPresent();
  }

  /** Whether another mail may follow: the server is still in step and has not said goodbye. */
  boolean usable() {
    return exchange.isUsable();
  }

  /** Says goodbye, as a rule without waiting for the answer. */
  void quit() {
    try {
      exchange.write("QUIT");
      exchange.flush();
      if (!outfit.options().manners().leavesAtOnce()) {
        exchange.read(timeouts().quit());
      }
    } catch (WireFault e) {
      // It is gone already.
    }
    connection.close();
  }
}
