package org.postroom.dist.auth;

import java.util.List;

/** CONT: a client has answered the last challenge of its exchange. */
final class ContCommand {
  private ContCommand() {}

  static void execute(AuthSession session, AuthState.Serving state, Fields fields) {
    long id = fields.number("request");
    String response = fields.field("response");
    AuthRequest request = state.requests().get(id);
    if (request == null) {
      // It has been given up here, and the server may not have heard of it when it said this.
      session.replies().fail(id, "", List.of("reason=Authentication request timed out"));
    } else {
      request.answer(response);
    }
  }
}
