package org.postroom.imap.command;

import java.util.Iterator;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.FlagList;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Selected;
import org.postroom.imap.session.MailboxView;

/** STORE (RFC 9051, 6.4.6): read-modify-write in the store, message by message. */
record StoreCommand(MessageSet messages, boolean uid, FlagChange change, boolean silent)
    implements Command<Selected> {

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
    FlagChange.Mode mode = FlagChange.Mode.REPLACE;
    if (in.take('+')) {
      mode = FlagChange.Mode.ADD;
    } else if (in.take('-')) {
      mode = FlagChange.Mode.REMOVE;
    }
    String item = in.word();
    boolean silent = item.equals("FLAGS.SILENT");
    if (!silent && !item.equals("FLAGS")) {
      throw new BadCommand("Expected FLAGS");
    }
    in.space();
    FlagList flags = in.flags();
    in.end();
    if (flags.isOneTooLong()) {
      throw new Refused("LIMIT", "A keyword has at most " + Keyword.LONGEST + " octets.");
    }
    if (flags.areTooMany()) {
      throw new Refused("LIMIT", "At most " + Mailbox.MAX_KEYWORDS + " keywords are possible.");
    }
    return new StoreCommand(
        messages, uid, new FlagChange(mode, flags.system(), flags.keywords()), silent);
  }

  @Override
  public Completion execute(Selected state, Responder out) {
    MailboxView view = state.view();
    UidSet uids = state.messages(messages, uid);
    if (view.isReadOnly()) {
      // Not NO: some clients would try for ever.
      return Completion.ok("Store ignored with read-only mailbox.");
    }
    if (uids.isEmpty()) {
      return Completion.ok("STORE completed.");
    }
    MailStore.StoreResult result = state.store().store(view.id(), uids, change, Long.MAX_VALUE);
    view.did(result, uids, !silent, out);
    Completion done = Completion.ok("STORE completed.");
    if (silent) {
      return done;
    }
    Iterator<Changes.FlagsRow> rows = result.stored().iterator();
    return Completion.saying(Saying.each(rows, row -> say(row, view, out)), done);
  }

  private void say(Changes.FlagsRow row, MailboxView view, Responder out) {
    int number = view.uids().indexOf(row.uid());
    if (number > 0) {
      view.sayFlags(number, row, out, uid);
    }
  }
}
