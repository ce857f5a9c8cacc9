package org.postroom.pop3.command;

import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State;

/** CAPA (RFC 2449, 5): what can be done now, from the table. */
final class CapaCommand {
  private CapaCommand() {}

  static void execute(Pop3Session session, Pop3State state, Arguments arguments) {
    arguments.end();
    session.replies().ok("");
    session.capabilities().forEach(session.replies()::line);
    session.replies().end();
  }
}
