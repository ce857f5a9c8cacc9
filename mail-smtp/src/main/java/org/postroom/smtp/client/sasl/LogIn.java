package org.postroom.smtp.client.sasl;

import org.postroom.core.secret.Secret;

/**
 * As whom we log in to a server. Who has found one closes it.
 *
 * @param password or, for mechanisms of OAuth, the token
 */
public record LogIn(String user, Secret password) implements AutoCloseable {

  /** Wipes the password. */
  @Override
  public void close() {
    password.close();
  }
}
