package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.UidSet;

/** What has changed in mailboxes since a moment that a client remembers (RFC 7162). */
final class Since {
  private final WholeMailboxes whole;
  private final Catalog catalog;
  private final Database database;

  Since(WholeMailboxes whole, Catalog catalog, Database database) {
    this.whole = whole;
    this.catalog = catalog;
    this.database = database;
  }

  /** See {@link MailStore#changesSince}. */
  Changes changes(MailboxId mailbox, long modSeq) {
    MailboxState known = catalog.mailbox(mailbox.value());
    if (known != null && known.row().highestModSeq() <= modSeq) {
      return new Changes(known.row(), List.of(), UidSet.EMPTY);
    }
    MailboxState state = whole.complete(mailbox);
    List<Changes.FlagsRow> changed = new ArrayList<>();
    UidSet.Builder gone = new UidSet.Builder();
    Messages messages = state.messages();
    Keywords.Naming naming = state.keywords().naming();
    for (int p = 0; p < messages.count(); p++) {
      if (messages.page(p).highestModSeq() > modSeq) {
        Page page = messages.page(p).open();
        for (int i = 0; i < page.count(); i++) {
          if (page.modSeq(i) <= modSeq) {
            continue;
          }
          if (page.live(i)) {
            Flags flags = naming.flags(page.flags(i), page.wide(i));
            changed.add(new Changes.FlagsRow(page.uid(i), flags, page.modSeq(i)));
          } else if (page.born(i) <= modSeq) {
            gone.add(page.uid(i));
          }
        }
      }
    }
    UidSet vanished = gone.build();
    if (modSeq < state.vanishedModSeq()) {
      vanished = vanished.union(purgedSince(mailbox, modSeq));
    }
    return new Changes(state.row(), changed, vanished);
  }

  /** What was expunged and has lost its traces already: for clients that were away for long. */
  private UidSet purgedSince(MailboxId mailbox, long modSeq) {
    return database.read("expunged UIDs", connection -> purged(connection, mailbox, modSeq));
  }

  private static UidSet purged(Connection connection, MailboxId mailbox, long modSeq)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT uids FROM mailbox_vanished"
                + " WHERE mailbox_id = ? AND modseq > ? AND purged = TRUE")) {
      select.setInt(1, mailbox.value());
      select.setLong(2, modSeq);
      UidSet all = UidSet.EMPTY;
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          all = all.union(Octets.decodeUids(found.getBytes(1)));
        }
      }
      return all;
    }
  }
}
