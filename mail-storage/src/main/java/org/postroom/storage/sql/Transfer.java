package org.postroom.storage.sql;

import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore.Copied;
import org.postroom.core.mailbox.Mailbox;
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
    KeywordMap keywords = new KeywordMap(from, live, to);
    from.messages()
        .forEach(
            live,
            (page, entry) ->
                to.add(
                    page.flags(entry) & Flags.SYSTEM, keywords.of(page, entry), page.size(entry)));
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

  /** What the keywords of messages are marked by in the mailbox where they come. */
  private static final class KeywordMap {
    private final Marks[] marks = new Marks[Mailbox.MAX_KEYWORDS];

    /** The last message's: neighbours often have the same. */
    private Marks last = Marks.NONE;

    private Marks lastResult = Marks.NONE;

    KeywordMap(MailboxState from, UidSet uids, Edit to) throws SQLException {
      Arrays.fill(marks, Marks.NONE);
      // New ones get their numbers in the order of the messages.
      Set<Keyword> names = new LinkedHashSet<>();
      Marks[] seen = {Marks.NONE};
      from.messages()
          .forEach(
              uids,
              (page, entry) -> {
                Marks more = Marks.of(page.flags(entry), page.wide(entry)).minus(seen[0]);
                if (!more.isEmpty()) {
                  seen[0] = seen[0].or(more);
                  names.addAll(from.keywords().names(more));
                }
              });
      Marks unused = to.marks(names);
      for (Keyword name : names) {
        marks[from.keywords().find(name)] = to.known(Set.of(name));
      }
    }

    Marks of(Page page, int entry) {
      Marks before = Marks.of(page.flags(entry), page.wide(entry));
      if (!before.equals(last)) {
        Marks result = Marks.NONE;
        for (int number = 0; number < marks.length; number++) {
          if (before.has(number)) {
            result = result.or(marks[number]);
          }
        }
        last = before;
        lastResult = result;
      }
      return lastResult;
    }
  }
}
