package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/** SETQUOTA (RFC 9208, 4.1.3): nobody who logs in may. QUOTASET is not advertised. */
record SetQuotaCommand() implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.space();
    String unusedRoot = in.astringText();
    in.space();
    in.open();
    for (boolean first = true; !in.close(first); first = false) {
      String unusedResource = in.word();
      in.space();
      long unusedLimit = in.number();
    }
    in.end();
    return new SetQuotaCommand();
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    throw new Refused("NOPERM", "Quota can be changed by the administrator only.");
  }
}
