package org.postroom.dist.auth;

import java.util.LinkedHashMap;
import java.util.Map;

/** Where a session is. What a command needs is the type of its state. */
sealed interface AuthState {

  /** The server has said nothing yet. */
  record Connected() implements AuthState {}

  /** The server speaks our version, and has not said which process it is. */
  record Greeted() implements AuthState {}

  /**
   * Clients of the server log in.
   *
   * @param requests those that are under way, by their numbers, the first one first; the session's
   *     to change
   */
  record Serving(Map<Long, AuthRequest> requests) implements AuthState {
    Serving() {
      this(new LinkedHashMap<>());
    }
  }
}
