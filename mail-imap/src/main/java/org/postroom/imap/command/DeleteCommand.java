package org.postroom.imap.command;

import java.util.Optional;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/** DELETE (RFC 9051, 6.3.5). Children stay; the own selection ends with its mailbox. */
record DeleteCommand(MailboxName name) implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.space();
    MailboxName name = in.mailbox();
    in.end();
    return new DeleteCommand(name);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    if (name.isInbox()) {
      throw new Refused("CANNOT", "INBOX stays.");
    }
    Optional<Mailbox> mailbox = state.store().find(state.account(), name);
    if (mailbox.isEmpty()) {
      boolean parent =
          state.store().list(state.account()).stream().anyMatch(m -> m.name().isBelow(name));
      throw parent
          ? new Refused("HASCHILDREN", "Mailbox has children and does not exist itself.")
          : new Refused("NONEXISTENT", "Mailbox does not exist.");
    }
    boolean own = state.hasSelected(mailbox.get().id());
    state.store().delete(mailbox.get().id());
    if (own) {
      state.closePrevious(out);
    }
    return Completion.ok("DELETE completed.");
  }
}
