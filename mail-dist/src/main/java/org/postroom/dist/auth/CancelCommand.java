package org.postroom.dist.auth;

/** CANCEL: nobody waits for what becomes of a request any more. */
final class CancelCommand {
  private CancelCommand() {}

  static void execute(AuthSession session, AuthState.Serving state, Fields fields) {
    AuthRequest request = state.requests().get(fields.number("request"));
    if (request != null) {
      request.cancel();
    }
  }
}
