package org.postroom.pop3.command;

import java.util.Optional;
import org.postroom.core.secret.Secret;
import org.postroom.core.session.LogIn;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.protocol.Refused;
import org.postroom.pop3.protocol.ResponseCode;
import org.postroom.pop3.session.Pop3Session;

/** POP3's words for a log-in, by PASS or AUTH (RFC 5034; RFC 3206). */
final class LoggingIn {
  private final Pop3Session session;
  private final LogIn logIn;

  LoggingIn(Pop3Session session) {
    this.session = session;
    this.logIn = session.startLogIn(this::follow);
  }

  void byMechanism(String mechanism, Optional<String> initial) {
    follow(logIn.begin(mechanism, initial, session.allowsPlaintext()));
  }

  void byPassword(String name, Secret password) {
    follow(logIn.password(name, password));
  }

  private void follow(LogIn.Step step) {
    if (step instanceof LogIn.Step.Challenge challenge) {
      session.replies().challenge(challenge.text());
      session.continueWith(line -> follow(logIn.answer(line)));
    } else if (step instanceof LogIn.Step.Success success) {
      session.logIn(success.account(), success.mechanism());
    } else if (step instanceof LogIn.Step.Refused refused) {
      refuse(refused.why());
    }
  }

  private void refuse(LogIn.Refusal why) {
    switch (why) {
      case UNKNOWN_MECHANISM -> throw new BadCommand("Unsupported authentication mechanism.");
      case NEEDS_TLS ->
          throw new Refused(
              ResponseCode.AUTH, "Plaintext authentication disallowed on non-secure connections.");
      case NOT_BASE64 -> throw new BadCommand("Invalid base64.");
      case TOO_LONG -> throw new BadCommand("Input line too long.");
      case CANCELLED -> throw new Refused("Authentication cancelled.");
      case MALFORMED -> throw new BadCommand("Invalid response.");
      case WRONG, NOT_AUTHORIZED ->
          session.loginFailed(ResponseCode.AUTH, "Authentication failed.");
      case DISABLED -> throw new Refused(ResponseCode.SYS_PERM, "This account may not log in.");
      case BUSY ->
          session.loginFailed(ResponseCode.SYS_TEMP, "Too many attempts, try again later.");
      case UNAVAILABLE ->
          throw new Refused(ResponseCode.SYS_TEMP, "Temporary authentication failure.");
    }
  }
}
