package org.postroom.pop3.command;

import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Mechanisms;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Authorization;

/** AUTH (RFC 5034): without argument it lists what can be used. */
final class AuthCommand {
  private AuthCommand() {}

  /** What may be used now: in clear nothing that shows the password to whoever listens. */
  private static List<String> mechanisms(Pop3Session session) {
    return Mechanisms.offered(session.allowsPlaintext());
  }

  /** The mechanisms for CAPA, where there are any. */
  static List<String> capability(Pop3Session session) {
    String mechanisms = String.join(" ", mechanisms(session));
    return mechanisms.isEmpty() ? List.of() : List.of("SASL " + mechanisms);
  }

  static void execute(Pop3Session session, Authorization state, Arguments arguments) {
    if (arguments.isAtEnd()) {
      session.replies().ok("");
      mechanisms(session).forEach(session.replies()::line);
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
