package org.postroom.core.auth;

/** What came of a log-in. */
public sealed interface Authentication {

  /** It is who it says. */
  record Success(Account account) implements Authentication {}

  /** Unknown, or the wrong password: not said which. */
  record Failure() implements Authentication {}

  /** The password is right, but the account may not log in. */
  record Disabled() implements Authentication {}
}
