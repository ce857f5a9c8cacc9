package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState;

/** CAPABILITY (RFC 9051, 6.1.1). */
record CapabilityCommand() implements Command<ImapState> {

  static Command<ImapState> parse(ImapReader in) {
    in.end();
    return new CapabilityCommand();
  }

  @Override
  public Completion execute(ImapState state, Responder out) {
    out.writer().ascii("* CAPABILITY ").ascii(state.client().capabilities()).crlf();
    return Completion.ok("CAPABILITY completed.");
  }
}
