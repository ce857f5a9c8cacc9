package org.postroom.storage.sql;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailStore.StoreResult;
import org.postroom.core.mailbox.MailboxId;
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
          boolean grows = change.mode() != FlagChange.Mode.REMOVE && !uids.isEmpty();
          long bits =
              change.system()
                  | (grows ? edit.bits(change.keywords()) : edit.knownBits(change.keywords()));
          List<Changes.FlagsRow> stored = new ArrayList<>(Math.min(uids.size(), 100_000));
          UidSet.Builder modified = new UidSet.Builder();
          boolean[] any = new boolean[1];
          edit.change(
              uids,
              (page, entry) -> {
                if (!page.live(entry)) {
                  return Edit.KEEP;
                }
                long uid = page.uid(entry);
                if (page.modSeq(entry) > unchangedSince) {
                  modified.add(uid);
                  return Edit.KEEP;
                }
                long before = page.flags(entry);
                long after =
                    switch (change.mode()) {
                      case ADD -> before | bits;
                      case REMOVE -> before & ~bits;
                      case REPLACE -> bits;
                    };
                boolean same = before == after;
                stored.add(
                    new Changes.FlagsRow(uid, after, same ? page.modSeq(entry) : edit.modSeq()));
                any[0] |= !same;
                return same ? Edit.KEEP : after;
              });
          MailboxState after = any[0] ? edit.done() : edit.before();
          return new StoreResult(
              after.row(), edit.before().row().highestModSeq(), stored, modified.build());
        });
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
