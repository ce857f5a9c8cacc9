package org.postroom.storage.sql;

import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;

/**
 * A mailbox at one mod-sequence: its row and as much of its messages as is in memory.
 *
 * @param row with the names of {@code keywords}
 * @param vanishedModSeq no expunge after this mod-sequence has lost its traces yet
 * @param keywords what the numbers in {@code messages} mean
 */
record MailboxState(Mailbox row, long vanishedModSeq, Messages messages, Keywords keywords) {

  int id() {
    return row.id().value();
  }

  /** The key of {@code uid} in mailbox_message. */
  long key(long uid) {
    return (long) id() << 32 | uid;
  }

  /** The key of a page in mailbox_page. */
  long pageKey(int index) {
    return (long) id() << 32 | index;
  }

  MailboxState with(Messages other) {
    return new MailboxState(row, vanishedModSeq, other, keywords);
  }

  MailboxState withVanished(long modSeq) {
    return new MailboxState(row, Math.max(vanishedModSeq, modSeq), messages, keywords);
  }

  MailboxState named(MailboxName name) {
    return new MailboxState(
        new Mailbox(
            row.id(),
            row.account(),
            name,
            row.uidValidity(),
            row.uidNext(),
            row.highestModSeq(),
            row.firstRecentUid(),
            row.messages(),
            row.unseen(),
            row.deleted(),
            row.octets(),
            row.keywords(),
            row.specialUse()),
        vanishedModSeq,
        messages,
        keywords);
  }

  /** The same, which nobody has known yet, with what it is called by its numbers elsewhere. */
  MailboxState adopting(long uidValidity, long modSeq) {
    return new MailboxState(
        new Mailbox(
            row.id(),
            row.account(),
            row.name(),
            uidValidity,
            row.uidNext(),
            modSeq,
            row.firstRecentUid(),
            row.messages(),
            row.unseen(),
            row.deleted(),
            row.octets(),
            row.keywords(),
            row.specialUse()),
        vanishedModSeq,
        messages,
        keywords);
  }

  MailboxState withKeywords(Keywords others) {
    if (others == keywords) {
      return this;
    }
    return new MailboxState(
        new Mailbox(
            row.id(),
            row.account(),
            row.name(),
            row.uidValidity(),
            row.uidNext(),
            row.highestModSeq(),
            row.firstRecentUid(),
            row.messages(),
            row.unseen(),
            row.deleted(),
            row.octets(),
            others.names(),
            row.specialUse()),
        vanishedModSeq,
        messages,
        others);
  }

  /** The same, found to hold something else. */
  MailboxState counted(int found, long octets) {
    return new MailboxState(
        new Mailbox(
            row.id(),
            row.account(),
            row.name(),
            row.uidValidity(),
            row.uidNext(),
            row.highestModSeq(),
            row.firstRecentUid(),
            found,
            row.unseen(),
            row.deleted(),
            octets,
            row.keywords(),
            row.specialUse()),
        vanishedModSeq,
        messages,
        keywords);
  }

  MailboxState withFirstRecent(long uid) {
    return new MailboxState(
        new Mailbox(
            row.id(),
            row.account(),
            row.name(),
            row.uidValidity(),
            row.uidNext(),
            row.highestModSeq(),
            uid,
            row.messages(),
            row.unseen(),
            row.deleted(),
            row.octets(),
            row.keywords(),
            row.specialUse()),
        vanishedModSeq,
        messages,
        keywords);
  }

  /** What a change adds to the counters of a mailbox; negative to take away. */
  static final class Tally {
    private int messages;
    private int unseen;
    private int deleted;
    private long octets;

    void add(long flags, long size) {
      count(flags, size, 1);
    }

    void remove(long flags, long size) {
      count(flags, size, -1);
    }

    void change(long before, long after) {
      unseen += bit(before, Flags.SEEN) - bit(after, Flags.SEEN);
      deleted += bit(after, Flags.DELETED) - bit(before, Flags.DELETED);
    }

    int messages() {
      return messages;
    }

    long octets() {
      return octets;
    }

    private void count(long flags, long size, int sign) {
      messages += sign;
      octets += sign * size;
      unseen += sign * (1 - bit(flags, Flags.SEEN));
      deleted += sign * bit(flags, Flags.DELETED);
    }

    private static int bit(long flags, long mask) {
      return (flags & mask) == 0 ? 0 : 1;
    }
  }

  /** The state after a change. */
  MailboxState changed(Messages other, long uidNext, long modSeq, Tally tally) {
    return new MailboxState(
        new Mailbox(
            row.id(),
            row.account(),
            row.name(),
            row.uidValidity(),
            uidNext,
            modSeq,
            row.firstRecentUid(),
            row.messages() + tally.messages,
            row.unseen() + tally.unseen,
            row.deleted() + tally.deleted,
            row.octets() + tally.octets,
            row.keywords(),
            row.specialUse()),
        vanishedModSeq,
        other,
        keywords);
  }
}
