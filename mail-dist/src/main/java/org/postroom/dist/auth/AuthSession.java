package org.postroom.dist.auth;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.postroom.core.log.MailLog;
import org.postroom.core.session.CommandTable;
import org.postroom.core.session.Dialogue;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Session;

/**
 * One server's conversation, in lines with fields between tabs: a handshake, then clients that log
 * in, as many at a time as the server likes. Who does not keep to the protocol is cut off.
 */
public final class AuthSession implements Session, Dialogue.Speaker {
  static final int MAJOR_VERSION = 1;
  private static final int MINOR_VERSION = 2;

  /** The longest line taken, which is the protocol's own. */
  static final int MAX_LINE = 16_384;

  /** How long a server may take for its part of the handshake. */
  static final Duration HANDSHAKE = Duration.ofSeconds(30);

  /** An smtpd may have no client that logs in for hours, and takes the end for a failure. */
  private static final Duration IDLE = Duration.ofDays(1);

  /** How long a client may think about an answer; looked at when there is no room for another. */
  private static final Duration ANSWER = Duration.ofSeconds(150);

  private static final int COOKIE_OCTETS = 16;

  private final AuthContext context;
  private final Connection connection;
  private final int number;
  private final CommandTable<AuthSession, AuthRow<?>> commands;
  private final Dialogue dialogue;
  private final Replies replies;
  private AuthState state = new AuthState.Connected();

  /**
   * One that has not begun.
   *
   * @param number which connection it is of this process
   */
  AuthSession(
      AuthContext context,
      Connection connection,
      int number,
      CommandTable<AuthSession, AuthRow<?>> commands) {
    this.context = context;
    this.connection = connection;
    this.number = number;
    this.commands = commands;
    this.dialogue = new Dialogue(connection, MAX_LINE, this);
    this.replies = new Replies(connection.out());
  }

  Replies replies() {
    return replies;
  }

  AuthState state() {
    return state;
  }

  /** Changes the state: the only way. */
  void enter(AuthState next) {
    state = next;
  }

  /** The handshake is over. */
  void serve() {
    connection.trusted();
    connection.deadline(IDLE);
    enter(new AuthState.Serving());
  }

  /** A client begins to log in. */
  void begin(AuthState.Serving serving, long id, String mechanism, AuthClient client) {
    if (serving.requests().containsKey(id)) {
      throw new ProtocolError("a second request of one number");
    }
    int most = context.settings().get(AuthServerParams.MAX_REQUESTS);
    if (serving.requests().size() >= most) {
      expire(serving);
    }
    if (serving.requests().size() >= most) {
      replies.fail(id, "", List.of("temp", "code=temp_fail", "reason=Too many requests"));
      return;
    }
    AuthRequest request =
        new AuthRequest(
            id,
            client,
            connection,
            context,
            replies,
            one -> serving.requests().remove(one.id()),
            said -> dialogue.guarded(() -> said.get().run()));
    serving.requests().put(id, request);
    request.begin(mechanism);
  }

  private void expire(AuthState.Serving serving) {
    Instant then = context.clock().instant().minus(ANSWER);
    List.copyOf(serving.requests().values()).stream()
        .filter(request -> request.isAskedSince(then))
        .forEach(AuthRequest::expire);
  }

  /** Our part of the handshake; mechanisms first, by which a Postfix knows what it speaks with. */
  @Override
  public void opened() {
    if (!context.isServer(connection.remote().getAddress())) {
      suspicious("no server of ours");
      connection.close();
      return;
    }
    replies.say("VERSION", String.valueOf(MAJOR_VERSION), String.valueOf(MINOR_VERSION));
    List<String> withoutSecrets = context.logIns().offered(false);
    for (String mechanism : context.logIns().offered(true)) {
      replies.say(
          "MECH", mechanism, withoutSecrets.contains(mechanism) ? "mutual-auth" : "plaintext");
    }
    byte[] cookie = new byte[COOKIE_OCTETS];
    context.unguessable().nextBytes(cookie);
    replies.say("SPID", String.valueOf(ProcessHandle.current().pid()));
    replies.say("CUID", String.valueOf(number));
    replies.say("COOKIE", HexFormat.of().formatHex(cookie));
    replies.say("DONE");
  }

  @Override
  public void ready() {
    dialogue.next();
  }

  @Override
  public void command(Line line) {
    if (dialogue.isEnded()) {
      return;
    }
    if (line.end() == Line.End.TOO_LONG) {
      throw new ProtocolError("a line that is too long");
    }
    Fields fields = Fields.of(line.utf8());
    AuthRow<?> row =
        commands
            .find(fields.field("command"))
            .orElseThrow(() -> new ProtocolError("an unknown command"));
    row.execute(this, fields);
  }

  @Override
  public void failed(RuntimeException failure) {
    if (failure instanceof ProtocolError error) {
      suspicious(String.valueOf(error.getMessage()));
    } else {
      context.log().fault(connection.id(), "having a client of another server log in", failure);
    }
    dialogue.end();
  }

  /** In the log is nothing that the server has sent: there may be a password in it. */
  private void suspicious(String what) {
    String server = MailLog.client("unknown", connection.remote().getAddress());
    context.log().suspicious(connection.id(), server, "authentication protocol", what);
  }

  @Override
  public void timedOut() {}

  @Override
  public void shuttingDown() {}

  @Override
  public void closed() {
    dialogue.gone();
  }
}
