package org.postroom.core.auth;

import java.util.Optional;

/** What came of a log-in. */
public sealed interface Authentication {

  /**
   * It is who it says.
   *
   * @param by the app password that it has shown, which may be good for less than the account; else
   *     empty
   */
  record Success(Account account, Optional<AppPassword> by) implements Authentication {

    /** By what the account itself logs in with. */
    public Success(Account account) {
      this(account, Optional.empty());
    }
  }

  /** Unknown, or the wrong password: not said which. */
  record Failure() implements Authentication {}

  /** The password is right, but the account may not log in. */
  record Disabled() implements Authentication {}
}
