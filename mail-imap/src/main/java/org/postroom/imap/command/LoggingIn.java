package org.postroom.imap.command;

import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.secret.Secret;
import org.postroom.core.session.LogIn;
import org.postroom.core.wire.Line;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Completion;

/** IMAP's words for a log-in, by whatever command (RFC 9051, 6.2; RFC 5530). */
record LoggingIn(Client client, Responder out) implements LogIn.Words<Completion> {

  Completion byMechanism(String mechanism, Optional<String> initial) {
    return client.logIn(out, this).byMechanism(mechanism, initial, client.mayUsePlaintext());
  }

  Completion byPassword(String name, Secret password) {
    return client.mayUsePlaintext()
        ? client.logIn(out, this).byPassword(name, password)
        : refused(LogIn.Refusal.NEEDS_TLS);
  }

  @Override
  public Completion ask(String challenge, Function<Line, Completion> answer) {
    // Never a bare "+": clients wait for the space.
    out.writer().ascii("+ ").ascii(challenge).crlf();
    return client.ask(LogIn.RESPONSE_LIMIT, out, answer);
  }

  @Override
  public AppPassword.Scope scope() {
    return AppPassword.Scope.IMAP;
  }

  @Override
  public Completion accepted(Account account, String mechanism) {
    return client.loggedIn(account, mechanism);
  }

  @Override
  public Completion pending() {
    return Completion.later();
  }

  @Override
  public Completion refused(LogIn.Refusal why) {
    return switch (why) {
      case UNKNOWN_MECHANISM -> Completion.no("", "Unsupported authentication mechanism.");
      case NEEDS_TLS -> Completion.no("PRIVACYREQUIRED", "Passwords need TLS here.");
      case NOT_BASE64 -> Completion.bad("Invalid base64.");
      case TOO_LONG -> Completion.bad("Response too long.");
      case CANCELLED -> Completion.bad("Authentication cancelled.");
      case MALFORMED -> Completion.bad("Invalid response.");
      case WRONG -> client.lastTry(Completion.no("AUTHENTICATIONFAILED", "Authentication failed."));
      case NOT_AUTHORIZED ->
          client.lastTry(Completion.no("AUTHORIZATIONFAILED", "Authorization failed."));
      case DISABLED ->
          client.lastTry(Completion.no("CONTACTADMIN", "This account may not log in."));
      case BUSY ->
          client.lastTry(Completion.no("UNAVAILABLE", "Too many attempts, try again later."));
      case UNAVAILABLE ->
          Completion.no("UNAVAILABLE", "Temporary authentication failure, try again later.");
    };
  }
}
