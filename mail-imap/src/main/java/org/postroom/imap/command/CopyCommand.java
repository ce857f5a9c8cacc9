package org.postroom.imap.command;

import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.MessageSet;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Selected;

/** COPY (RFC 9051, 6.4.7): all or nothing. */
record CopyCommand(MessageSet messages, boolean uid, MailboxName target)
    implements Command<Selected> {
  private static final int MOST_RUNS = 20_000;

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
    return new CopyCommand(messages, uid, target);
  }

  @Override
  public Completion execute(Selected state, Responder out) {
    UidSet uids = state.messages(messages, uid);
    Mailbox to = state.user().mailbox(target, "TRYCREATE");
    if (uids.isEmpty()) {
      return Completion.ok("No messages copied.");
    }
    if (state.view().isAnyGone(uids)) {
      throw new Refused("EXPUNGEISSUED", "Some of the messages were expunged.");
    }
    MailStore.Copied copied = state.store().copy(state.view().id(), uids, to.id());
    return copied.source().isEmpty()
        ? Completion.ok("No messages copied.")
        : Completion.ok(code(copied), "COPY completed.");
  }

  /**
   * COPYUID (RFC 9051, 7.1); nothing when there are so many gaps that no client reads such a line
   * (it may be left out: RFC 4315, 3).
   */
  static String code(MailStore.Copied copied) {
    if (copied.source().runs() > MOST_RUNS) {
      return "";
    }
    return "COPYUID " + copied.uidValidity() + " " + copied.source() + " " + copied.target();
  }
}
