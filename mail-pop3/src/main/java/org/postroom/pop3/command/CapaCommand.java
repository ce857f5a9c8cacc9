package org.postroom.pop3.command;

import java.util.List;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.Replies;
import org.postroom.pop3.session.Authorization;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State;

/**
 * CAPA (RFC 2449, 5): what can be done now; TOP and UIDL are told before log-in too, because some
 * clients ask once only.
 */
final class CapaCommand {
  private CapaCommand() {}

  static void execute(Pop3Session session, Pop3State state, Arguments arguments) {
    arguments.end();
    Replies replies = session.replies();
    replies.ok("");
    List.of("TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING").forEach(replies::line);
    if (state instanceof Authorization) {
      if (session.context().tls().isPresent() && session.connection().tls().isEmpty()) {
        replies.line("STLS");
      }
      if (session.allowsPlaintext()) {
        replies.line("USER");
      }
      String mechanisms = String.join(" ", AuthCommand.mechanisms(session));
      if (!mechanisms.isEmpty()) {
        replies.line("SASL " + mechanisms);
      }
      replies.line("UTF8 USER");
    } else {
      replies.line("EXPIRE NEVER");
    }
    replies.end();
  }
}
