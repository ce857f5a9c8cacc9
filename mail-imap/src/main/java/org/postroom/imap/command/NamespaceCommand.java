package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/** NAMESPACE (RFC 2342): everything is personal, without a prefix. */
record NamespaceCommand() implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.end();
    return new NamespaceCommand();
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    out.writer().ascii("* NAMESPACE ((\"\" \"/\")) NIL NIL").crlf();
    return Completion.ok("NAMESPACE completed.");
  }
}
