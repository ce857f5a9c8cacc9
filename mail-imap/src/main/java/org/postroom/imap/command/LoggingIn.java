package org.postroom.imap.command;

import java.util.Optional;
import org.postroom.core.secret.Secret;
import org.postroom.core.session.LogIn;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Completion;

/** IMAP's words for a log-in, by whatever command (RFC 9051, 6.2; RFC 5530). */
final class LoggingIn {
  private final Client client;
  private final Responder out;
  private final LogIn logIn;

  LoggingIn(Client client, Responder out) {
    this.client = client;
    this.out = out;
    this.logIn = client.logIn(out, this::follow);
  }

  Completion byMechanism(String mechanism, Optional<String> initial) {
    return follow(logIn.begin(mechanism, initial, client.mayUsePlaintext()));
  }

  Completion byPassword(String name, Secret password) {
    return client.mayUsePlaintext()
        ? follow(logIn.password(name, password))
        : completion(LogIn.Refusal.NEEDS_TLS);
  }

  private Completion follow(LogIn.Step step) {
    if (step instanceof LogIn.Step.Challenge challenge) {
      // Never a bare "+": clients wait for the space.
      out.writer().ascii("+ ").ascii(challenge.text()).crlf();
      return client.ask(LogIn.RESPONSE_LIMIT, out, line -> follow(logIn.answer(line)));
    }
    if (step instanceof LogIn.Step.Success success) {
      return client.loggedIn(success.account(), success.mechanism());
    }
    return step instanceof LogIn.Step.Refused refused
        ? completion(refused.why())
        : Completion.later();
  }

  private Completion completion(LogIn.Refusal why) {
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
