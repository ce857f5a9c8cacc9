package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;

/** LOGOUT (RFC 9051, 6.1.3). */
record LogoutCommand() implements Command<Client> {

  static Command<Client> parse(ImapReader in) {
    in.end();
    return new LogoutCommand();
  }

  @Override
  public Completion execute(Client client, Responder out) {
    out.bye("", "Logging out.");
    return Completion.ok("LOGOUT completed.").then(Completion.Then.CLOSE);
  }
}
