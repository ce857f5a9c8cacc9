package org.postroom.pop3.command;

import org.postroom.core.mail.Content;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Transaction;

/** TOP (RFC 1939, 7): the header and some lines of the body; the message stays unseen. */
final class TopCommand {
  private TopCommand() {}

  static void execute(Pop3Session session, Transaction state, Arguments arguments) {
    int number = state.maildrop().check(arguments.number("message number"));
    int lines = arguments.number("number of lines");
    arguments.end();
    Content content = state.maildrop().content(number);
    session.say(session.replies().message("", content, lines), () -> {});
  }
}
