package org.postroom.imap.session;

import java.util.LinkedHashSet;
import java.util.Set;
import org.postroom.core.auth.Account;
import org.postroom.core.wire.Connection;
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
    return !isLoggedIn() && connection.tls().isEmpty() && services.tls().get().isPresent();
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

  /** The client is who it says. */
  public Completion loggedIn(Account account) {
    if (!session.logIn(account)) {
      return Completion.no("LIMIT", "Too many connections of this account.");
    }
    failedLogins = 0;
    return Completion.ok("CAPABILITY " + capabilities(), "Logged in.");
  }

  /** It is not: the answer waits, longer each time, and the last one ends the connection. */
  public Completion loginFailed(String code, String text) {
    failedLogins++;
    Completion answer =
        Completion.no(code, text).after(services.limits().loginDelay().multipliedBy(failedLogins));
    return failedLogins >= services.limits().failedLogins()
        ? answer.then(Completion.Then.CLOSE)
        : answer;
  }

  /** Waits for DONE without holding a thread. */
  public Completion idle(Responder out) {
    session.idle(out);
    return Completion.later();
  }
}
