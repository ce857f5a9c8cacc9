package org.postroom.pop3.command;

import org.postroom.core.wire.Saying;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.Replies;
import org.postroom.pop3.session.Maildrop;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Transaction;

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
    Replies replies = session.replies();
    replies.ok(maildrop.count() + " messages:");
    session.say(
        Saying.each(maildrop.numbers(), n -> replies.line(n, maildrop.size(n))), replies::end);
  }
}
