package org.postroom.imap.command;

import org.postroom.core.mailbox.MailboxName;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/** RENAME (RFC 9051, 6.3.6). */
record RenameCommand(MailboxName from, MailboxName to) implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.space();
    MailboxName from = in.mailbox();
    in.space();
    MailboxName to = in.mailbox();
    in.end();
    return new RenameCommand(from, to);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    if (to.value().indexOf('*') >= 0 || to.value().indexOf('%') >= 0) {
      throw new Refused("CANNOT", "Mailbox name has a wildcard.");
    }
    state.store().rename(state.account(), from, to);
    return Completion.ok("RENAME completed.");
  }
}
