package org.postroom.dist.auth;

/** CPID: which process the server is, which ends its part of the handshake. */
final class CpidCommand {
  private CpidCommand() {}

  static void execute(AuthSession session, AuthState.Greeted state, Fields fields) {
    long unused = fields.number("process");
    session.serve();
  }
}
