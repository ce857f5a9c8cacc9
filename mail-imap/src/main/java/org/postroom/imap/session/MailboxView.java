package org.postroom.imap.session;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;

/**
 * The messages of the selected mailbox as the client knows them. A sequence number always means the
 * n-th UID here, even when the store has lost that message; the view changes only at sync points,
 * new messages only ever append, and expunged ones stay until EXPUNGE has been written.
 *
 * <p>Belongs to the session's turn, but for {@link #touch}.
 */
public final class MailboxView {
  private final MailStore store;
  private final MailboxId id;
  private final boolean readOnly;
  private final long uidValidity;
  private UidSet uids;
  private UidSet gone = UidSet.EMPTY;
  private UidSet recent;
  private int recentSaid;
  private boolean recentFell;
  private boolean isGrown;
  private long known;
  private long modSeq;

  /** What the client was told in FLAGS, by the order of the mailbox, and to look up. */
  private List<Keyword> keywords;

  private Set<Keyword> told;
  private boolean hasRoomForKeywords;
  private final List<OwnChange> own = new ArrayList<>();

  /** Set by the store's threads when something happened: a hint, never the only way to learn it. */
  private volatile boolean touched;

  private record OwnChange(long modSeq, UidSet uids) {}

  private MailboxView(MailStore store, Snapshot snapshot, UidSet recent, boolean readOnly) {
    Mailbox mailbox = snapshot.mailbox();
    this.store = store;
    this.id = mailbox.id();
    this.readOnly = readOnly;
    this.uidValidity = mailbox.uidValidity();
    this.uids = snapshot.uids();
    this.recent = recent;
    this.known = mailbox.uidNext() - 1;
    this.modSeq = mailbox.highestModSeq();
    this.keywords = mailbox.keywords();
    this.told = new HashSet<>(keywords);
    this.hasRoomForKeywords = mailbox.hasRoomForKeywords();
    this.recentSaid = recentCount();
  }

  /** Looks at a mailbox as it is now; reading and writing takes what is recent in it. */
  public static MailboxView open(MailStore store, Snapshot snapshot, boolean readOnly) {
    Mailbox mailbox = snapshot.mailbox();
    UidSet recent = UidSet.EMPTY;
    if (mailbox.firstRecentUid() < mailbox.uidNext()) {
      recent =
          readOnly
              ? UidSet.range(mailbox.firstRecentUid(), mailbox.uidNext() - 1)
              : store.claimRecent(mailbox.id());
    }
    return new MailboxView(store, snapshot, recent, readOnly);
  }

  public MailboxId id() {
    return id;
  }

  public boolean isReadOnly() {
    return readOnly;
  }

  public long uidValidity() {
    return uidValidity;
  }

  /** All messages the client knows; the n-th is number n. */
  public UidSet uids() {
    return uids;
  }

  /** Those of them that are gone, and the client does not know it. */
  public UidSet gone() {
    return gone;
  }

  /** Whether one of these is gone, as far as the store knows at this moment. */
  public boolean isAnyGone(UidSet some) {
    return !gone.intersect(some).isEmpty()
        || touched && !store.changesSince(id, modSeq).vanished().intersect(some).isEmpty();
  }

  public boolean isRecent(long uid) {
    return recent.contains(uid);
  }

  public UidSet recent() {
    return recent.intersect(uids);
  }

  private int recentCount() {
    return recent.isEmpty() ? 0 : recent().size();
  }

  /**
   * What of a message's flags the client can be shown: a keyword of which it was not told yet comes
   * with the next sync, which says FLAGS first.
   */
  public Flags shown(Flags flags) {
    return flags.within(told);
  }

  /** Something happened in the mailbox. From any thread. */
  void touch() {
    touched = true;
  }

  boolean isTouched() {
    return touched;
  }

  /**
   * Takes note of what this session itself did, so that the next sync does not repeat it.
   *
   * @param told whether the client was shown the new flags
   */
  public void did(MailStore.StoreResult result, UidSet changed, boolean told, Responder out) {
    learn(result.mailbox(), out);
    long now = result.mailbox().highestModSeq();
    if (result.modSeqBefore() == modSeq) {
      modSeq = now;
    } else if (told && now > modSeq) {
      own.add(new OwnChange(now, changed));
    }
  }

  /**
   * The same, where the client was shown flags beforehand; those that turned out otherwise will be
   * shown by the next sync.
   *
   * @param shown the flags, in the order of the UIDs
   */
  public void did(MailStore.StoreResult result, UidSet changed, List<Flags> shown, Responder out) {
    UidSet.Builder same = new UidSet.Builder();
    for (Changes.FlagsRow row : result.stored()) {
      int at = changed.indexOf(row.uid());
      if (at > 0 && shown.get(at - 1).equals(row.flags())) {
        same.add(row.uid());
      }
    }
    did(result, same.build(), true, out);
  }

  private boolean isOwn(Changes.FlagsRow row) {
    for (OwnChange change : own) {
      if (change.modSeq == row.modSeq() && change.uids.contains(row.uid())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Announces keywords that are new (a client must know them before it sees them), that some were
   * given back, and whether there is room for others.
   */
  private void learn(Mailbox mailbox, Responder out) {
    if (mailbox.keywords().equals(keywords)) {
      return;
    }
    boolean hadRoom = hasRoomForKeywords;
    keywords = mailbox.keywords();
    told = new HashSet<>(keywords);
    hasRoomForKeywords = mailbox.hasRoomForKeywords();
    sayFlags(out);
    if (!readOnly && !(hadRoom && hasRoomForKeywords)) {
      sayPermanentFlags(out);
    }
  }

  /** FLAGS: what messages here may have. */
  public void sayFlags(Responder out) {
    ImapWriter w = out.writer().ascii("* FLAGS ");
    FlagWriter.write(w, new Flags(Flags.SYSTEM, keywords), false);
    w.crlf();
  }

  /** PERMANENTFLAGS: what this session can change, and whether new names are possible. */
  public void sayPermanentFlags(Responder out) {
    ImapWriter w = out.writer().ascii("* OK [PERMANENTFLAGS (");
    if (!readOnly) {
      w.ascii("\\Answered \\Flagged \\Deleted \\Seen \\Draft");
      keywords.forEach(keyword -> w.space().ascii(keyword.name()));
      w.ascii(hasRoomForKeywords ? " \\*" : "");
    }
    w.ascii(readOnly ? ")] Read-only mailbox." : ")] Flags permitted.").crlf();
  }

  /**
   * Brings the view up to date.
   *
   * @param expunges whether numbers may change now
   * @param always ask the store even when nothing was heard of a change
   * @return what there is to say of it
   */
  Saying sync(Responder out, boolean expunges, boolean always) {
    Saying changes = Saying.NOTHING;
    if (always || touched) {
      touched = false;
      try {
        changes = absorb(out);
      } catch (RuntimeException later) {
        touched = true;
        throw later;
      }
    }
    if (changes == Saying.NOTHING && !isGrown && (!expunges || gone.isEmpty())) {
      return Saying.NOTHING;
    }
    return changes
        .then(() -> expunges ? sayRemoved(out) : Saying.NOTHING)
        .then(
            () -> {
              sayGrown(out);
              return Saying.NOTHING;
            });
  }

  private void sayGrown(Responder out) {
    if (isGrown) {
      isGrown = false;
      out.writer().ascii("* ").number(uids.size()).ascii(" EXISTS").crlf();
      sayRecent(out);
    }
  }

  /** With new messages only. Clients may or may not have counted recent ones among the expunged. */
  private void sayRecent(Responder out) {
    int now = recentCount();
    if (now != recentSaid || recentFell) {
      out.writer().ascii("* ").number(now).ascii(" RECENT").crlf();
    }
    recentSaid = now;
    recentFell = false;
  }

  private Saying absorb(Responder out) {
    // All that the store has to do comes first: where it fails, nothing was said or taken note of.
    Changes changes = store.changesSince(id, modSeq);
    UidSet fresh = fresh(changes);
    UidSet freshRecent = fresh.isEmpty() ? UidSet.EMPTY : recentAmong(fresh, changes.mailbox());
    learn(changes.mailbox(), out);
    List<Changes.FlagsRow> told = new ArrayList<>();
    for (Changes.FlagsRow row : changes.changed()) {
      if (row.uid() <= known && !isOwn(row) && uids.contains(row.uid())) {
        told.add(row);
      }
    }
    gone = gone.union(changes.vanished().intersect(uids));
    isGrown |= !fresh.isEmpty();
    uids = uids.union(fresh);
    recent = recent.union(freshRecent);
    known = Math.max(known, changes.mailbox().uidNext() - 1);
    modSeq = Math.max(modSeq, changes.mailbox().highestModSeq());
    own.clear();
    return told.isEmpty()
        ? Saying.NOTHING
        : Saying.each(told.iterator(), row -> sayFlags(uids.indexOf(row.uid()), row, out, false));
  }

  private UidSet fresh(Changes changes) {
    UidSet.Builder fresh = new UidSet.Builder();
    for (Changes.FlagsRow row : changes.changed()) {
      if (row.uid() > known) {
        fresh.add(row.uid());
      }
    }
    return fresh.build();
  }

  private UidSet recentAmong(UidSet fresh, Mailbox mailbox) {
    if (readOnly) {
      return fresh.between(Math.max(known + 1, mailbox.firstRecentUid()), fresh.max());
    }
    return store.claimRecent(id);
  }

  /** Writes one message's flags. */
  public void sayFlags(int number, Changes.FlagsRow row, Responder out, boolean withUid) {
    ImapWriter w = out.beginFetch(number);
    if (withUid) {
      w.ascii("UID ").number(row.uid()).space();
    }
    FlagWriter.write(w.ascii("FLAGS "), shown(row.flags()), isRecent(row.uid()));
    out.endFetch();
  }

  /** From the highest number down, so that none needs correction. */
  private void sayExpunged(long uid, Responder out) {
    out.writer().ascii("* ").number(uids.indexOf(uid)).ascii(" EXPUNGE").crlf();
  }

  private void forget(UidSet some) {
    uids = uids.minus(some);
    recentFell |= !recent.intersect(some).isEmpty();
    recent = recent.minus(some);
    gone = gone.minus(some);
  }

  /** What will come next has this UID or a higher one. */
  public long uidNext() {
    return known + 1;
  }

  /** Tells the client of what it removed itself; always allowed as a command's own result. */
  public Saying sayRemoved(Responder out) {
    UidSet told = gone;
    int last = told.size() + 1;
    if (last == 1) {
      return Saying.NOTHING;
    }
    return Saying.each(
            IntStream.range(1, last).iterator(), i -> sayExpunged(told.nth(last - i), out))
        .then(
            () -> {
              forget(told);
              return Saying.NOTHING;
            });
  }

  /** Marks messages as gone that this session removed; EXPUNGE follows at the next sync. */
  public void removed(UidSet removed) {
    gone = gone.union(removed.intersect(uids));
  }
}
