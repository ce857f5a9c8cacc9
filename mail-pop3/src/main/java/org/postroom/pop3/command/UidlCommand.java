package org.postroom.pop3.command;

import org.postroom.core.wire.Saying;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.Replies;
import org.postroom.pop3.session.Maildrop;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Transaction;

/** UIDL (RFC 1939, 7): unique ids, the same for ever. */
final class UidlCommand {
  private UidlCommand() {}

  static void execute(Pop3Session session, Transaction state, Arguments arguments) {
    Maildrop maildrop = state.maildrop();
    if (!arguments.isAtEnd()) {
      int number = maildrop.check(arguments.number("message number"));
      arguments.end();
      session.replies().ok(number + " " + maildrop.uniqueId(number));
      return;
    }
    Replies replies = session.replies();
    replies.ok("");
    session.say(
        Saying.each(maildrop.numbers(), n -> replies.line(n, maildrop.uniqueId(n))), replies::end);
  }
}
