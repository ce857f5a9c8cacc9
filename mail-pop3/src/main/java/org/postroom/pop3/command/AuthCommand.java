package org.postroom.pop3.command;

import java.util.List;
import java.util.Optional;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Authorization;

/** AUTH (RFC 5034): without argument it lists what can be used. */
final class AuthCommand {
  private AuthCommand() {}

  /** The mechanisms for CAPA, where there are any. */
  static List<String> capability(Pop3Session session) {
    String mechanisms = String.join(" ", session.mechanisms());
    return mechanisms.isEmpty() ? List.of() : List.of("SASL " + mechanisms);
  }

  static void execute(Pop3Session session, Authorization state, Arguments arguments) {
    if (arguments.isAtEnd()) {
      session.replies().ok("");
      session.mechanisms().forEach(session.replies()::line);
      session.replies().end();
      return;
    }
    String mechanism = arguments.word("mechanism");
    Optional<String> initial =
        arguments.isAtEnd() ? Optional.empty() : Optional.of(arguments.word("initial response"));
    arguments.end();
    new LoggingIn(session).byMechanism(mechanism, initial);
  }
}
