package org.postroom.core.people;

/** What a token is. */
public sealed interface TokenVerdict {

  /**
   * It is good.
   *
   * @param login whose it is, by the name that he would type to log in
   */
  record Accepted(String login) implements TokenVerdict {}

  /**
   * It is not.
   *
   * @param why for the log; nothing of the token, and nothing for the client
   */
  record Refused(String why) implements TokenVerdict {}

  /**
   * It is good, but for something else.
   *
   * @param why for the log
   */
  record TooNarrow(String why) implements TokenVerdict {}
}
