package org.postroom.imap.command;

import java.util.List;
import org.postroom.core.session.Offers;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.ImapRow;
import org.postroom.imap.session.ImapState;
import org.postroom.imap.session.ImapState.Stranger;
import org.postroom.imap.session.Sync;

/** Commands that need no log-in, and those that lead to one (RFC 9051, 6.1 and 6.2). */
final class StrangersCommands {
  static final List<ImapRow<?>> ROWS =
      List.of(
          ImapRow.of("CAPABILITY", ImapState.class, Sync.QUIET, CapabilityCommand::parse)
              .advertises(Offers.of("IMAP4rev1", "LITERAL+", "SASL-IR")),
          ImapRow.<ImapState>of("NOOP", ImapState.class, Sync.FULL, NoopCommand::parse),
          ImapRow.of("LOGOUT", ImapState.class, Sync.NONE, LogoutCommand::parse),
          ImapRow.of("ID", ImapState.class, Sync.QUIET, IdCommand::parse)
              .ofLength(ImapRow.Length.LONG)
              .advertises(Offers.of("ID")),
          ImapRow.of("ENABLE", ImapState.class, Sync.QUIET, EnableCommand::parse)
              .advertises(Offers.of("ENABLE")),
          ImapRow.of("STARTTLS", Stranger.class, Sync.NONE, StartTlsCommand::parse)
              .advertises(Offers.<Client>of("STARTTLS").when(Client::mayStartTls)),
          ImapRow.of("AUTHENTICATE", Stranger.class, Sync.NONE, AuthenticateCommand::parse)
              .ofLength(ImapRow.Length.TOKEN)
              .advertises(AuthenticateCommand::capabilities),
          ImapRow.of("LOGIN", Stranger.class, Sync.NONE, LoginCommand::parse)
              .advertises(
                  Offers.<Client>of("LOGINDISABLED")
                      .when(client -> !client.isLoggedIn() && !client.mayUsePassword())));

  private StrangersCommands() {}
}
