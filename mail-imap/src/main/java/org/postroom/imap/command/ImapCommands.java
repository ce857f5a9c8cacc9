package org.postroom.imap.command;

import java.util.List;
import org.postroom.core.session.CommandTable;
import org.postroom.core.session.Offers;
import org.postroom.imap.command.fetch.FetchCommand;
import org.postroom.imap.command.list.ListCommand;
import org.postroom.imap.command.search.SearchCommand;
import org.postroom.imap.param.ImapParams;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.ImapRow;
import org.postroom.imap.session.ImapState;
import org.postroom.imap.session.ImapState.Authenticated;
import org.postroom.imap.session.ImapState.Selected;
import org.postroom.imap.session.ImapState.Stranger;
import org.postroom.imap.session.Sync;

/** The commands: each has its file, its row here, and its transcript. */
public final class ImapCommands {

  /** In the order of CAPABILITY's answer, as far as they add to it. */
  public static final CommandTable<Client, ImapRow<?>> ALL =
      new CommandTable<>(
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
              ImapRow.of("IDLE", Authenticated.class, Sync.NONE, IdleCommand::parse)
                  .advertises(Offers.of("IDLE")),
              ImapRow.of("STARTTLS", Stranger.class, Sync.NONE, StartTlsCommand::parse)
                  .advertises(Offers.<Client>of("STARTTLS").when(Client::mayStartTls)),
              ImapRow.of("AUTHENTICATE", Stranger.class, Sync.NONE, AuthenticateCommand::parse)
                  .ofLength(ImapRow.Length.TOKEN)
                  .advertises(AuthenticateCommand::capabilities),
              ImapRow.of("LOGIN", Stranger.class, Sync.NONE, LoginCommand::parse)
                  .advertises(
                      Offers.<Client>of("LOGINDISABLED")
                          .when(client -> !client.isLoggedIn() && !client.mayUsePlaintext())),
              ImapRow.of("NAMESPACE", Authenticated.class, Sync.QUIET, NamespaceCommand::parse)
                  .advertises(loggedIn("NAMESPACE")),
              ImapRow.of("LIST", Authenticated.class, Sync.QUIET, ListCommand::parse)
                  .advertises(loggedIn("CHILDREN", "LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE")),
              ImapRow.of("LSUB", Authenticated.class, Sync.QUIET, ListCommand::parseLsub),
              ImapRow.of("XLIST", Authenticated.class, Sync.QUIET, ListCommand::parseXlist),
              ImapRow.of("STATUS", Authenticated.class, Sync.QUIET, StatusCommand::parse)
                  .advertises(loggedIn("STATUS=SIZE")),
              ImapRow.of("CREATE", Authenticated.class, Sync.QUIET, CreateCommand::parse)
                  .advertises(loggedIn("CREATE-SPECIAL-USE")),
              ImapRow.of("DELETE", Authenticated.class, Sync.QUIET, DeleteCommand::parse),
              ImapRow.of("RENAME", Authenticated.class, Sync.QUIET, RenameCommand::parse),
              ImapRow.of("SUBSCRIBE", Authenticated.class, Sync.QUIET, SubscribeCommand::parse),
              ImapRow.of(
                  "UNSUBSCRIBE",
                  Authenticated.class,
                  Sync.QUIET,
                  SubscribeCommand::parseUnsubscribe),
              ImapRow.of("SELECT", Authenticated.class, Sync.NONE, SelectCommand::parse)
                  .endingSelection(),
              ImapRow.of("EXAMINE", Authenticated.class, Sync.NONE, SelectCommand::parseExamine)
                  .endingSelection(),
              ImapRow.of("UNSELECT", Selected.class, Sync.NONE, UnselectCommand::parse)
                  .advertises(loggedIn("UNSELECT")),
              ImapRow.of("CLOSE", Selected.class, Sync.NONE, CloseCommand::parse),
              ImapRow.of("APPEND", Authenticated.class, Sync.QUIET, AppendCommand::parse)
                  .advertises(ImapCommands::appending),
              ImapRow.<Selected>of("CHECK", Selected.class, Sync.FULL, NoopCommand::parse),
              ImapRow.of("FETCH", Selected.class, Sync.NUMBERS, FetchCommand::parse),
              ImapRow.of("UID FETCH", Selected.class, Sync.UIDS, FetchCommand::parseUid),
              ImapRow.of("STORE", Selected.class, Sync.NUMBERS, StoreCommand::parse),
              ImapRow.of("UID STORE", Selected.class, Sync.UIDS, StoreCommand::parseUid),
              ImapRow.of("SEARCH", Selected.class, Sync.NUMBERS, SearchCommand::parse)
                  .advertises(loggedIn("ESEARCH")),
              ImapRow.of("UID SEARCH", Selected.class, Sync.UIDS, SearchCommand::parseUid),
              ImapRow.of("COPY", Selected.class, Sync.FULL, CopyCommand::parse),
              ImapRow.of("UID COPY", Selected.class, Sync.FULL, CopyCommand::parseUid),
              ImapRow.of("MOVE", Selected.class, Sync.FULL, MoveCommand::parse)
                  .advertises(loggedIn("MOVE")),
              ImapRow.of("UID MOVE", Selected.class, Sync.FULL, MoveCommand::parseUid),
              ImapRow.of("EXPUNGE", Selected.class, Sync.EXPUNGE, ExpungeCommand::parse),
              ImapRow.of("UID EXPUNGE", Selected.class, Sync.EXPUNGE, ExpungeCommand::parseUid)
                  .advertises(loggedIn("UIDPLUS"))));

  private ImapCommands() {}

  private static Offers<Client> loggedIn(String... capabilities) {
    return Offers.<Client>of(capabilities).when(Client::isLoggedIn);
  }

  private static List<String> appending(Client client) {
    return client.isLoggedIn()
        ? List.of(
            "MULTIAPPEND",
            "UTF8=ACCEPT",
            "APPENDLIMIT=" + client.services().settings().get(ImapParams.APPEND_LIMIT))
        : List.of();
  }
}
