package org.postroom.imap.command;

import java.util.PrimitiveIterator;
import java.util.stream.IntStream;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Selected;
import org.postroom.imap.session.MailboxView;
import org.postroom.imap.session.Patience;

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
    PrimitiveIterator.OfInt batches =
        IntStream.iterate(1, from -> from <= uids.size(), from -> from + BATCH).iterator();
    Saying batchByBatch =
        Saying.each(
            batches,
            from -> {
              patience.tick();
              long last = uids.nth(Math.min(uids.size(), from + BATCH - 1));
              move(view, uids.between(uids.nth(from), last), to, state.store(), out);
            });
    return Completion.saying(
        batchByBatch.then(() -> view.sayRemoved(out)), Completion.ok("MOVE completed."));
  }

  private static void move(
      MailboxView view, UidSet batch, Mailbox to, MailStore store, Responder out) {
    MailStore.Copied moved = store.move(view.id(), batch, to.id());
    if (!moved.source().isEmpty()) {
      out.ok(CopyCommand.code(moved), "Moved.");
      view.removed(moved.source());
    }
  }
}
