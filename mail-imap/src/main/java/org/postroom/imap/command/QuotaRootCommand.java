package org.postroom.imap.command;

import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.quota.QuotaUse;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/**
 * GETQUOTAROOT (RFC 9208, 4.1.2): which quota limits a mailbox, that need not exist, and what it
 * is.
 */
record QuotaRootCommand(MailboxName name) implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    in.space();
    MailboxName name = in.mailbox();
    in.end();
    return new QuotaRootCommand(name);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    QuotaUse use = state.use();
    ImapWriter writer = out.writer().ascii("* QUOTAROOT ").mailbox(name);
    if (QuotaCommand.isLimited(use)) {
      writer.space().astring(QuotaUse.ROOT).crlf();
      QuotaCommand.write(use, writer);
    } else {
      writer.crlf();
    }
    return Completion.ok("GETQUOTAROOT completed.");
  }
}
