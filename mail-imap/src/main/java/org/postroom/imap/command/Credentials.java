package org.postroom.imap.command;

import org.postroom.core.auth.Authentication;
import org.postroom.core.secret.Secret;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Completion;

/** A login and a password, by whatever command they came. */
final class Credentials {
  private Credentials() {}

  static Completion check(Client client, String login, Secret password) {
    if (!client.mayUsePlaintext()) {
      return Completion.no("PRIVACYREQUIRED", "Passwords need TLS here.");
    }
    Authentication result = client.services().accounts().verify(login, password);
    if (result instanceof Authentication.Success success) {
      return client.loggedIn(success.account(), "LOGIN");
    }
    if (result instanceof Authentication.Disabled) {
      return client.accountDisabled(login, "LOGIN");
    }
    return client.loginFailed(login, "LOGIN", "AUTHENTICATIONFAILED", "Authentication failed.");
  }
}
