package org.postroom.core.refusal;

/** The login is taken. Trying again does not help. */
public final class AccountExists extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AccountExists(String login) {
    super("there is an account " + login + " already");
  }
}
