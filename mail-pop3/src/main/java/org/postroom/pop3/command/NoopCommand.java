package org.postroom.pop3.command;

import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Transaction;

/** NOOP (RFC 1939, 5). */
final class NoopCommand {
  private NoopCommand() {}

  static void execute(Pop3Session session, Transaction state, Arguments arguments) {
    arguments.end();
    session.replies().ok("");
  }
}
