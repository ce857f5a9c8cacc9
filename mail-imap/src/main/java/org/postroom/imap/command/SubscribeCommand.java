package org.postroom.imap.command;

import org.postroom.core.mailbox.MailboxName;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/** SUBSCRIBE and UNSUBSCRIBE (RFC 9051, 6.3.7 and 6.3.8). */
record SubscribeCommand(MailboxName name, boolean on) implements Command<Authenticated> {

  static Command<Authenticated> parse(ImapReader in) {
    return parse(in, true);
  }

  static Command<Authenticated> parseUnsubscribe(ImapReader in) {
    return parse(in, false);
  }

  private static Command<Authenticated> parse(ImapReader in, boolean on) {
    in.space();
    MailboxName name = in.mailbox();
    in.end();
    return new SubscribeCommand(name, on);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    if (on) {
      state.mailbox(name, "NONEXISTENT");
      state.store().subscribe(state.account(), name);
      return Completion.ok("SUBSCRIBE completed.");
    }
    state.store().unsubscribe(state.account(), name);
    return Completion.ok("UNSUBSCRIBE completed.");
  }
}
