package org.postroom.pop3.command;

import java.util.Optional;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.Refused;
import org.postroom.pop3.protocol.ResponseCode;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Authorization;

/** USER (RFC 1939, 7): always welcome, so that nobody learns who is here. */
final class UserCommand {
  private UserCommand() {}

  static void execute(Pop3Session session, Authorization state, Arguments arguments) {
    String user = arguments.rest("user name").strip();
    if (!session.allowsPlaintext()) {
      throw new Refused(
          ResponseCode.AUTH, "Plaintext authentication disallowed on non-secure connections.");
    }
    session.enter(new Authorization(Optional.of(user)));
    session.replies().ok("");
  }
}
