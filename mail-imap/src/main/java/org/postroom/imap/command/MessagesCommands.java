package org.postroom.imap.command;

import java.util.List;
import org.postroom.imap.command.fetch.FetchCommand;
import org.postroom.imap.command.search.SearchCommand;
import org.postroom.imap.session.ImapRow;
import org.postroom.imap.session.ImapState.Selected;
import org.postroom.imap.session.Sync;

/** Commands about the messages of the selected mailbox (RFC 9051, 6.4). */
final class MessagesCommands {
  static final List<ImapRow<?>> ROWS =
      List.of(
          ImapRow.of("UNSELECT", Selected.class, Sync.NONE, UnselectCommand::parse)
              .advertisesToUsers("UNSELECT"),
          ImapRow.of("CLOSE", Selected.class, Sync.NONE, CloseCommand::parse),
          ImapRow.<Selected>of("CHECK", Selected.class, Sync.FULL, NoopCommand::parse),
          ImapRow.of("FETCH", Selected.class, Sync.NUMBERS, FetchCommand::parse),
          ImapRow.of("UID FETCH", Selected.class, Sync.UIDS, FetchCommand::parseUid),
          ImapRow.of("STORE", Selected.class, Sync.NUMBERS, StoreCommand::parse),
          ImapRow.of("UID STORE", Selected.class, Sync.UIDS, StoreCommand::parseUid),
          ImapRow.of("SEARCH", Selected.class, Sync.NUMBERS, SearchCommand::parse)
              .advertisesToUsers("ESEARCH"),
          ImapRow.of("UID SEARCH", Selected.class, Sync.UIDS, SearchCommand::parseUid),
          ImapRow.of("COPY", Selected.class, Sync.FULL, CopyCommand::parse),
          ImapRow.of("UID COPY", Selected.class, Sync.FULL, CopyCommand::parseUid),
          ImapRow.of("MOVE", Selected.class, Sync.FULL, MoveCommand::parse)
              .advertisesToUsers("MOVE"),
          ImapRow.of("UID MOVE", Selected.class, Sync.FULL, MoveCommand::parseUid),
          ImapRow.of("EXPUNGE", Selected.class, Sync.EXPUNGE, ExpungeCommand::parse),
          ImapRow.of("UID EXPUNGE", Selected.class, Sync.EXPUNGE, ExpungeCommand::parseUid)
              .advertisesToUsers("UIDPLUS"));

  private MessagesCommands() {}
}
