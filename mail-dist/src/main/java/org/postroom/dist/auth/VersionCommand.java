package org.postroom.dist.auth;

/** VERSION: a server speaks this one of the protocol. Another minor one only adds to it. */
final class VersionCommand {
  private VersionCommand() {}

  static void execute(AuthSession session, AuthState.Connected state, Fields fields) {
    if (fields.number("major version") != AuthSession.MAJOR_VERSION) {
      throw new ProtocolError("another version of the protocol");
    }
    long unused = fields.number("minor version");
    session.enter(new AuthState.Greeted());
  }
}
