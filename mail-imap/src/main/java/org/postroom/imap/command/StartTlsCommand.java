package org.postroom.imap.command;

import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Stranger;

/** STARTTLS (RFC 9051, 6.2.1). What came before the handshake is forgotten. */
record StartTlsCommand() implements Command<Stranger> {

  static Command<Stranger> parse(ImapReader in) {
    in.end();
    return new StartTlsCommand();
  }

  @Override
  public Completion execute(Stranger state, Responder out) {
    if (!state.client().mayStartTls()) {
      throw new BadCommand("TLS is not available.");
    }
    return Completion.ok("Begin TLS negotiation now.").then(Completion.Then.START_TLS);
  }
}
