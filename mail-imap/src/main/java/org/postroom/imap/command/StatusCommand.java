package org.postroom.imap.command;

import java.util.List;
import java.util.Optional;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.imap.command.list.StatusItem;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/** STATUS (RFC 9051, 6.3.11): the mailbox's row says nearly all, no message is read. */
record StatusCommand(MailboxName name, List<StatusItem> items) implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.space();
    MailboxName name = in.mailbox();
    in.space();
    List<StatusItem> items = StatusItem.parse(in);
    in.end();
    return new StatusCommand(name, items);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    MailStore store = state.store();
    Optional<Mailbox> mailbox = store.find(state.account(), name);
    if (mailbox.isEmpty()) {
      throw store.list(state.account()).stream().anyMatch(box -> box.name().isBelow(name))
          ? new Refused("CANNOT", "Mailbox has children and does not exist itself.")
          : new Refused("NONEXISTENT", "Mailbox does not exist.");
    }
    StatusItem.write(store, mailbox.get(), items, out.writer());
    return Completion.ok("STATUS completed.");
  }
}
