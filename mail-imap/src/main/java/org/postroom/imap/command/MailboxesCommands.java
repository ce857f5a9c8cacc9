package org.postroom.imap.command;

import java.util.List;
import org.postroom.core.session.Offers;
import org.postroom.imap.command.list.ListCommand;
import org.postroom.imap.param.ImapParams;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.ImapRow;
import org.postroom.imap.session.ImapState.Authenticated;
import org.postroom.imap.session.Sync;

/** Commands about mailboxes as a whole, for who has logged in (RFC 9051, 6.3). */
final class MailboxesCommands {
  static final List<ImapRow<?>> ROWS =
      List.of(
          ImapRow.of("IDLE", Authenticated.class, Sync.NONE, IdleCommand::parse)
              .advertises(Offers.of("IDLE")),
          ImapRow.of("NAMESPACE", Authenticated.class, Sync.QUIET, NamespaceCommand::parse)
              .advertisesToUsers("NAMESPACE"),
          ImapRow.of("LIST", Authenticated.class, Sync.QUIET, ListCommand::parse)
              .advertisesToUsers("CHILDREN", "LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE"),
          ImapRow.of("LSUB", Authenticated.class, Sync.QUIET, ListCommand::parseLsub),
          ImapRow.of("XLIST", Authenticated.class, Sync.QUIET, ListCommand::parseXlist),
          ImapRow.of("STATUS", Authenticated.class, Sync.QUIET, StatusCommand::parse)
              .advertisesToUsers("STATUS=SIZE"),
          ImapRow.of("GETQUOTAROOT", Authenticated.class, Sync.QUIET, QuotaRootCommand::parse)
              .advertisesToUsers("QUOTA", "QUOTA=RES-STORAGE", "QUOTA=RES-MESSAGE"),
          ImapRow.of("GETQUOTA", Authenticated.class, Sync.QUIET, QuotaCommand::parse),
          ImapRow.of("SETQUOTA", Authenticated.class, Sync.QUIET, SetQuotaCommand::parse),
          ImapRow.of("CREATE", Authenticated.class, Sync.QUIET, CreateCommand::parse)
              .advertisesToUsers("CREATE-SPECIAL-USE"),
          ImapRow.of("DELETE", Authenticated.class, Sync.QUIET, DeleteCommand::parse),
          ImapRow.of("RENAME", Authenticated.class, Sync.QUIET, RenameCommand::parse),
          ImapRow.of("SUBSCRIBE", Authenticated.class, Sync.QUIET, SubscribeCommand::parse),
          ImapRow.of(
              "UNSUBSCRIBE", Authenticated.class, Sync.QUIET, SubscribeCommand::parseUnsubscribe),
          ImapRow.of("SELECT", Authenticated.class, Sync.NONE, SelectCommand::parse)
              .endingSelection(),
          ImapRow.of("EXAMINE", Authenticated.class, Sync.NONE, SelectCommand::parseExamine)
              .endingSelection(),
          ImapRow.of("APPEND", Authenticated.class, Sync.QUIET, AppendCommand::parse)
              .advertises(MailboxesCommands::appending));

  private MailboxesCommands() {}

  private static List<String> appending(Client client) {
    return client.isLoggedIn()
        ? List.of(
            "MULTIAPPEND",
            "UTF8=ACCEPT",
            "APPENDLIMIT=" + client.services().settings().get(ImapParams.APPEND_LIMIT))
        : List.of();
  }
}
