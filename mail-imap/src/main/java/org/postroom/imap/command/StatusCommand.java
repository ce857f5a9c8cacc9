package org.postroom.imap.command;

import java.util.List;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.imap.command.list.StatusItem;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Authenticated;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;

/** STATUS (RFC 9051, 6.3.11): the mailbox's row says it all, no message is counted. */
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
    StatusItem.write(state.mailbox(name, "NONEXISTENT"), items, out.writer());
    return Completion.ok("STATUS completed.");
  }
}
