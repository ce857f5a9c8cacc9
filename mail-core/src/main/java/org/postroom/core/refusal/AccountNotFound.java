package org.postroom.core.refusal;

/** There is no such account, or no more. Trying again does not help. */
public final class AccountNotFound extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param login or the number of the account
   */
  public AccountNotFound(String login) {
    super("there is no account " + login);
  }
}
