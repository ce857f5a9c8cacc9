package org.postroom.imap.command;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.imap.command.fetch.FetchCommand;
import org.postroom.imap.command.list.ListCommand;
import org.postroom.imap.command.search.SearchCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.session.Authenticated;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.CommandRow;
import org.postroom.imap.session.CommandTable;
import org.postroom.imap.session.Selected;
import org.postroom.imap.session.Stranger;
import org.postroom.imap.session.Sync;

/** The commands: each has its file, its row here, and its transcript. */
public final class ImapCommands implements CommandTable {
  public static final List<CommandRow<?>> ALL =
      List.of(
          row("CAPABILITY", Client.class, Sync.QUIET, CapabilityCommand::parse),
          row("NOOP", Client.class, Sync.FULL, NoopCommand::parse),
          row("LOGOUT", Client.class, Sync.NONE, LogoutCommand::parse),
          row("ID", Client.class, Sync.QUIET, IdCommand::parse),
          row("STARTTLS", Stranger.class, Sync.NONE, StartTlsCommand::parse),
          row("LOGIN", Stranger.class, Sync.NONE, LoginCommand::parse),
          row("AUTHENTICATE", Stranger.class, Sync.NONE, AuthenticateCommand::parse),
          row("ENABLE", Client.class, Sync.QUIET, EnableCommand::parse),
          row("NAMESPACE", Authenticated.class, Sync.QUIET, NamespaceCommand::parse),
          row("LIST", Authenticated.class, Sync.QUIET, ListCommand::parse),
          row("LSUB", Authenticated.class, Sync.QUIET, ListCommand::parseLsub),
          row("XLIST", Authenticated.class, Sync.QUIET, ListCommand::parseXlist),
          row("STATUS", Authenticated.class, Sync.QUIET, StatusCommand::parse),
          row("CREATE", Authenticated.class, Sync.QUIET, CreateCommand::parse),
          row("DELETE", Authenticated.class, Sync.QUIET, DeleteCommand::parse),
          row("RENAME", Authenticated.class, Sync.QUIET, RenameCommand::parse),
          row("SUBSCRIBE", Authenticated.class, Sync.QUIET, SubscribeCommand::parse),
          row("UNSUBSCRIBE", Authenticated.class, Sync.QUIET, SubscribeCommand::parseUnsubscribe),
          selecting("SELECT", SelectCommand::parse),
          selecting("EXAMINE", SelectCommand::parseExamine),
          row("UNSELECT", Selected.class, Sync.NONE, UnselectCommand::parse),
          row("CLOSE", Selected.class, Sync.NONE, CloseCommand::parse),
          row("APPEND", Authenticated.class, Sync.QUIET, AppendCommand::parse),
          row("IDLE", Authenticated.class, Sync.NONE, IdleCommand::parse),
          row("CHECK", Selected.class, Sync.FULL, NoopCommand::parse),
          row("FETCH", Selected.class, Sync.NUMBERS, FetchCommand::parse),
          row("UID FETCH", Selected.class, Sync.UIDS, FetchCommand::parseUid),
          row("STORE", Selected.class, Sync.NUMBERS, StoreCommand::parse),
          row("UID STORE", Selected.class, Sync.UIDS, StoreCommand::parseUid),
          row("SEARCH", Selected.class, Sync.NUMBERS, SearchCommand::parse),
          row("UID SEARCH", Selected.class, Sync.UIDS, SearchCommand::parseUid),
          row("COPY", Selected.class, Sync.FULL, CopyCommand::parse),
          row("UID COPY", Selected.class, Sync.FULL, CopyCommand::parseUid),
          row("MOVE", Selected.class, Sync.FULL, MoveCommand::parse),
          row("UID MOVE", Selected.class, Sync.FULL, MoveCommand::parseUid),
          row("EXPUNGE", Selected.class, Sync.EXPUNGE, ExpungeCommand::parse),
          row("UID EXPUNGE", Selected.class, Sync.EXPUNGE, ExpungeCommand::parseUid));

  private final Map<String, CommandRow<?>> byName = new HashMap<>();

  public ImapCommands() {
    ALL.forEach(row -> byName.put(row.name(), row));
  }

  private static <S> CommandRow<S> row(
      String name, Class<S> state, Sync sync, Function<ImapReader, Command<S>> parse) {
    return new CommandRow<>(name, state, sync, false, parse);
  }

  private static CommandRow<Authenticated> selecting(
      String name, Function<ImapReader, Command<Authenticated>> parse) {
    return new CommandRow<>(name, Authenticated.class, Sync.NONE, true, parse);
  }

  @Override
  public Optional<CommandRow<?>> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }
}
