package org.postroom.pop3.command;

import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Maildrop;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Transaction;

/** LIST (RFC 1939, 5): sizes. */
final class ListCommand {
  private ListCommand() {}

  static void execute(Pop3Session session, Transaction state, Arguments arguments) {
    Maildrop maildrop = state.maildrop();
    if (!arguments.isAtEnd()) {
      int number = maildrop.check(arguments.number("message number"));
      arguments.end();
      session.replies().ok(number + " " + maildrop.size(number));
      return;
    }
    session.replies().ok(maildrop.count() + " messages:");
    for (int n = 1; n <= maildrop.size(); n++) {
      if (!maildrop.isDeleted(n)) {
        session.replies().line(n, maildrop.size(n));
      }
    }
    session.replies().end();
  }
}
