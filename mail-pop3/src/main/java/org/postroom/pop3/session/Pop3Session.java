package org.postroom.pop3.session;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.session.LogIn;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Saying;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.WireFault;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.protocol.Refused;
import org.postroom.pop3.protocol.Replies;
import org.postroom.pop3.protocol.ResponseCode;

/**
 * One client's conversation (RFC 1939), a line a turn; the wire sends what was written when no line
 * is left. Commands come from the table it is given.
 */
public final class Pop3Session implements Session {
  /** What a client hears for which there is no place, or no more. */
  public static final String TOO_MANY = "Too many connections.";

  /** The longest command line taken; RFC 2449, 4 asks for 255 octets. */
  public static final int MAX_LINE = 2048;

  private static final int MAX_BAD_BEFORE_LOGIN = 3;
  private static final int MAX_BAD = 20;
  private static final int MAX_ECHO = 16;
  private static final Duration LOCK_POLL = Duration.ofMillis(200);

  private final Pop3Context context;
  private final Connection connection;
  private final Map<String, ? extends Pop3Command> commands;
  private final Replies replies;
  private final Instant since;
  private Pop3State state = Authorization.START;
  private @Nullable Consumer<Line> answer;

  /** Read on the event loop, and left to a worker. */
  private @Nullable Line begun;

  private MaildropLocks.@Nullable Lock lock;
  private @Nullable AccountId counted;
  private int bad;
  private int failedLogins;
  private boolean waiting;
  private boolean over;

  public Pop3Session(
      Pop3Context context, Connection connection, Map<String, ? extends Pop3Command> commands) {
    this.context = context;
    this.connection = connection;
    this.commands = commands;
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

  /** Whether passwords may cross this connection as they are. */
  public boolean allowsPlaintext() {
    return connection.tls().isPresent()
        || context.limits().plaintextLogin()
        || connection.remote().getAddress().isLoopbackAddress();
  }

  @Override
  public void opened() {
    connection.deadline(context.limits().loginStep());
    replies.ok(context.greeting());
  }

  @Override
  public void ready() {
    Line line = begun == null ? readLine() : begun;
    begun = null;
    obey(line);
  }

  @Override
  public boolean readyAtOnce() {
    if (answer != null) {
      return false;
    }
    Line line = readLine();
    if (waits(line)) {
      begun = line;
      return false;
    }
    obey(line);
    return true;
  }

  private Line readLine() {
    if (answer == null) {
      return connection.in().readLine(MAX_LINE);
    }
    Line line = connection.in().readLine(LogIn.RESPONSE_LIMIT);
    connection.lineLimit(MAX_LINE);
    return line;
  }

  private void obey(Line line) {
    if (over) {
      return;
    }
    touch();
    guarded(() -> take(line));
    touch();
    limitLogin();
  }

  private boolean waits(Line line) {
    if (line.end() == Line.End.TOO_LONG) {
      return false;
    }
    String text = line.utf8();
    Pop3Command command = commands.get(verb(text));
    return command != null && command.waits(this, arguments(text));
  }

  private static Arguments arguments(String line) {
    int space = line.indexOf(' ');
    return new Arguments(space < 0 ? "" : line.substring(space + 1));
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
    over = true;
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
          guarded(() -> say(saying, end));
        });
  }

  /** The next line is not a command: it is given to {@code taker}. */
  public void continueWith(Consumer<Line> taker) {
    answer = taker;
    connection.lineLimit(LogIn.RESPONSE_LIMIT);
  }

  /**
   * A log-in of this client; no line is read while an attempt is under way.
   *
   * @param then takes what comes of such an attempt
   */
  public LogIn startLogIn(Consumer<LogIn.Step> then) {
    return context
        .logIns()
        .logIn(
            connection,
            this::client,
            context.log(),
            step -> {
              guarded(() -> then.accept(step));
              touch();
              limitLogin();
            });
  }

  /**
   * Opens the maildrop of somebody who has proved who he is; when another session has it, waits for
   * it without holding a thread.
   */
  public void logIn(Account account, String mechanism) {
    InetAddress client = connection.remote().getAddress();
    if (!context.sessions().enter(account.id(), client, context.limits().userIpConnections())) {
      throw new Refused(ResponseCode.SYS_TEMP, "Maximum number of connections exceeded.");
    }
    counted = account.id();
    connection.trusted();
    Mailbox inbox =
        context
            .store()
            .find(account.id(), MailboxName.INBOX)
            .orElseThrow(() -> new Refused(ResponseCode.SYS_TEMP, "There is no INBOX."));
    open(account, mechanism, inbox, context.clock().instant().plus(context.limits().lockWait()));
  }

  /** A log-in came to nothing; the last one ends the session. */
  public void loginFailed(ResponseCode code, String text) {
    failedLogins++;
    replies.error(code, text);
    if (failedLogins >= context.limits().failedLogins()) {
      end();
    }
  }

  /** Ends the session after what was written. */
  public void end() {
    over = true;
    connection.close();
  }

  /** Whether the maildrop is still this session's, so that deletions may happen. */
  public boolean holdsLock() {
    return lock != null && lock.isHeld();
  }

  /** Marks what was retrieved as seen, as far as that is wanted and possible now. */
  public void markSeen(Transaction transaction) {
    if (!context.limits().updatesFlags()) {
      return;
    }
    try {
      transaction.maildrop().markSeen();
    } catch (RuntimeException e) {
      context.log().fault(connection.id(), "marking what was retrieved", e);
    }
  }

  private void open(Account account, String mechanism, Mailbox inbox, Instant until) {
    Optional<MaildropLocks.Lock> taken = context.locks().take(inbox.id(), connection::close);
    if (taken.isEmpty()) {
      if (!context.clock().instant().isBefore(until)) {
        throw new Refused(ResponseCode.IN_USE, "Mailbox is locked by another POP3 session.");
      }
      later(LOCK_POLL, () -> open(account, mechanism, inbox, until));
      return;
    }
    lock = taken.get();
    Maildrop maildrop =
        Maildrop.open(
            context.store(), context.store().snapshot(inbox.id()), context.limits().hidesDeleted());
    enter(new Transaction(maildrop));
    bad = 0;
    connection.deadline(context.limits().idle());
    context.log().loggedIn(connection.id(), client(), mechanism, account.login());
    replies.ok("Logged in.");
  }

  /** Goes on with {@code task} after {@code delay}; no line is read before. Holds no thread. */
  private void later(Duration delay, Runnable task) {
    waiting = true;
    connection.hold(delay);
    connection.execute(
        () -> {
          waiting = false;
          guarded(task);
        });
  }

  private void take(Line line) {
    Consumer<Line> taker = answer;
    answer = null;
    if (line.end() == Line.End.TOO_LONG) {
      throw new BadCommand("Input line too long.");
    }
    if (taker == null) {
      execute(line.utf8());
    } else {
      taker.accept(line);
    }
    if (state instanceof Transaction) {
      bad = 0;
    }
  }

  private void execute(String line) {
    String verb = verb(line);
    Pop3Command command = commands.get(verb);
    if (command == null) {
      throw new BadCommand(isWord(verb) ? "Unknown command: " + verb : "Unknown command.");
    }
    command.execute(this, arguments(line));
  }

  private static String verb(String line) {
    int space = line.indexOf(' ');
    return (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
  }

  /** Runs part of a command; the one place where what it throws becomes a reply. */
  private void guarded(Runnable part) {
    try {
      part.run();
    } catch (BadCommand e) {
      refuse(String.valueOf(e.getMessage()));
    } catch (Refused e) {
      fail(e.code(), String.valueOf(e.getMessage()));
    } catch (StorageUnavailable | StorageFull e) {
      context.log().fault(connection.id(), "using the mail store", e);
      fail(ResponseCode.SYS_TEMP, "The mail store cannot be used now.");
    } catch (WireFault e) {
      throw e;
    } catch (RuntimeException e) {
      context.log().fault(connection.id(), "running a POP3 command", e);
      fail(ResponseCode.SYS_TEMP, "Internal error, see the log at " + connection.id() + ".");
    }
    if (!(state instanceof Transaction) && !waiting) {
      leave();
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
    bad++;
    if (bad >= (state instanceof Transaction ? MAX_BAD : MAX_BAD_BEFORE_LOGIN)) {
      replies.error(ResponseCode.NONE, "Too many bad commands.");
      end();
    } else {
      replies.error(ResponseCode.NONE, text);
    }
  }

  /** Whoever trickles commands has not for ever to log in. */
  private void limitLogin() {
    if (state instanceof Transaction || over) {
      return;
    }
    Duration spent = Duration.between(since, context.clock().instant());
    Duration left = context.limits().loginTotal().minus(spent);
    if (left.isNegative() || left.isZero()) {
      timedOut();
      end();
    } else if (left.compareTo(context.limits().loginStep()) < 0) {
      connection.deadline(left);
    }
  }

  private void touch() {
    if (lock != null) {
      lock.touch();
    }
  }

  private String client() {
    return MailLog.client("unknown", connection.remote().getAddress());
  }

  private void leave() {
    if (lock != null) {
      lock.release();
      lock = null;
    }
    if (counted != null) {
      context.sessions().leave(counted, connection.remote().getAddress());
      counted = null;
    }
  }

  private static boolean isWord(String verb) {
    return !verb.isEmpty()
        && verb.length() <= MAX_ECHO
        && verb.chars().allMatch(c -> c >= 'A' && c <= 'Z' || c >= '0' && c <= '9');
  }
}
