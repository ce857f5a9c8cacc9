package org.postroom.imap.session;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import org.postroom.core.auth.Account;
import org.postroom.core.log.MailLog;
import org.postroom.core.session.LogIn;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.imap.protocol.Responder;

/** The client in any state: what a command may ask of its connection. */
public final class Client {
  private final ImapSession session;
  private final Services services;
  private final Connection connection;
  private final Set<String> enabled = new LinkedHashSet<>();
  private int failedLogins;

  Client(ImapSession session, Services services, Connection connection) {
    this.session = session;
    this.services = services;
    this.connection = connection;
  }

  public Services services() {
    return services;
  }

  public Connection connection() {
    return connection;
  }

  public boolean isLoggedIn() {
    return session.account().isPresent();
  }

  /**
   * Whether a password may be sent as it is: TLS, the same machine, or the administrator's will.
   */
  public boolean mayUsePlaintext() {
    return services.limits().plaintextLogin()
        || connection.tls().isPresent()
        || connection.remote().getAddress().isLoopbackAddress();
  }

  public boolean mayStartTls() {
    return !isLoggedIn() && connection.tls().isEmpty() && services.tls().isPresent();
  }

  /** What can be done in this state, as CAPABILITY lists it. */
  public String capabilities() {
    return Capabilities.of(this);
  }

  /** Switches an extension on; false when it was already. */
  public boolean enable(String name) {
    boolean fresh = enabled.add(name);
    if (fresh && name.equals("UTF8=ACCEPT")) {
      session.allowUtf8();
    }
    return fresh;
  }

  public boolean isEnabled(String name) {
    return enabled.contains(name);
  }

  /**
   * A log-in of this client.
   *
   * @param then what comes of an attempt whose command has said {@link Completion#later}
   */
  public LogIn logIn(Responder out, Function<LogIn.Step, Completion> then) {
    return services
        .logIns()
        .logIn(
            connection,
            this::name,
            services.log(),
            step -> session.turn(() -> then.apply(step), out));
  }

  /** The client is who it says. */
  public Completion loggedIn(Account account, String mechanism) {
    if (!session.logIn(account)) {
      return Completion.no("LIMIT", "Too many connections of this account.");
    }
    services.log().loggedIn(connection.id(), name(), mechanism, account.login());
    return Completion.ok("CAPABILITY " + capabilities(), "Logged in.");
  }

  /** The answer to an attempt that came to nothing; the last of them ends the connection. */
  public Completion lastTry(Completion answer) {
    failedLogins++;
    return failedLogins >= services.limits().failedLogins()
        ? answer.then(Completion.Then.CLOSE)
        : answer;
  }

  private String name() {
    return MailLog.client("unknown", connection.remote().getAddress());
  }

  /**
   * The command waits for another line of the client's, and holds no thread meanwhile.
   *
   * @param most octets of the line
   * @param next what comes of the line: an end, or this method's result again
   */
  public Completion ask(int most, Responder out, Function<Line, Completion> next) {
    session.ask(most, out, next);
    return Completion.later();
  }

  /**
   * The command goes on when {@code length} octets have come, which the client has announced, and
   * the line behind them; no thread waits meanwhile.
   *
   * @param then what comes of that line: an end, or this method's result again
   */
  public Completion receive(long length, Intake intake, Function<Line, Completion> then) {
    return session.receive(length, intake, then);
  }

  /** For a command that may take long and has nothing to say meanwhile. */
  public Patience patience(Responder out) {
    return new Patience(connection, services.timers(), out);
  }

  /** Waits for DONE without holding a thread. */
  public Completion idle(Responder out) {
    return session.idle(out);
  }
}
