package org.postroom.pop3.command;

import org.postroom.core.mail.Content;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Transaction;

/** RETR (RFC 1939, 5): a message. */
final class RetrCommand {
  private RetrCommand() {}

  /** Whether the message must be looked up or read. */
  static boolean waits(Transaction state, Arguments arguments) {
    try {
      return !state.maildrop().isAtHand(arguments.number("message number"));
    } catch (BadCommand e) {
      return false; // which is quickly said
    }
  }

  static void execute(Pop3Session session, Transaction state, Arguments arguments) {
    int number = state.maildrop().check(arguments.number("message number"));
    arguments.end();
    Content content = state.maildrop().content(number);
    session.say(
        session.replies().message(content.size() + " octets", content, -1),
        () -> state.maildrop().retrieved(number));
  }
}
