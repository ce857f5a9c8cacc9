package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/** IDLE (RFC 2177). */
record IdleCommand() implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.end();
    return new IdleCommand();
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    return state.client().idle(out);
  }
}
