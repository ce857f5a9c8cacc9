package org.postroom.pop3.command;

import org.postroom.core.secret.Secret;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Authorization;

/** PASS (RFC 1939, 7): the whole rest of the line is the password, spaces included. */
final class PassCommand {
  private PassCommand() {}

  static void execute(Pop3Session session, Authorization state, Arguments arguments) {
    String user = state.user().orElseThrow(() -> new BadCommand("USER comes first."));
    new LoggingIn(session).byPassword(user, Secret.of(arguments.rest("password")));
  }
}
