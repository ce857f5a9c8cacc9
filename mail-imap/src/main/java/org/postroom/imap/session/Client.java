package org.postroom.imap.session;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.log.MailLog;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.session.Callers;
import org.postroom.core.session.CommandTable;
import org.postroom.core.session.LogIn;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Saying;
import org.postroom.imap.param.ImapParams;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.ImapState.Authenticated;
import org.postroom.imap.session.ImapState.LoggedIn;
import org.postroom.imap.session.ImapState.LoggedOut;
import org.postroom.imap.session.ImapState.Selected;
import org.postroom.imap.session.ImapState.Stranger;

/**
 * The client in any state: what a command may ask of its connection. Keeps the state; it changes
 * here only.
 */
public final class Client implements Turns.Host {
  private final Services services;
  private final Connection connection;
  private final CommandTable<Client, ?> commands;
  private final Turns turns;
  private final Reading reading;
  private final Set<String> enabled = new LinkedHashSet<>();
  private ImapState state = new Stranger(this);
  private int failedLogins;

  Client(
      Services services,
      Connection connection,
      ImapWriter writer,
      CommandTable<Client, ?> commands) {
    this.services = services;
    this.connection = connection;
    this.commands = commands;
    this.turns = new Turns(services, connection, writer, this);
    this.reading = new Reading(services, connection, writer, turns);
  }

  public Services services() {
    return services;
  }

  public Connection connection() {
    return connection;
  }

  Turns turns() {
    return turns;
  }

  Reading reading() {
    return reading;
  }

  ImapState state() {
    return state;
  }

  @Override
  public boolean isLoggedIn() {
    return state instanceof LoggedIn;
  }

  @Override
  public boolean hasBegunCommand() {
    return reading.hasBegun();
  }

  /**
   * Whether a password or token may be sent as it is: TLS, the same machine, or the administrator's
   * will.
   */
  public boolean mayUsePlaintext() {
    return LogIn.allowsPlaintext(connection, services.settings());
  }

  /** What it hears first. */
  String greeting() {
    String said = services.settings().get(ImapParams.LOGIN_GREETING);
    return said.isEmpty() ? "Postroom ready." : said;
  }

  /** Whether it may log in by showing a password now. */
  public boolean mayUsePassword() {
    return mayUsePlaintext() && services.logIns().takePasswords();
  }

  /** The mechanisms by which it may log in now. */
  public List<String> mechanisms() {
    return services.logIns().offered(mayUsePlaintext());
  }

  public boolean mayStartTls() {
    return !isLoggedIn() && connection.tls().isEmpty() && services.tls().isPresent();
  }

  /** What can be done in this state, as CAPABILITY lists it. */
  public String capabilities() {
    List<String> all =
        commands.offered(this).stream()
            .filter(capability -> !services.disabledCapabilities().contains(capability))
            .toList();
    return String.join(" ", all);
  }

  /** Switches an extension on; false when it was already. */
  public boolean enable(String name) {
    boolean fresh = enabled.add(name);
    if (fresh && name.equals("UTF8=ACCEPT")) {
      reading.allowUtf8();
    }
    return fresh;
  }

  public boolean isEnabled(String name) {
    return enabled.contains(name);
  }

  /** A log-in of this client; an attempt that waits has its command say so. */
  public LogIn<Completion> logIn(Responder out, LogIn.Words<Completion> words) {
    return services
        .logIns()
        .logIn(connection, this::name, services.log(), words, said -> turns.turn(said, out));
  }

  /** The client is who it says. */
  public Completion loggedIn(Account account, String mechanism) {
    if (!services
        .sessions()
        .enter(account.id(), connection.remote().getAddress(), services.settings())) {
      return Completion.no("LIMIT", "Too many connections of this account.");
    }
    state = new Authenticated(this, account);
    reading.allowMore();
    connection.trusted();
    connection.lineLimit(turns.lineLimit());
    services.logIns().entered(connection, AppPassword.Scope.IMAP, account);
    services.log().loggedIn(Callers.of(connection), mechanism, account.login());
    return Completion.ok("CAPABILITY " + capabilities(), "Logged in.");
  }

  /** The answer to an attempt that came to nothing; the last of them ends the connection. */
  public Completion lastTry(Completion answer) {
    failedLogins++;
    return failedLogins >= services.settings().get(ImapParams.FAILED_LOGINS)
        ? answer.then(Completion.Then.CLOSE)
        : answer;
  }

  private String name() {
    return MailLog.client("unknown", connection.remote().getAddress());
  }

  /** Its place among the account's connections is free, and nothing is selected. */
  @Override
  public void leave() {
    deselect();
    if (state instanceof LoggedIn in) {
      state = new LoggedOut(this);
      services.sessions().leave(in.user().account(), connection.remote().getAddress());
      services.logIns().left(connection);
    }
  }

  // --- the mailbox ---

  Optional<Selected> selected() {
    return state instanceof Selected box ? Optional.of(box) : Optional.empty();
  }

  MailboxView select(Authenticated user, Mailbox mailbox, boolean readOnly) {
    deselect();
    Selection selection = Selection.open(services.store(), mailbox, readOnly, turns, connection);
    state = new Selected(user, selection);
    return selection.view();
  }

  boolean deselect() {
    if (!(state instanceof Selected box)) {
      return false;
    }
    state = box.user();
    box.selection().close();
    return true;
  }

  /** Brings the view up to date before a command. */
  Saying before(Responder out) {
    return state instanceof Selected box ? box.selection().before(out) : Saying.NOTHING;
  }

  /** Brings the view up to date; returns what there is to say of it. */
  Saying sync(Sync when, Responder out) {
    return state instanceof Selected box ? box.selection().sync(when, out) : Saying.NOTHING;
  }

  /** The same after a command, which is done whatever is found. */
  Saying syncAfter(Sync when, Responder out) {
    return state instanceof Selected box ? box.selection().syncAfter(when, out) : Saying.NOTHING;
  }

  // --- commands of several turns ---

  /**
   * The command waits for another line of the client's, and holds no thread meanwhile.
   *
   * @param most octets of the line
   * @param next what comes of the line: an end, or this method's result again
   */
  public Completion ask(int most, Responder out, Function<Line, Completion> next) {
    turns.begin(new Asking(turns, connection, most, out, next));
    connection.lineLimit(most);
    return Completion.later();
  }

  /**
   * The command goes on when {@code length} octets have come, which the client has announced, and
   * the line behind them; no thread waits meanwhile.
   *
   * @param then what comes of that line: an end, or this method's result again
   */
  public Completion receive(long length, Intake intake, Function<Line, Completion> then) {
    return turns.running().receive(length, intake, then);
  }

  /** For a command that may take long and has nothing to say meanwhile. */
  public Patience patience(Responder out) {
    return new Patience(connection, services.timers(), out);
  }

  /** Waits for DONE without holding a thread. */
  public Completion idle(Responder out) {
    Idling idling = new Idling(this, turns, out);
    turns.begin(idling);
    return idling.begin();
  }
}
