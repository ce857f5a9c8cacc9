package org.postroom.imap.command;

import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Selected;
import org.postroom.imap.session.MailboxView;

/** EXPUNGE and UID EXPUNGE (RFC 9051, 6.4.3 and 6.4.9). The store's flags count, not the view's. */
record ExpungeCommand(@Nullable MessageSet messages) implements Command<Selected> {

  static Command<Selected> parse(ImapReader in) {
    in.end();
    return new ExpungeCommand(null);
  }

  static Command<Selected> parseUid(ImapReader in) {
    in.space();
    MessageSet messages = in.messageSet();
    in.end();
    return new ExpungeCommand(messages);
  }

  @Override
  public Completion execute(Selected state, Responder out) {
    MailboxView view = state.view();
    if (view.isReadOnly()) {
      return Completion.ok("Expunge ignored with read-only mailbox.");
    }
    UidSet uids = messages == null ? view.uids() : messages.uids(view.uids());
    if (!uids.isEmpty()) {
      view.removed(state.store().expungeDeleted(view.id(), uids));
    }
    return Completion.saying(
        uids.isEmpty() ? Saying.NOTHING : view.sayRemoved(out),
        Completion.ok("EXPUNGE completed."));
  }
}
