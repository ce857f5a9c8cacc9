package org.postroom.core.auth;

/** There is no such account, or no more. Trying again does not help. */
public final class AccountNotFound extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AccountNotFound(AccountId account) {
    super("there is no account " + account.value());
  }

  public AccountNotFound(String login) {
    super("there is no account " + login);
  }
}
