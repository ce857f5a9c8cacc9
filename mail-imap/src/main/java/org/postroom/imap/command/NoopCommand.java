package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState;

/** NOOP and CHECK (RFC 9051, 6.1.2; RFC 3501, 6.4.1): the sync point is all they do. */
record NoopCommand<S extends ImapState>() implements Command<S> {

  static <S extends ImapState> Command<S> parse(ImapReader in) {
    in.end();
    return new NoopCommand<>();
  }

  @Override
  public Completion execute(S state, Responder out) {
    return Completion.ok("Completed.");
  }
}
