package org.postroom.pop3.command;

import org.postroom.core.auth.Account;
import org.postroom.core.auth.Authentication;
import org.postroom.core.secret.Secret;
import org.postroom.pop3.protocol.Refused;
import org.postroom.pop3.protocol.ResponseCode;
import org.postroom.pop3.session.Pop3Session;

/** What PASS and AUTH have in common: how a proof of who somebody is ends. */
final class LogIn {
  private LogIn() {}

  static void withPassword(Pop3Session session, String login, Secret password) {
    Authentication result = session.context().accounts().verify(login, password);
    if (result instanceof Authentication.Success success) {
      succeeded(session, success.account(), "USER");
    } else if (result instanceof Authentication.Disabled) {
      throw disabled(session, login, "USER");
    } else {
      session.loginFailed(login, "USER");
    }
  }

  static void succeeded(Pop3Session session, Account account, String mechanism) {
    session.context().throttle().succeeded(account.login());
    session.logIn(account, mechanism);
  }

  static Refused disabled(Pop3Session session, String login, String mechanism) {
    session
        .context()
        .log()
        .loginFailed(
            session.connection().id(),
            session.connection().remote().getAddress().getHostAddress(),
            mechanism,
            login,
            "account disabled");
    return new Refused(ResponseCode.SYS_PERM, "This account may not log in.");
  }
}
