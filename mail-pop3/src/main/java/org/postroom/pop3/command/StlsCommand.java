package org.postroom.pop3.command;

import org.postroom.core.wire.TlsContext;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Authorization;

/** STLS (RFC 2595, 4): TLS from here on; what came before it is forgotten. */
final class StlsCommand {
  private StlsCommand() {}

  /** Whether there are keys, and TLS is not on yet. */
  static boolean isThere(Pop3Session session) {
    return session.context().tls().isPresent() && session.connection().tls().isEmpty();
  }

  static void execute(Pop3Session session, Authorization state, Arguments arguments) {
    arguments.end();
    if (session.connection().tls().isPresent()) {
      throw new BadCommand("TLS is on already.");
    }
    TlsContext tls =
        session.context().tls().orElseThrow(() -> new BadCommand("TLS is not available."));
    session.enter(Authorization.START);
    session.replies().ok("Begin TLS negotiation now.");
    session.connection().startTls(tls);
  }
}
