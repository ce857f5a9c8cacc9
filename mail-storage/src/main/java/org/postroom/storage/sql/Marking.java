package org.postroom.storage.sql;

import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailStore.StoreResult;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.TooManyKeywords;
import org.postroom.core.mailbox.UidSet;

/** Changes messages where they lie: their flags, and whether they are there. */
final class Marking {
  private final WholeMailboxes whole;
  private final Catalog catalog;
  private final Watchers watchers;
  private final Clock clock;

  Marking(WholeMailboxes whole, Catalog catalog, Watchers watchers, Clock clock) {
    this.whole = whole;
    this.catalog = catalog;
    this.watchers = watchers;
    this.clock = clock;
  }

  /** See {@link MailStore#store}. */
  StoreResult store(MailboxId mailbox, UidSet uids, FlagChange change, long unchangedSince) {
    return whole.run(
        batch -> {
          Edit edit = Edit.all(batch, watchers, mailbox);
          Storing storing = Storing.of(edit, uids, change, unchangedSince);
          edit.change(uids, storing);
          MailboxState after = storing.any ? edit.done() : edit.before();
          return new StoreResult(
              after.row(),
              edit.before().row().highestModSeq(),
              storing.stored,
              storing.modified.build());
        });
  }

  /** Takes all keywords from messages whose flags will be replaced: that may make room. */
  private record Clearing(long unchangedSince) implements Edit.Change {
    @Override
    public long of(Page page, int entry) {
      boolean touched = page.live(entry) && page.modSeq(entry) <= unchangedSince;
      return touched ? page.flags(entry) & Flags.SYSTEM : Edit.KEEP;
    }

    @Override
    public Wide wide(Page page, int entry) {
      return Wide.NONE;
    }
  }

  /** One STORE on its way through the messages. */
  private static final class Storing implements Edit.Change {
    private final Edit edit;
    private final FlagChange.Mode mode;
    private final long given;
    private final Marks marks;
    private final Keywords.Naming naming;
    private final long unchangedSince;
    private final List<Changes.FlagsRow> stored;
    private final UidSet.Builder modified = new UidSet.Builder();
    private boolean any;

    /** The last message's, so that equal ones stay one object. */
    private Wide before = Wide.NONE;

    private Wide after;

    private Storing(Edit edit, int uids, FlagChange change, Marks marks, long unchangedSince) {
      this.edit = edit;
      this.mode = change.mode();
      this.given = change.system() | marks.word();
      this.marks = marks;
      this.naming = edit.naming();
      this.unchangedSince = unchangedSince;
      this.stored = new ArrayList<>(Math.min(uids, 100_000));
      this.after = changed(before);
    }

    static Storing of(Edit edit, UidSet uids, FlagChange change, long unchangedSince)
        throws SQLException {
      Marks marks = edit.known(change.keywords());
      if (change.mode() != FlagChange.Mode.REMOVE && !uids.isEmpty()) {
        if (change.mode() == FlagChange.Mode.REPLACE && edit.isShortOf(change.keywords())) {
          edit.change(uids, new Clearing(unchangedSince));
        }
        marks = edit.marks(change.keywords());
        if (!edit.leftOut().isEmpty()) {
          throw new TooManyKeywords(
              "A mailbox can have " + Mailbox.MAX_KEYWORDS + " different keywords");
        }
      }
      return new Storing(edit, uids.size(), change, marks, unchangedSince);
    }

    @Override
    public long of(Page page, int entry) {
      if (!page.live(entry)) {
        return Edit.KEEP;
      }
      long uid = page.uid(entry);
      // One with this edit's mod-sequence was cleared before.
      if (page.modSeq(entry) > unchangedSince && page.modSeq(entry) != edit.modSeq()) {
        modified.add(uid);
        return Edit.KEEP;
      }
      long flags = page.flags(entry);
      long now =
          switch (mode) {
            case ADD -> flags | given;
            case REMOVE -> flags & ~given;
            case REPLACE -> given;
          };
      Wide wide = wide(page, entry);
      boolean same = now == flags && wide.equals(page.wide(entry));
      long modSeq = same ? page.modSeq(entry) : edit.modSeq();
      stored.add(new Changes.FlagsRow(uid, naming.flags(now, wide), modSeq));
      any |= !same;
      return same ? Edit.KEEP : now;
    }

    @Override
    public Wide wide(Page page, int entry) {
      Wide now = page.wide(entry);
      if (!now.equals(before)) {
        before = now;
        after = changed(now);
      }
      return after;
    }

    private Wide changed(Wide wide) {
      return switch (mode) {
        case ADD -> wide.or(marks.wide());
        case REMOVE -> wide.minus(marks.wide());
        case REPLACE -> marks.wide();
      };
    }
  }

  /** See {@link MailStore#expungeDeleted}. */
  UidSet expungeDeleted(MailboxId mailbox, UidSet uids) {
    MailboxState known = catalog.mailbox(mailbox.value());
    if (known != null && known.row().deleted() == 0) {
      return UidSet.EMPTY;
    }
    return expunge(mailbox, uids, Flags.DELETED);
  }

  /** Expunges those that have all flags of {@code mask}. */
  UidSet expunge(MailboxId mailbox, UidSet uids, long mask) {
    return whole.run(
        batch -> {
          Edit edit = Edit.all(batch, watchers, mailbox);
          UidSet.Builder gone = new UidSet.Builder();
          edit.change(
              uids,
              (page, entry) -> {
                if (!page.live(entry) || (page.flags(entry) & mask) != mask) {
                  return Edit.KEEP;
                }
                gone.add(page.uid(entry));
                return Edit.EXPUNGE;
              });
          UidSet vanished = gone.build();
          if (!vanished.isEmpty()) {
            edit.done();
            edit.vanished(vanished, clock.millis());
          }
          return vanished;
        });
  }
}
