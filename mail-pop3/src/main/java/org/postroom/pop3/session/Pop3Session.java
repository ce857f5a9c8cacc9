package org.postroom.pop3.session;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.session.Callers;
import org.postroom.core.session.CommandTable;
import org.postroom.core.session.Dialogue;
import org.postroom.core.session.LogIn;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Saying;
import org.postroom.core.wire.Session;
import org.postroom.pop3.param.Pop3Params;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.protocol.Refused;
import org.postroom.pop3.protocol.Replies;
import org.postroom.pop3.protocol.ResponseCode;
import org.postroom.pop3.session.Pop3State.Authorization;
import org.postroom.pop3.session.Pop3State.LoggedIn;
import org.postroom.pop3.session.Pop3State.Opening;
import org.postroom.pop3.session.Pop3State.Transaction;

/**
 * One client's conversation (RFC 1939), a line a turn; the wire sends what was written when no line
 * is left. Commands come from the table it is given.
 */
public final class Pop3Session implements Session, Dialogue.Speaker {
  /** What a client hears for which there is no place, or no more. */
  public static final String TOO_MANY = "Too many connections.";

  /** The longest command line taken; RFC 2449, 4 asks for 255 octets. */
  public static final int MAX_LINE = 2048;

  private static final int MAX_BAD_BEFORE_LOGIN = 3;
  private static final int MAX_BAD = 20;
  private static final int MAX_ECHO = 16;
  private static final Duration LOCK_POLL = Duration.ofMillis(200);

  private final Pop3Context context;
  private final Settings settings;
  private final Connection connection;
  private final CommandTable<Pop3Session, Pop3Row<?>> commands;
  private final Dialogue dialogue;
  private final Replies replies;
  private final Instant since;
  private Pop3State state = Authorization.START;
  private int failedLogins;

  public Pop3Session(
      Pop3Context context, Connection connection, CommandTable<Pop3Session, Pop3Row<?>> commands) {
    this.context = context;
    this.settings = context.settings();
    this.connection = connection;
    this.commands = commands;
    this.dialogue = new Dialogue(connection, MAX_LINE, this);
    this.replies = new Replies(connection.out());
    this.since = context.clock().instant();
  }

  public Pop3Context context() {
    return context;
  }

  public Connection connection() {
    return connection;
  }

  public Replies replies() {
    return replies;
  }

  public Pop3State state() {
    return state;
  }

  /** Changes the state: the only way. */
  public void enter(Pop3State next) {
    state = next;
  }

  /** What can be done now, as CAPA lists it. */
  public List<String> capabilities() {
    return commands.offered(this);
  }

  /** Whether passwords may cross this connection as they are. */
  public boolean allowsPlaintext() {
    return LogIn.allowsPlaintext(connection, settings);
  }

  /** Whether it may log in by showing a password now. */
  public boolean allowsPassword() {
    return allowsPlaintext() && context.logIns().takePasswords();
  }

  /** What may be used now: in clear nothing that shows the password to whoever listens. */
  public List<String> mechanisms() {
    return context.logIns().offered(allowsPlaintext());
  }

  @Override
  public void opened() {
    connection.deadline(settings.get(Pop3Params.LOGIN_TIMEOUT));
    replies.ok(settings.get(Pop3Params.GREETING));
  }

  @Override
  public void ready() {
    touch();
    dialogue.next();
    afterwards();
  }

  @Override
  public boolean readyAtOnce() {
    touch();
    boolean done = dialogue.atOnce();
    if (done) {
      afterwards();
    }
    return done;
  }

  private void afterwards() {
    touch();
    limitLogin();
  }

  @Override
  public void command(Line line) {
    if (dialogue.isEnded()) {
      return;
    }
    if (line.end() == Line.End.TOO_LONG) {
      throw new BadCommand("Input line too long.");
    }
    String text = line.utf8();
    int space = text.indexOf(' ');
    String verb = (space < 0 ? text : text.substring(0, space)).toUpperCase(Locale.ROOT);
    String arguments = space < 0 ? "" : text.substring(space + 1);
    Pop3Row<?> row =
        commands
            .find(verb)
            .orElseThrow(
                () ->
                    new BadCommand(isWord(verb) ? "Unknown command: " + verb : "Unknown command."));
    if (row.waits(state, new Arguments(arguments))) {
      dialogue.onWorker(() -> execute(row, arguments));
    } else {
      execute(row, arguments);
    }
  }

  private void execute(Pop3Row<?> row, String arguments) {
    row.execute(this, new Arguments(arguments));
    if (state instanceof Transaction) {
      dialogue.forgive();
    }
  }

  @Override
  public void timedOut() {
    replies.error(ResponseCode.NONE, "Disconnected for inactivity.");
  }

  @Override
  public void crowdedOut() {
    replies.error(ResponseCode.SYS_TEMP, TOO_MANY);
  }

  @Override
  public void shuttingDown() {
    replies.error(ResponseCode.SYS_TEMP, "Server shutting down.");
  }

  @Override
  public void closed() {
    context.logIns().left(connection);
    dialogue.gone();
    if (state instanceof Transaction transaction) {
      markSeen(transaction);
    }
    leave();
  }

  /**
   * Says what may be longer than the client takes at once, in as many turns as it needs; then does
   * the rest of the command. The command's turn ends with this.
   */
  public void say(Saying saying, Runnable end) {
    if (saying.to(replies.out())) {
      end.run();
      return;
    }
    connection.whenRead(
        () -> {
          touch();
          dialogue.guarded(() -> say(saying, end));
        });
  }

  /** The next line is not a command: it is given to {@code taker}. */
  public void continueWith(Consumer<Line> taker) {
    dialogue.ask(LogIn.RESPONSE_LIMIT, taker);
  }

  /** A log-in of this client; no line is read while an attempt is under way. */
  public LogIn<Runnable> startLogIn(LogIn.Words<Runnable> words) {
    return context
        .logIns()
        .logIn(
            connection,
            this::client,
            context.log(),
            words,
            said -> {
              dialogue.guarded(() -> said.get().run());
              afterwards();
            });
  }

  /**
   * Opens the maildrop of somebody who has proved who he is; when another session has it, waits for
   * it without holding a thread.
   */
  public void logIn(Account account, String mechanism) {
    InetAddress client = connection.remote().getAddress();
    int most = settings.get(Pop3Params.USERIP_CONNECTIONS);
    if (!context.sessions().enter(account.id(), client, most)) {
      throw new Refused(ResponseCode.SYS_TEMP, "Maximum number of connections exceeded.");
    }
    Opening opening = new Opening(account.id(), Optional.empty());
    enter(opening);
    connection.trusted();
    Mailbox inbox =
        context
            .store()
            .find(account.id(), MailboxName.INBOX)
            .orElseThrow(() -> new Refused(ResponseCode.SYS_TEMP, "There is no INBOX."));
    Instant until = context.clock().instant().plus(settings.get(Pop3Params.LOCK_WAIT));
    open(opening, account, mechanism, inbox, until);
  }

  /** A log-in came to nothing; the last one ends the session. */
  public void loginFailed(ResponseCode code, String text) {
    failedLogins++;
    replies.error(code, text);
    if (failedLogins >= settings.get(Pop3Params.FAILED_LOGINS)) {
      end();
    }
  }

  /** Ends the session after what was written. */
  public void end() {
    dialogue.end();
  }

  /** Marks what was retrieved as seen, as far as that is wanted and possible now. */
  public void markSeen(Transaction transaction) {
    if (settings.get(Pop3Params.NO_FLAG_UPDATES)) {
      return;
    }
    try {
      transaction.maildrop().markSeen();
    } catch (RuntimeException e) {
      context.log().fault(connection.id(), "marking what was retrieved", e);
    }
  }

  private void open(
      Opening opening, Account account, String mechanism, Mailbox inbox, Instant until) {
    Optional<MaildropLocks.Lock> taken = context.locks().take(inbox.id(), connection::close);
    if (taken.isEmpty()) {
      if (!context.clock().instant().isBefore(until)) {
        throw new Refused(ResponseCode.IN_USE, "Mailbox is locked by another POP3 session.");
      }
      dialogue.later(LOCK_POLL, () -> open(opening, account, mechanism, inbox, until));
      return;
    }
    enter(opening.with(taken.get()));
    Maildrop maildrop =
        Maildrop.open(
            context.store(),
            context.store().snapshot(inbox.id()),
            settings.get(Pop3Params.HIDE_IMAP_DELETED));
    enter(new Transaction(account.id(), taken.get(), maildrop));
    dialogue.forgive();
    connection.deadline(settings.get(Pop3Params.IDLE_TIMEOUT));
    context.logIns().entered(connection, AppPassword.Scope.POP3, account);
    context.log().loggedIn(Callers.of(connection), mechanism, account.login());
    replies.ok("Logged in.");
  }

  /** The one place where what a command throws becomes a reply. */
  @Override
  public void failed(RuntimeException failure) {
    if (state instanceof Opening) {
      leave();
    }
    if (failure instanceof BadCommand bad) {
      refuse(String.valueOf(bad.getMessage()));
    } else if (failure instanceof Refused refused) {
      fail(refused.code(), String.valueOf(refused.getMessage()));
    } else if (failure instanceof StorageUnavailable || failure instanceof StorageFull) {
      context.log().fault(connection.id(), "using the mail store", failure);
      fail(ResponseCode.SYS_TEMP, "The mail store cannot be used now.");
    } else {
      context.log().fault(connection.id(), "running a POP3 command", failure);
      fail(ResponseCode.SYS_TEMP, "Internal error, see the log at " + connection.id() + ".");
    }
  }

  private void fail(ResponseCode code, String text) {
    if (replies.isUnfinished()) {
      // An error line would be taken as a line of the message: only the missing end tells.
      end();
    } else {
      replies.error(code, text);
    }
  }

  private void refuse(String text) {
    if (dialogue.erred() >= (state instanceof Transaction ? MAX_BAD : MAX_BAD_BEFORE_LOGIN)) {
      replies.error(ResponseCode.NONE, "Too many bad commands.");
      end();
    } else {
      replies.error(ResponseCode.NONE, text);
    }
  }

  /** Whoever trickles commands has not for ever to log in. */
  private void limitLogin() {
    if (state instanceof Transaction || dialogue.isEnded()) {
      return;
    }
    Duration spent = Duration.between(since, context.clock().instant());
    Duration left = settings.get(Pop3Params.LOGIN_TOTAL_TIMEOUT).minus(spent);
    if (left.isNegative() || left.isZero()) {
      timedOut();
      end();
    } else if (left.compareTo(settings.get(Pop3Params.LOGIN_TIMEOUT)) < 0) {
      connection.deadline(left);
    }
  }

  private void touch() {
    if (state instanceof LoggedIn somebody) {
      somebody.lock().ifPresent(MaildropLocks.Lock::touch);
    }
  }

  private String client() {
    return MailLog.client("unknown", connection.remote().getAddress());
  }

  /** Nobody is logged in any more. */
  private void leave() {
    if (state instanceof LoggedIn somebody) {
      enter(Authorization.START);
      somebody.lock().ifPresent(MaildropLocks.Lock::release);
      context.sessions().leave(somebody.account(), connection.remote().getAddress());
    }
  }

  private static boolean isWord(String verb) {
    return !verb.isEmpty()
        && verb.length() <= MAX_ECHO
        && verb.chars().allMatch(c -> c >= 'A' && c <= 'Z' || c >= '0' && c <= '9');
  }
}
