package org.postroom.imap.command;

import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Selected;
import org.postroom.imap.session.MailboxView;

/** CLOSE (RFC 9051, 6.4.1): removes what is {@code \\Deleted} without a word, and deselects. */
record CloseCommand() implements Command<Selected> {

  static Command<Selected> parse(ImapReader in) {
    in.end();
    return new CloseCommand();
  }

  @Override
  public Completion execute(Selected state, Responder out) {
    MailboxView view = state.view();
    if (!view.isReadOnly()) {
      state.store().expungeDeleted(view.id(), view.uids());
    }
    state.user().deselect();
    return Completion.ok("CLOSE completed.");
  }
}
