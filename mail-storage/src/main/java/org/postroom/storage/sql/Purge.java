package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxNotFound;
import org.postroom.core.mailbox.UidSet;

/**
 * Clears away what nobody can ask for any more: traces of expunged messages after their time of
 * grace, the messages of deleted mailboxes, and bodies with the last row that shares them. In small
 * units, so that mail flows in between.
 */
final class Purge {
  private final WholeMailboxes units;

  Purge(WholeMailboxes units) {
    this.units = units;
  }

  /** Clears away what was expunged or removed before {@code before} (milliseconds). */
  int run(long before) {
    int total = 0;
    int cleared;
    do {
      cleared = units.run(batch -> traces(batch, before));
      total += Math.max(0, cleared);
    } while (cleared >= 0);
    do {
      cleared = units.run(Purge::removed);
      total += Math.max(0, cleared);
    } while (cleared >= 0);
    return total;
  }

  private record Vanished(int mailbox, long modSeq, int part, UidSet uids) {}

  /** One entry of mailbox_vanished; -1 when there is none. */
  private static int traces(Batch batch, long before) throws SQLException {
    batch.flush();
    Vanished entry = oldest(batch.statements(), before);
    if (entry == null) {
      return -1;
    }
    batch.durable();
    MailboxState state;
    try {
      state = batch.complete(new MailboxId(entry.mailbox));
    } catch (MailboxNotFound e) {
      batch.op(
          statements ->
              statements.update(
                  "DELETE FROM mailbox_vanished WHERE mailbox_id = ?", entry.mailbox));
      return 0;
    }
    List<Long> owned = new ArrayList<>();
    List<Long> lent = new ArrayList<>();
    Messages messages = state.messages();
    for (int p = 0; p < state.messages().count(); p++) {
      Page page = state.messages().page(p);
      boolean[] gone = new boolean[page.count()];
      boolean any = false;
      for (int i = 0; i < page.count(); i++) {
        if (!page.live(i) && entry.uids.contains(page.uid(i))) {
          gone[i] = true;
          any = true;
          (page.moved(i) ? lent : owned).add(state.key(page.uid(i)));
        }
      }
      if (any) {
        messages = messages.with(page.without(gone));
      }
    }
    batch.put(state.with(messages).withVanished(entry.modSeq));
    batch.op(
        statements -> {
          clear(batch, statements, owned, lent);
          statements.update(
              "UPDATE mailbox_vanished SET purged = TRUE"
                  + " WHERE mailbox_id = ? AND modseq = ? AND part = ?",
              entry.mailbox,
              entry.modSeq,
              entry.part);
        });
    return entry.uids.size();
  }

  private static @Nullable Vanished oldest(Journaled statements, long before) throws SQLException {
    Prepared select =
        statements.of(
            "SELECT mailbox_id, modseq, part, uids FROM mailbox_vanished"
                + " WHERE purged = FALSE AND expunged_ts < ?"
                + " ORDER BY expunged_ts, mailbox_id, modseq, part LIMIT 1");
    select.setLong(1, before);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next()
          ? new Vanished(
              rows.getInt(1), rows.getLong(2), rows.getInt(3), Octets.decodeUids(rows.getBytes(4)))
          : null;
    }
  }

  private static void clear(Batch batch, Journaled statements, List<Long> owned, List<Long> lent)
      throws SQLException {
    for (Long key : owned) {
      long message = messageOf(statements, key);
      statements.update("DELETE FROM mailbox_message WHERE id = ?", key);
      Sharing.release(batch, statements, message);
    }
    for (Long key : lent) {
      statements.update("DELETE FROM mailbox_message WHERE id = ?", key);
    }
  }

  private static long messageOf(Journaled statements, long key) throws SQLException {
    Prepared select = statements.of("SELECT message_id FROM mailbox_message WHERE id = ?");
    select.setLong(1, key);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  /** One page of a deleted mailbox; -1 when there is none. */
  private static int removed(Batch batch) throws SQLException {
    batch.flush();
    Journaled statements = batch.statements();
    int mailbox = (int) batch.number("SELECT MIN(mailbox_id) FROM mailbox_removed");
    if (mailbox == 0) {
      return -1;
    }
    batch.durable();
    long key =
        batch.number(
            "SELECT MIN(id) FROM mailbox_page WHERE id BETWEEN ? AND ?",
            (long) mailbox << 32,
            (long) mailbox << 32 | 0xFFFF_FFFFL);
    Page page = key == 0 ? null : Loading.page(statements, mailbox, (int) key);
    if (page == null) {
      batch.op(
          s -> {
            s.update("DELETE FROM mailbox_vanished WHERE mailbox_id = ?", mailbox);
            s.update("DELETE FROM mailbox_removed WHERE mailbox_id = ?", mailbox);
          });
      return 0;
    }
    List<Long> owned = new ArrayList<>();
    List<Long> lent = new ArrayList<>();
    for (int i = 0; i < page.count(); i++) {
      (page.moved(i) ? lent : owned).add((long) mailbox << 32 | page.uid(i));
    }
    batch.op(
        s -> {
          clear(batch, s, owned, lent);
          s.update("DELETE FROM mailbox_page WHERE id = ?", key);
        });
    return page.count();
  }
}
