package org.postroom.pop3.command;

import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.secret.Secret;
import org.postroom.core.session.LogIn;
import org.postroom.core.wire.Line;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.protocol.Refused;
import org.postroom.pop3.protocol.ResponseCode;
import org.postroom.pop3.session.Pop3Session;

/** POP3's words for a log-in, by PASS or AUTH (RFC 5034; RFC 3206). */
record LoggingIn(Pop3Session session) implements LogIn.Words<Runnable> {

  void byMechanism(String mechanism, Optional<String> initial) {
    session.startLogIn(this).byMechanism(mechanism, initial, session.allowsPlaintext()).run();
  }

  void byPassword(String name, Secret password) {
    session.startLogIn(this).byPassword(name, password).run();
  }

  @Override
  public Runnable ask(String challenge, Function<Line, Runnable> answer) {
    return () -> {
      session.replies().challenge(challenge);
      session.continueWith(line -> answer.apply(line).run());
    };
  }

  @Override
  public AppPassword.Scope scope() {
    return AppPassword.Scope.POP3;
  }

  @Override
  public Runnable accepted(Account account, String mechanism) {
    return () -> session.logIn(account, mechanism);
  }

  @Override
  public Runnable refused(LogIn.Refusal why) {
    return () -> refuse(why);
  }

  @Override
  public Runnable pending() {
    return () -> {};
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
