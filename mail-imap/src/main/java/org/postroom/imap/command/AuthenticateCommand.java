package org.postroom.imap.command;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Stranger;

/**
 * AUTHENTICATE (RFC 9051, 6.2.2), the first answer perhaps in the command itself (RFC 4959).
 *
 * @param initial in base64; null when the client waits to be asked
 */
record AuthenticateCommand(String mechanism, @Nullable String initial)
    implements Command<Stranger> {

  static Command<Stranger> parse(ImapReader in) {
    in.space();
    String mechanism = in.word();
    String initial = in.atEnd() ? null : in.rest();
    return new AuthenticateCommand(mechanism, initial);
  }

  /** What may be used now: in clear nothing that shows the password to whoever listens. */
  static List<String> capabilities(Client client) {
    return client.isLoggedIn()
        ? List.of()
        : client.mechanisms().stream().map("AUTH="::concat).toList();
  }

  @Override
  public Completion execute(Stranger state, Responder out) {
    return new LoggingIn(state.client(), out).byMechanism(mechanism, Optional.ofNullable(initial));
  }
}
