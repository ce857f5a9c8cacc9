package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;

/** CAPABILITY (RFC 9051, 6.1.1). */
record CapabilityCommand() implements Command<Client> {

  static Command<Client> parse(ImapReader in) {
    in.end();
    return new CapabilityCommand();
  }

  @Override
  public Completion execute(Client client, Responder out) {
    out.writer().ascii("* CAPABILITY ").ascii(client.capabilities()).crlf();
    return Completion.ok("CAPABILITY completed.");
  }
}
