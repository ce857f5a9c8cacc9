package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.refusal.OverQuota;

/**
 * One unit's change of one mailbox: draws one mod-sequence from the account, gives UIDs, counts,
 * and puts the new states into the batch when it is {@linkplain #done done}.
 */
final class Edit {
  private static final int PART = 1000;
  private static final String INSERT_VANISHED =
      "INSERT INTO mailbox_vanished (mailbox_id, modseq, part, uids, expunged_ts, purged)"
          + " VALUES (?, ?, ?, ?, ?, FALSE)";

  private final Batch batch;
  private final Watchers watchers;
  private final MailboxState before;
  private final MailboxState.Tally tally = new MailboxState.Tally();
  private final long modSeq;
  private final QuotaMarks marks;
  private Messages messages;
  private final Set<Keyword> leftOut = new LinkedHashSet<>();
  private Keywords keywords;

  /** Marks of messages that may not be there yet. */
  private Marks given = Marks.NONE;

  private boolean hasMadeRoom;
  private long uidNext;
  private Page.@Nullable Draft draft;
  private int draftIndex;

  private Edit(Batch batch, Watchers watchers, MailboxState state) throws SQLException {
    this.batch = batch;
    this.watchers = watchers;
    this.before = state;
    this.messages = state.messages();
    this.keywords = state.keywords();
    this.uidNext = state.row().uidNext();
    this.modSeq = batch.account(state.row().account()).modSeq() + 1;
    this.marks = QuotaMarks.before(batch, state.row().account());
  }

  /** For adding messages at the end. */
  static Edit tail(Batch batch, Watchers watchers, MailboxId mailbox) throws SQLException {
    return new Edit(batch, watchers, batch.withTail(mailbox));
  }

  /** For changing any message. */
  static Edit all(Batch batch, Watchers watchers, MailboxId mailbox) throws SQLException {
    return new Edit(batch, watchers, batch.complete(mailbox));
  }

  MailboxState before() {
    return before;
  }

  /** The mod-sequence that everything in this edit gets. */
  long modSeq() {
    return modSeq;
  }

  long uidNext() {
    return uidNext;
  }

  /**
   * The marks of keywords, which get numbers when they are new here. Those for which there is no
   * room have none and are {@linkplain #leftOut left out}.
   */
  Marks marks(Iterable<Keyword> names) throws SQLException {
    // What is known comes first, so that it is not given back for what is new.
    Marks marks = known(names);
    given = given.or(marks);
    for (Keyword name : names) {
      if (keywords.find(name) < 0) {
        marks = marks.or(newMark(name));
      }
    }
    return marks;
  }

  private Marks newMark(Keyword name) throws SQLException {
    if (keywords.names().size() >= Mailbox.MAX_KEYWORDS - 1) {
      makeRoom(); // for the last one, too: no mailbox is full as long as a keyword is had by none
    }
    if (!keywords.hasRoom()) {
      leftOut.add(name);
      return Marks.NONE;
    }
    keywords = keywords.with(name);
    Marks mark = Marks.of(keywords.find(name));
    given = given.or(mark);
    return mark;
  }

  /** Once: what was given back after that would be what this edit itself takes from messages. */
  private void makeRoom() throws SQLException {
    if (!hasMadeRoom) {
      hasMadeRoom = true;
      finishDraft();
      if (!messages.complete()) {
        messages = messages.over(batch.complete(before.row().id()).messages());
      }
      giveBack(given);
    }
  }

  /**
   * Gives back the numbers of keywords that no message has, but for those of {@code kept}. Traces
   * lose them too: whoever still shows an expunged message must not see another keyword there.
   */
  private void giveBack(Marks kept) {
    Keywords rest = keywords.only(messages.marks().or(kept));
    if (rest != keywords) {
      messages = messages.withoutTraces(keywords.marks().minus(rest.marks()));
      keywords = rest;
    }
  }

  /** The marks of those keywords that are known here. */
  Marks known(Iterable<Keyword> names) {
    Marks marks = Marks.NONE;
    for (Keyword name : names) {
      int number = keywords.find(name);
      if (number >= 0) {
        marks = marks.or(Marks.of(number));
      }
    }
    return marks;
  }

  /** Whether one of these is not known here, and there may be no room for it. */
  boolean isShortOf(Collection<Keyword> names) {
    return keywords.names().size() + names.size() > Mailbox.MAX_KEYWORDS
        && !keywords.names().containsAll(names);
  }

  /** Keywords that there was no room for. */
  Set<Keyword> leftOut() {
    return leftOut;
  }

  /** Names flags that have marks of this edit. */
  Keywords.Naming naming() {
    return keywords.naming();
  }

  /** The next message gets this UID, which nothing has had or has been passed over by. */
  void goOnAt(long uid) {
    if (uid < uidNext) {
      throw new IllegalArgumentException("UID " + uid + " comes after " + (uidNext - 1));
    }
    uidNext = uid;
  }

  /** Adds a message without keywords and returns its UID. */
  long add(long system, long size) {
    return add(system, Marks.NONE, size);
  }

  /** Adds a message and returns its UID. */
  long add(long system, Marks marks, long size) {
    if (uidNext > Uid.MAX) {
      throw new OverQuota("The mailbox has used up all UIDs");
    }
    if (size > Integer.MAX_VALUE) {
      throw new OverQuota("A message of " + size + " octets is too large");
    }
    int index = Page.indexOf(uidNext);
    Page.Draft current = draft;
    if (current == null || draftIndex != index) {
      finishDraft();
      Page page = messages.pageOf(uidNext);
      current = (page == null ? Page.empty(index) : page).draft(1);
      draft = current;
      draftIndex = index;
    }
    current.add(uidNext, system | marks.word(), marks.wide(), (int) size, modSeq);
    tally.add(system, size);
    return uidNext++;
  }

  /** Lets {@code change} see and change every entry of {@code uids}. */
  void change(UidSet uids, Change change) {
    finishDraft();
    messages.forEach(
        uids,
        (page, entry) -> {
          long now = change.of(page, entry);
          if (now != KEEP) {
            Page.Draft page2 = draftOf(page);
            if (now == EXPUNGE || now == MOVE) {
              page2.expunge(entry, now == MOVE, modSeq);
              tally.remove(page.flags(entry), page.size(entry));
            } else {
              page2.flags(entry, now, change.wide(page, entry), modSeq);
              tally.change(page.flags(entry), now);
            }
          }
        });
    finishDraft();
  }

  private Page.Draft draftOf(Page page) {
    Page.Draft current = draft;
    if (current == null || draftIndex != page.index()) {
      finishDraft();
      current = page.draft(0);
      draft = current;
      draftIndex = page.index();
    }
    return current;
  }

  private void finishDraft() {
    Page.Draft current = draft;
    if (current != null) {
      messages = messages.with(current.build());
      draft = null;
    }
  }

  /** What a change says of an entry that is to stay as it is; no flags look like this. */
  static final long KEEP = -1;

  /** The entry is expunged. */
  static final long EXPUNGE = -2;

  /** The entry is expunged, and another row has its share of the body. */
  static final long MOVE = -3;

  /** Says what becomes of a message: new flags, or one of the three constants. */
  interface Change {
    long of(Page page, int entry);

    /** What new flags do not say of keywords; asked behind {@link #of}, where there are some. */
    default Wide wide(Page page, int entry) {
      return page.wide(entry);
    }
  }

  /** Puts the new states into the batch and has watchers told, of the account's quota, too. */
  MailboxState done() throws SQLException {
    MailboxState after = changed();
    warn();
    return after;
  }

  /** Has those told who want to hear how full the account is; of all that has changed since. */
  void warn() throws SQLException {
    marks.after(watchers);
  }

  /** The same as {@link #done} for a part of a change, whose end {@link #warn} hears of. */
  MailboxState changed() throws SQLException {
    finishDraft();
    if (!keywords.hasRoom() && messages.complete()) {
      giveBack(Marks.NONE); // so that a mailbox is full only when messages have all its keywords
    }
    AccountId account = before.row().account();
    batch.put(batch.account(account).drawn(tally.octets(), tally.messages()));
    MailboxState after = before.changed(messages, uidNext, modSeq, tally).withKeywords(keywords);
    batch.put(after);
    batch.durable();
    MailboxId id = before.row().id();
    batch.afterwards(() -> watchers.tell(id, modSeq));
    return after;
  }

  /** Keeps the UIDs of what was expunged, in parts that can be purged one at a time. */
  void vanished(UidSet uids, long now) {
    int mailbox = before.id();
    List<byte[]> parts = new ArrayList<>();
    for (int i = 1; i <= uids.size(); i += PART) {
      long to = uids.nth(Math.min(uids.size(), i + PART - 1));
      parts.add(Octets.encode(uids.between(uids.nth(i), to)));
    }
    batch.op(
        statements -> {
          Prepared insert = statements.of(INSERT_VANISHED);
          for (int part = 0; part < parts.size(); part++) {
            insert.setInt(1, mailbox);
            insert.setLong(2, modSeq);
            insert.setInt(3, part);
            insert.setBytes(4, parts.get(part));
            insert.setLong(5, now);
            insert.addBatch();
          }
          insert.executeBatch();
        });
  }
}
