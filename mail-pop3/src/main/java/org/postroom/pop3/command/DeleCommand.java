package org.postroom.pop3.command;

import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Transaction;

/** DELE (RFC 1939, 5): marks a message; it goes at QUIT. */
final class DeleCommand {
  private DeleCommand() {}

  static void execute(Pop3Session session, Transaction state, Arguments arguments) {
    int number = state.maildrop().check(arguments.number("message number"));
    arguments.end();
    state.maildrop().delete(number);
    session.replies().ok("Marked to be deleted.");
  }
}
