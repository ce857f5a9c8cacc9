package org.postroom.imap.command;

import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.MailboxView;
import org.postroom.imap.session.Patience;
import org.postroom.imap.session.Selected;

/**
 * MOVE (RFC 6851). Messages leave in batches; what has moved stays moved when the connection
 * breaks.
 */
record MoveCommand(MessageSet messages, boolean uid, MailboxName target)
    implements Command<Selected> {
  private static final int BATCH = 2000;

  static Command<Selected> parse(ImapReader in) {
    return parse(in, false);
  }

  static Command<Selected> parseUid(ImapReader in) {
    return parse(in, true);
  }

  private static Command<Selected> parse(ImapReader in, boolean uid) {
    in.space();
    MessageSet messages = in.messageSet();
    in.space();
    MailboxName target = in.mailbox();
    in.end();
    return new MoveCommand(messages, uid, target);
  }

  @Override
  public Completion execute(Selected state, Responder out) {
    UidSet uids = state.messages(messages, uid);
    Mailbox to = state.user().mailbox(target, "TRYCREATE");
    state.mustBeWritable();
    if (uids.isEmpty()) {
      return Completion.ok("No messages moved.");
    }
    MailboxView view = state.view();
    Patience patience = state.user().client().patience(out);
    for (int from = 1; from <= uids.size(); from += BATCH) {
      long last = uids.nth(Math.min(uids.size(), from + BATCH - 1));
      UidSet batch = uids.between(uids.nth(from), last);
      patience.tick();
      MailStore.Copied moved = state.store().move(view.id(), batch, to.id());
      if (!moved.source().isEmpty()) {
        out.ok(CopyCommand.code(moved), "Moved.");
        view.removed(moved.source());
      }
    }
    view.sayRemoved(out);
    return Completion.ok("MOVE completed.");
  }
}
