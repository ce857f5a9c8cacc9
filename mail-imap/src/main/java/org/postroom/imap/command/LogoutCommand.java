package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState;

/** LOGOUT (RFC 9051, 6.1.3). */
record LogoutCommand() implements Command<ImapState> {

  static Command<ImapState> parse(ImapReader in) {
    in.end();
    return new LogoutCommand();
  }

  @Override
  public Completion execute(ImapState state, Responder out) {
    out.bye("", "Logging out.");
    return Completion.ok("LOGOUT completed.").then(Completion.Then.CLOSE);
  }
}
