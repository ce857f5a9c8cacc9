package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState;

/** ID (RFC 2971): what the client says of itself changes nothing. */
record IdCommand() implements Command<ImapState> {

  static Command<ImapState> parse(ImapReader in) {
    in.space();
    if (!in.at('(')) {
      in.nstring();
    } else {
      in.open();
      for (boolean first = true; !in.close(first); first = false) {
        in.string();
        in.space();
        in.nstring();
      }
    }
    in.end();
    return new IdCommand();
  }

  @Override
  public Completion execute(ImapState state, Responder out) {
    out.writer().ascii("* ID (\"name\" \"Postroom\")").crlf();
    return Completion.ok("ID completed.");
  }
}
