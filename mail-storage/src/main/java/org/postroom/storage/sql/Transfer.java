package org.postroom.storage.sql;

import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore.Copied;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.quota.QuotaRules.Coming;

/** Brings messages from one mailbox to another, as copies or for good. */
final class Transfer {
  private static final String COPY_RANGE =
      "INSERT INTO mailbox_message (id, message_id, internal_ts, internal_offset, saved_ts, header)"
          + " SELECT id + ?, message_id, internal_ts, internal_offset, ?, header"
          + " FROM mailbox_message WHERE id BETWEEN ? AND ?";

  private final Database database;
  private final Watchers watchers;
  private final Clock clock;

  Transfer(Database database, Watchers watchers, Clock clock) {
    this.database = database;
    this.watchers = watchers;
    this.clock = clock;
  }

  /** Within a unit of work on whole mailboxes. */
  Copied run(Batch batch, MailboxId source, UidSet uids, MailboxId target, boolean move)
      throws SQLException {
    MailboxState from = batch.complete(source);
    UidSet live = uids.intersect(from.messages().live());
    MailboxState known = batch.mailbox(target);
    if (live.isEmpty()) {
      return new Copied(known.row().uidValidity(), UidSet.EMPTY, UidSet.EMPTY);
    }
    long[] octets = new long[1];
    from.messages().forEach(live, (page, entry) -> octets[0] += page.size(entry));
    AccountState owner = batch.account(known.row().account());
    boolean counts = !batch.quotas().ignores(from.row().name().value());
    if (!move || !counts || !owner.id().equals(from.row().account())) {
      String into = known.row().name().value();
      QuotaRoom.check(batch, owner, new Coming(into, octets[0], live.size(), 0, false));
    }
    Edit to = Edit.tail(batch, watchers, target);
    long first = to.uidNext();
    KeywordMap keywords = new KeywordMap(from.row().keywords(), to);
    from.messages()
        .forEach(live, (page, entry) -> to.add(keywords.map(page.flags(entry)), page.size(entry)));
    UidSet given = UidSet.range(first, to.uidNext() - 1);
    to.changed();
    copyRows(batch, from, live, known, first, move);
    if (move) {
      Edit out = Edit.all(batch, watchers, source);
      out.change(live, (page, entry) -> Edit.MOVE);
      out.changed();
      out.vanished(live, clock.millis());
    }
    to.warn();
    return new Copied(known.row().uidValidity(), live, given);
  }

  private void copyRows(
      Batch batch, MailboxState from, UidSet uids, MailboxState to, long first, boolean move) {
    long now = clock.millis();
    String share = database.dialect().shareRange();
    batch.op(
        statements -> {
          if (!move) {
            for (int run = 0; run < uids.runs(); run++) {
              statements.update(share, from.key(uids.runFirst(run)), from.key(uids.runLast(run)));
            }
          }
          long next = first;
          for (int run = 0; run < uids.runs(); run++) {
            long start = from.key(uids.runFirst(run));
            long end = from.key(uids.runLast(run));
            statements.update(COPY_RANGE, to.key(next) - start, now, start, end);
            next += end - start + 1;
          }
        });
  }

  /** Translates keyword bits from one mailbox to another, learning positions as they come up. */
  private static final class KeywordMap {
    private final List<Keyword> names;
    private final Edit target;
    private final Map<Integer, Long> known = new HashMap<>();

    KeywordMap(List<Keyword> names, Edit target) {
      this.names = names;
      this.target = target;
    }

    long map(long flags) {
      long result = flags & Flags.SYSTEM;
      long rest = flags >>> 8;
      while (rest != 0) {
        int position = Long.numberOfTrailingZeros(rest);
        result |= known.computeIfAbsent(position, p -> target.bits(Set.of(names.get(p))));
        rest &= rest - 1;
      }
      return result;
    }
  }
}
