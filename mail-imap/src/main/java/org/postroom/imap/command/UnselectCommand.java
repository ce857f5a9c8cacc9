package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Selected;

/** UNSELECT (RFC 9051, 6.4.2). */
record UnselectCommand() implements Command<Selected> {

  static Command<Selected> parse(ImapReader in) {
    in.end();
    return new UnselectCommand();
  }

  @Override
  public Completion execute(Selected state, Responder out) {
    state.user().deselect();
    return Completion.ok("UNSELECT completed.");
  }
}
