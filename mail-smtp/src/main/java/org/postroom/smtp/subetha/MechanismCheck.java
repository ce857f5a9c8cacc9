package org.postroom.smtp.subetha;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import org.postroom.core.refusal.LookupUnavailable;
import org.subethamail.smtp.AuthenticationHandler;
import org.subethamail.smtp.AuthenticationHandlerFactory;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.LoginFailedException;

/** Looks at passwords by a handler of log-ins, to which it says what a client would. */
final class MechanismCheck implements Passwords.Check {
  private final AuthenticationHandlerFactory handlers;
  private final boolean plain;

  /**
   * By these handlers.
   *
   * @throws IllegalArgumentException where they know no mechanism with a password in it
   */
  MechanismCheck(AuthenticationHandlerFactory handlers) {
    List<String> known = handlers.getAuthenticationMechanisms();
    this.handlers = handlers;
    this.plain = known.contains("PLAIN");
    if (!plain && !known.contains("LOGIN")) {
      throw new IllegalArgumentException("neither PLAIN nor LOGIN is among " + known);
    }
  }

  @Override
  public void login(String user, String password, MessageContext context)
      throws LoginFailedException {
    List<String> said =
        plain
            ? List.of("AUTH PLAIN " + encoded("\0" + user + "\0" + password))
            : List.of("AUTH LOGIN", encoded(user), encoded(password));
    AuthenticationHandler handler = handlers.create();
    boolean over = false;
    try {
      for (String line : said) {
        over = handler.auth(line, context).isEmpty();
      }
    } catch (RejectException e) {
      if (e.getCode() / 100 == 4) {
        throw new LookupUnavailable("the handler of log-ins says " + e.getCode());
      }
      throw new LoginFailedException(String.valueOf(e.getMessage()));
    }
    if (!over) {
      throw new LoginFailedException("more was asked for than a name and a password");
    }
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }
}
