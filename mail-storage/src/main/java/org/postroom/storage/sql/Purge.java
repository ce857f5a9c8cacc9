package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.refusal.MailboxNotFound;

/**
 * Clears away what nobody can ask for any more: traces of expunged messages after their time of
 * grace, the messages of deleted mailboxes, and bodies with the last row that shares them. In small
 * units, so that mail flows in between.
 */
final class Purge {
  /** So many entries are cleared in one unit. */
  private static final int MOST_ENTRIES = 512;

  /** When those have so many messages, no more of them are. */
  private static final int MOST_MESSAGES = 512;

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

  /**
   * Entries of the mailbox that has the oldest of mailbox_vanished; -1 when there are none. Many of
   * them at once, since a client that expunges message by message makes one for each, and every
   * unit looks through the mailbox's pages.
   */
  private static int traces(Batch batch, long before) throws SQLException {
    batch.flush();
    int mailbox = mailboxOfOldest(batch.statements(), before);
    if (mailbox == 0) {
      return -1;
    }
    batch.durable();
    MailboxState state;
    try {
      state = batch.complete(new MailboxId(mailbox));
    } catch (MailboxNotFound e) {
      batch.op(
          statements ->
              statements.update("DELETE FROM mailbox_vanished WHERE mailbox_id = ?", mailbox));
      return 0;
    }
    List<Vanished> due = due(batch.statements(), mailbox, state.vanishedModSeq(), before);
    List<Vanished> entries =
        due.isEmpty() ? due(batch.statements(), mailbox, 0, before) : due; // the clock went back
    long[] all =
        entries.stream().flatMapToLong(entry -> entry.uids.stream()).sorted().distinct().toArray();
    UidSet uids = UidSet.of(all);
    List<Long> owned = new ArrayList<>();
    List<Long> lent = new ArrayList<>();
    Messages messages = state.messages();
    for (int p = 0; p < state.messages().count(); p++) {
      KeptPage page = state.messages().page(p);
      long first = Math.max(1, (long) page.index() << Page.SHIFT);
      long behind = (page.index() + 1L) << Page.SHIFT;
      if (uids.countUpTo(behind - 1) > uids.countUpTo(first - 1)) {
        messages = messages.with(without(uids, page.open(), state, owned, lent));
      }
    }
    long latest = entries.stream().mapToLong(Vanished::modSeq).max().orElseThrow();
    batch.put(state.with(messages).withVanished(latest));
    batch.op(
        statements -> {
          clear(batch, statements, owned, lent);
          for (Vanished entry : entries) {
            statements.update(
                "UPDATE mailbox_vanished SET purged = TRUE"
                    + " WHERE mailbox_id = ? AND modseq = ? AND part = ?",
                entry.mailbox,
                entry.modSeq,
                entry.part);
          }
        });
    return uids.size();
  }

  /** The page without the traces of {@code uids}, whose keys are added. */
  private static Page without(
      UidSet uids, Page page, MailboxState state, List<Long> owned, List<Long> lent) {
    boolean[] gone = new boolean[page.count()];
    for (int i = 0; i < page.count(); i++) {
      if (!page.live(i) && uids.contains(page.uid(i))) {
        gone[i] = true;
        (page.moved(i) ? lent : owned).add(state.key(page.uid(i)));
      }
    }
    return page.without(gone);
  }

  /** 0 when nothing is due. */
  private static int mailboxOfOldest(Journaled statements, long before) throws SQLException {
    Prepared select =
        statements.of(
            "SELECT mailbox_id FROM mailbox_vanished WHERE purged = FALSE AND expunged_ts < ?"
                + " ORDER BY expunged_ts, mailbox_id, modseq, part LIMIT 1");
    select.setLong(1, before);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }

  /**
   * What is due of a mailbox, oldest first.
   *
   * @param from the mod-sequence up to which all is purged, as a rule
   */
  private static List<Vanished> due(Journaled statements, int mailbox, long from, long before)
      throws SQLException {
    Prepared select =
        statements.of(
            "SELECT modseq, part, uids FROM mailbox_vanished"
                + " WHERE mailbox_id = ? AND modseq >= ? AND purged = FALSE AND expunged_ts < ?"
                + " ORDER BY modseq, part LIMIT "
                + MOST_ENTRIES);
    select.setInt(1, mailbox);
    select.setLong(2, from);
    select.setLong(3, before);
    List<Vanished> entries = new ArrayList<>();
    int messages = 0;
    try (ResultSet rows = select.executeQuery()) {
      while (messages < MOST_MESSAGES && rows.next()) {
        UidSet uids = Octets.decodeUids(rows.getBytes(3));
        entries.add(new Vanished(mailbox, rows.getLong(1), rows.getInt(2), uids));
        messages += uids.size();
      }
    }
    return entries;
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
