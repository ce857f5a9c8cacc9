package org.postroom.pop3.command;

import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Transaction;

/** RSET (RFC 1939, 5): forgets all marks. */
final class RsetCommand {
  private RsetCommand() {}

  static void execute(Pop3Session session, Transaction state, Arguments arguments) {
    arguments.end();
    state.maildrop().reset();
    session.replies().ok("");
  }
}
