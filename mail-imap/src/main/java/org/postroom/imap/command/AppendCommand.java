package org.postroom.imap.command;

import org.postroom.core.mailbox.MailboxName;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/**
 * APPEND (RFC 9051, 6.3.12), of several messages too (RFC 3502). The messages come while the
 * command runs ({@link Appending}).
 *
 * @param in stands before the first message's flags, date or literal
 */
record AppendCommand(MailboxName target, ImapReader in) implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.space();
    MailboxName target = in.mailbox();
    in.space();
    return new AppendCommand(target, in);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    return new Appending(state, state.mailbox(target, "TRYCREATE"), in, out).next();
  }
}
