package org.postroom.imap.command;

import java.util.Optional;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.Uid;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;
import org.postroom.imap.session.MailboxView;

/** SELECT and EXAMINE (RFC 9051, 6.3.2). Whatever was selected is closed by then. */
record SelectCommand(MailboxName name, boolean readOnly) implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    return parse(in, false);
  }

  static Command<Authenticated> parseExamine(ImapReader in) {
    return parse(in, true);
  }

  private static Command<Authenticated> parse(ImapReader in, boolean readOnly) {
    in.space();
    MailboxName name = in.mailbox();
    in.end();
    return new SelectCommand(name, readOnly);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    Mailbox mailbox = state.mailbox(name, "NONEXISTENT");
    MailboxView view = state.select(mailbox, readOnly);
    view.sayFlags(out);
    view.sayPermanentFlags(out);
    ImapWriter w = out.writer();
    w.ascii("* ").number(view.uids().size()).ascii(" EXISTS").crlf();
    w.ascii("* ").number(view.recent().size()).ascii(" RECENT").crlf();
    if (mailbox.unseen() > 0) {
      Optional<Uid> first = state.store().firstUnseen(mailbox.id());
      int number = first.map(uid -> view.uids().indexOf(uid.value())).orElse(0);
      if (number > 0) {
        w.ascii("* OK [UNSEEN ").number(number).ascii("] First unseen.").crlf();
      }
    }
    w.ascii("* OK [UIDVALIDITY ").number(view.uidValidity()).ascii("] UIDs valid.").crlf();
    w.ascii("* OK [UIDNEXT ").number(view.uidNext()).ascii("] Predicted next UID.").crlf();
    return readOnly
        ? Completion.ok("READ-ONLY", "EXAMINE completed.")
        : Completion.ok("READ-WRITE", "SELECT completed.");
  }
}
