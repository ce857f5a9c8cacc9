package org.postroom.imap.command;

import org.postroom.core.secret.Secret;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Stranger;

/** LOGIN (RFC 9051, 6.2.3). */
record LoginCommand(String login, Secret password) implements Command<Stranger> {

  static Command<Stranger> parse(ImapReader in) {
    in.space();
    String login = in.astringText();
    in.space();
    Secret password = Secret.of(in.astring());
    in.end();
    return new LoginCommand(login, password);
  }

  @Override
  public Completion execute(Stranger state, Responder out) {
    return new LoggingIn(state.client(), out).byPassword(login, password);
  }
}
