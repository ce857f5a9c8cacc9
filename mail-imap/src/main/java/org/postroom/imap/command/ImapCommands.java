package org.postroom.imap.command;

import java.util.List;
import java.util.stream.Stream;
import org.postroom.core.session.CommandTable;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.ImapRow;

/**
 * The commands: each has its file, its row in the list of those of its state, and its transcript.
 */
public final class ImapCommands {

  /** In the order of CAPABILITY's answer, as far as they add to it. */
  public static final CommandTable<Client, ImapRow<?>> ALL =
      new CommandTable<>(
          Stream.of(StrangersCommands.ROWS, MailboxesCommands.ROWS, MessagesCommands.ROWS)
              .<ImapRow<?>>flatMap(List::stream)
              .toList());

  private ImapCommands() {}
}
