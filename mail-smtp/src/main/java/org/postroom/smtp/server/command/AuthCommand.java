package org.postroom.smtp.server.command;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.session.Callers;
import org.postroom.core.session.LogIn;
import org.postroom.core.wire.Line;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;

/** AUTH (RFC 4954): who the client is, by one of the mechanisms of the house. */
record AuthCommand(String mechanism, Optional<String> initial) implements Command<SmtpState> {

  static AuthCommand parse(SmtpReader in, Dialect dialect) {
    String mechanism = in.word();
    Optional<String> initial = in.atEnd() ? Optional.empty() : Optional.of(in.word());
    in.end();
    return new AuthCommand(mechanism, initial);
  }

  /** What may be used now: in clear nothing that shows the password to whoever listens. */
  static List<String> capability(SmtpSession session) {
    if (session.login().isPresent() || !session.listening().offersAuth()) {
      return List.of();
    }
    List<String> mechanisms = session.services().logIns().offered(inClear(session));
    return mechanisms.isEmpty() ? List.of() : List.of("AUTH " + String.join(" ", mechanisms));
  }

  @Override
  public void execute(SmtpSession session, SmtpState state) {
    check(session);
    session.onWorker(() -> logIn(session).byMechanism(mechanism, initial, inClear(session)).run());
  }

  private static LogIn<Runnable> logIn(SmtpSession session) {
    return session
        .services()
        .logIns()
        .logIn(
            session.connection(),
            session::client,
            session.services().log(),
            new Words(session),
            said -> session.dialogue().goOn(() -> said.get().run()));
  }

  private static void check(SmtpSession session) {
    if (session.greeting().filter(SmtpSession.Greeting::extended).isEmpty()) {
      throw new BadCommand(503, "5.5.1", "Error: send EHLO first");
    }
    if (!session.listening().offersAuth()) {
      throw new BadCommand(503, "5.5.1", "Error: authentication not enabled");
    }
    if (session.transaction().isPresent()) {
      throw new BadCommand(503, "5.5.1", "Error: MAIL transaction in progress");
    }
    if (session.login().isPresent()) {
      throw new BadCommand(503, "5.5.1", "Error: already authenticated");
    }
    if (session.overLimit(ClientLimits.Event.AUTH, SmtpParams.CLIENT_AUTH_RATE)) {
      String client = session.connection().remote().getAddress().getHostAddress();
      throw new BadCommand(450, "4.7.1", "Error: too many AUTH commands from " + client);
    }
  }

  private static boolean inClear(SmtpSession session) {
    return session.connection().tls().isPresent() || !session.listening().authOnlyUnderTls();
  }

  /**
   * RFC 4954, 4 and 6. The client is not told whether an account exists, nor in what state it is.
   */
  private static SmtpReply reply(LogIn.Refusal why) {
    return switch (why) {
      case UNKNOWN_MECHANISM ->
          SmtpReply.of(504, "5.5.4", "Error: unrecognized authentication type");
      case NEEDS_TLS ->
          SmtpReply.of(538, "5.7.11", "Encryption required for requested authentication mechanism");
      case TOO_LONG -> SmtpReply.of(500, "5.5.6", "SASL response limit exceeded");
      case NOT_BASE64, MALFORMED ->
          SmtpReply.of(501, "5.5.2", "Error: malformed authentication response");
      case CANCELLED -> SmtpReply.of(501, "5.7.0", "Authentication aborted");
      case WRONG, NOT_AUTHORIZED, DISABLED ->
          SmtpReply.of(535, "5.7.8", "Error: authentication failed");
      case BUSY, UNAVAILABLE -> SmtpReply.of(454, "4.7.0", "Temporary authentication failure");
    };
  }

  /** SMTP's words for a log-in. */
  private record Words(SmtpSession session) implements LogIn.Words<Runnable> {

    @Override
    public Runnable ask(String challenge, Function<Line, Runnable> answer) {
      return () -> {
        session.replyNow(SmtpReply.of(334, "", challenge));
        session
            .dialogue()
            .ask(
                session.settings().get(SmtpParams.SASL_RESPONSE),
                line -> {
                  session.mindLineEnd(line.end() == Line.End.LF);
                  answer.apply(line).run();
                });
      };
    }

    @Override
    public AppPassword.Scope scope() {
      return AppPassword.Scope.SMTP;
    }

    @Override
    public Runnable accepted(Account account, String mechanism) {
      return () -> {
        session.loggedIn(account, mechanism);
        session.services().logIns().entered(session.connection(), scope(), account);
        session
            .services()
            .log()
            .loggedIn(
                Callers.of(session.connection(), session.client()), mechanism, account.login());
        session.reply(235, "2.7.0", "Authentication successful");
      };
    }

    @Override
    public Runnable refused(LogIn.Refusal why) {
      return () -> session.reply(AuthCommand.reply(why));
    }

    @Override
    public Runnable pending() {
      return session.dialogue()::pause;
    }
  }
}
