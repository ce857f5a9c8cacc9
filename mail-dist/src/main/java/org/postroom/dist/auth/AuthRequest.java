package org.postroom.dist.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.log.MailLog;
import org.postroom.core.session.LogIn;
import org.postroom.core.session.LoginClient;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;

/**
 * One client of a server logs in. Others of the same connection do so meanwhile: nothing but this
 * one waits for an attempt. Belongs to its session.
 */
final class AuthRequest implements LogIn.Words<Runnable>, LoginClient {
  private final long id;
  private final AuthClient client;
  private final Connection connection;
  private final AuthContext context;
  private final Replies replies;
  private final Consumer<AuthRequest> over;
  private final Instant since;
  private final LogIn<Runnable> logIn;
  private @Nullable Function<Line, Runnable> asked;
  private volatile boolean isCancelled;

  /**
   * One that has not begun.
   *
   * @param over hears when it has come to its end
   * @param turn does what an attempt has come to, in a turn of the session
   */
  AuthRequest(
      long id,
      AuthClient client,
      Connection connection,
      AuthContext context,
      Replies replies,
      Consumer<AuthRequest> over,
      Consumer<Supplier<Runnable>> turn) {
    this.id = id;
    this.client = client;
    this.connection = connection;
    this.context = context;
    this.replies = replies;
    this.over = over;
    this.since = context.clock().instant();
    this.logIn = context.logIns().logIn(this, context.log(), this, turn);
  }

  long id() {
    return id;
  }

  /** Whether its client is to say something, and has not done so since then. */
  boolean isAskedSince(Instant then) {
    return asked != null && since.isBefore(then);
  }

  void begin(String mechanism) {
    boolean inClear = LogIn.allowsPlaintext(address(), client.isSecured(), context.settings());
    // An empty one is written = where it is a word of its own, which it is not here.
    Optional<String> initial = client.initial().map(text -> text.isEmpty() ? "=" : text);
    logIn.byMechanism(mechanism, initial, inClear).run();
  }

  /** Takes the client's answer, in base64. */
  void answer(String response) {
    Function<Line, Runnable> taker = asked;
    if (taker == null) {
      throw new ProtocolError("an answer that nobody has asked for");
    }
    asked = null;
    byte[] octets = response.getBytes(UTF_8);
    boolean isLong = octets.length > LogIn.RESPONSE_LIMIT;
    taker
        .apply(isLong ? new Line(new byte[0], Line.End.TOO_LONG) : new Line(octets, Line.End.LF))
        .run();
  }

  /** Its server wants no answer any more. */
  void cancel() {
    isCancelled = true;
    over.accept(this);
  }

  /** The client has said nothing for too long. */
  void expire() {
    fail(List.of("reason=Authentication request timed out"));
  }

  @Override
  public Runnable ask(String challenge, Function<Line, Runnable> answer) {
    return () -> {
      asked = answer;
      replies.cont(id, challenge);
    };
  }

  @Override
  public AppPassword.Scope scope() {
    return client.scope();
  }

  @Override
  public Runnable accepted(Account account, String mechanism) {
    return () -> {
      if (!isCancelled) {
        context.log().loggedIn(caller(), mechanism, account.login());
        over.accept(this);
        replies.ok(id, account.login());
      }
    };
  }

  @Override
  public Runnable refused(LogIn.Refusal why) {
    return () -> {
      if (!isCancelled) {
        fail(details(why));
      }
    };
  }

  @Override
  public Runnable pending() {
    return () -> {};
  }

  private void fail(List<String> details) {
    over.accept(this);
    replies.fail(id, logIn.login(), details);
  }

  /** Each kind in the words of both: flags up to version 1.2 of the protocol, a code since then. */
  private static List<String> details(LogIn.Refusal why) {
    return switch (why) {
      case UNKNOWN_MECHANISM -> List.of("reason=Unsupported authentication mechanism");
      case NEEDS_TLS ->
          List.of("reason=Plaintext authentication disallowed on non-secure connections");
      case NOT_BASE64 -> List.of("reason=Invalid base64 data");
      case TOO_LONG -> List.of("reason=Response too long");
      case CANCELLED -> List.of("reason=Authentication aborted by client");
      case MALFORMED -> List.of("reason=Invalid response");
      case WRONG -> List.of();
      case NOT_AUTHORIZED -> List.of("authz", "code=authz_fail");
      case DISABLED -> List.of("user_disabled", "code=user_disabled");
      case BUSY -> List.of("temp", "code=temp_fail", "reason=Too many attempts, try again later");
      case UNAVAILABLE -> List.of("temp", "code=temp_fail");
    };
  }

  @Override
  public InetAddress address() {
    return client.remote().orElse(connection.remote().getAddress());
  }

  @Override
  public MailLog.Caller caller() {
    return new MailLog.Caller(
        connection.id(),
        MailLog.client("unknown", address()),
        client.local().orElse(connection.local().getAddress()),
        client.isSecured());
  }

  @Override
  public boolean isCounted() {
    return client.isCounted();
  }

  @Override
  public void suspend() {}

  @Override
  public void resume(Runnable turn) {
    connection.execute(turn);
  }

  @Override
  public boolean hasLeft() {
    return isCancelled || connection.isClosed();
  }

  @Override
  public boolean mayHaveLeft() {
    return connection.mayBeGone();
  }

  @Override
  public void drop() {
    if (!isCancelled) {
      connection.close();
    }
  }

  /** The session that it has by that is its server's, which nobody here can end. */
  @Override
  public void shown(AppPassword app) {}
}
