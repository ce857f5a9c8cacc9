package org.postroom.dist.auth;

/** AUTH: a client wants to log in. */
final class AuthCommand {
  private AuthCommand() {}

  static void execute(AuthSession session, AuthState.Serving state, Fields fields) {
    long id = fields.number("request");
    String mechanism = fields.field("mechanism");
    session.begin(state, id, mechanism, AuthClient.read(fields));
  }
}
