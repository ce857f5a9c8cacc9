package org.postroom.core.mailbox;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.auth.AccountId;
import org.postroom.core.quota.QuotaPassed;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxExists;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;

/**
 * The mailboxes of all accounts.
 *
 * <p>Called on worker threads; every method may block. Every changing method is one unit of work:
 * it has happened whole, and durably, when the method returns, and not at all when it throws. UID
 * order, mod-sequence order and commit order in a mailbox are the same.
 *
 * <p>What can fail: {@link MailboxNotFound} (also when there is no such account), {@link
 * MailboxExists}, {@link BadMailboxName}, {@link SpecialUseTaken}, {@link OverQuota}, {@link
 * TooManyKeywords} from {@link #store} (the request's fault, no retry helps), {@link
 * StorageUnavailable} and {@link StorageFull} (ours: a retry may help).
 */
public interface MailStore {

  /** The mailboxes of an account; INBOX first, then by name. None when there is no such account. */
  List<Mailbox> list(AccountId account);

  /** The mailbox of that name. */
  Optional<Mailbox> find(AccountId account, MailboxName name);

  /** The mailbox as it is now: counters, keywords, mod-sequence. */
  Mailbox mailbox(MailboxId mailbox);

  /**
   * Makes a mailbox with a UIDVALIDITY the account never had before. Its mod-sequence is drawn from
   * the account's, so it is never 0.
   *
   * @throws SpecialUseTaken when another mailbox has that use
   */
  Mailbox create(AccountId account, MailboxName name, Optional<SpecialUse> use);

  /**
   * Gives a mailbox the UIDVALIDITY that it had in another store, so that clients that knew it
   * there go on with what they have. It is made when it is not there; one that has this UIDVALIDITY
   * already stays as it is.
   *
   * @param uidValidity 1 to 2<sup>32</sup> - 1
   * @throws MailboxExists when there is one of that name in which there has been a message under
   *     another UIDVALIDITY: the UIDs of both would be mixed
   */
  Mailbox adopt(AccountId account, MailboxName name, long uidValidity);

  /**
   * Removes a mailbox and its messages. Its children stay, and so does a subscription.
   *
   * @throws BadMailboxName for INBOX, which stays for ever
   */
  void delete(MailboxId mailbox);

  /**
   * Renames a mailbox and its children; subscriptions go along. INBOX stays, and so do its
   * children: its messages move to a new mailbox {@code to}. {@code from} may be a name that has
   * only children.
   *
   * @throws MailboxNotFound when there is neither {@code from} nor anything below it
   * @throws MailboxExists when {@code to}, or the new name of a child, is taken
   * @throws BadMailboxName when {@code to} lies below {@code from}, or a child's name gets too long
   */
  void rename(AccountId account, MailboxName from, MailboxName to);

  /** Subscribed names; they need not exist. */
  Set<MailboxName> subscriptions(AccountId account);

  void subscribe(AccountId account, MailboxName name);

  /** Without effect when it is not subscribed. */
  void unsubscribe(AccountId account, MailboxName name);

  /** The mailbox and the UIDs in it, at one moment. */
  Snapshot snapshot(MailboxId mailbox);

  /** What happened after {@code modSeq}; nothing when that lies ahead. */
  Changes changesSince(MailboxId mailbox, long modSeq);

  /**
   * Takes the new messages as recent for the calling session: the UIDs from the old {@code
   * firstRecentUid} up to {@code uidNext}, which are recent to nobody else any more (RFC 3501,
   * 2.3.2).
   */
  UidSet claimRecent(MailboxId mailbox);

  /**
   * Shows messages to {@code visitor}, by rising UID. Expunged ones are shown while their traces
   * last; UIDs that never were, or are gone for good, are left out.
   *
   * @param details what rows must have beside the fields that are always there
   * @param visitor called on the calling thread; may take its time, no lock or transaction is held
   *     that would stop a writer
   */
  void read(MailboxId mailbox, UidSet uids, Set<Detail> details, Consumer<MessageRow> visitor);

  /** The lowest UID without {@code \Seen}. */
  Optional<Uid> firstUnseen(MailboxId mailbox);

  /**
   * Appends messages, all or none, in order. They come without the keywords for which the mailbox
   * has no room.
   */
  Appended append(MailboxId mailbox, List<NewMessage> messages);

  /**
   * Puts in messages under the UIDs that they had in another store, all or none; they are recent to
   * nobody. One whose UID is below the mailbox's {@code uidNext} is left out: it is there, or was,
   * or came too late, because UIDs of new messages rise (RFC 9051, 2.3.1.1).
   *
   * @param messages by rising UID
   * @param uidNext what the mailbox's is to be at least
   * @return the UIDs of those that were put in
   * @throws IllegalArgumentException when no UID would be left for a message that comes later
   */
  Appended restore(MailboxId mailbox, List<Numbered> messages, long uidNext);

  /**
   * Changes flags. Messages that do not exist any more are left out of the result. One whose flags
   * are so already keeps its mod-sequence.
   *
   * @param unchangedSince messages that changed after this mod-sequence are left alone and reported
   *     (RFC 7162, 3.1.3); {@link Long#MAX_VALUE} is without condition
   * @throws TooManyKeywords when the mailbox's messages would have more keywords than they can
   */
  StoreResult store(MailboxId mailbox, UidSet uids, FlagChange change, long unchangedSince);

  /**
   * Copies messages with flags, keywords and dates, all or none; UIDs that do not exist are left
   * out, and so are keywords for which the target has no room. Into its own mailbox too.
   */
  Copied copy(MailboxId source, UidSet uids, MailboxId target);

  /**
   * Moves messages (RFC 6851); what the result names has left the source for good. Inside one
   * account no quota stands against it.
   */
  Copied move(MailboxId source, UidSet uids, MailboxId target);

  /** Removes those of {@code uids} that are {@code \Deleted}. */
  UidSet expungeDeleted(MailboxId mailbox, UidSet uids);

  /** Removes {@code uids} whatever their flags: POP3's DELE. */
  UidSet expunge(MailboxId mailbox, UidSet uids);

  /**
   * Has {@code listener} told of changes until the result is closed. It is called on a thread of
   * the store, must be quick and must not block.
   */
  Subscription watch(MailboxId mailbox, Consumer<MailboxChange> listener);

  /**
   * Has {@code listener} told, until the result is closed, of accounts that hold so much that their
   * owners are to be told. It is called on a thread of the store, must be quick and must not block.
   */
  Subscription watchQuotas(Consumer<QuotaPassed> listener);

  /** What a {@link MessageRow} has beside its numbers, because it costs something to get. */
  enum Detail {
    ENVELOPE,
    STRUCTURE,
    CONTENT
  }

  /** A message with the UID that it had in another store. */
  record Numbered(long uid, NewMessage message) {
    public Numbered {
      if (uid < 1 || uid > Uid.MAX) {
        throw new IllegalArgumentException("UID out of range: " + uid);
      }
    }
  }

  /**
   * Where messages went.
   *
   * @param uids in the order of the messages; one range, where the store has chosen them
   * @param leftOut keywords for which there was no room
   */
  record Appended(long uidValidity, UidSet uids, long highestModSeq, Set<Keyword> leftOut) {
    public Appended {
      leftOut = Set.copyOf(leftOut);
    }
  }

  /**
   * What STORE did.
   *
   * @param modSeqBefore the mailbox's highest mod-sequence right before: who knew that one, and
   *     what STORE did, knows all
   * @param stored flags as they are now, by UID
   * @param modified UIDs that {@code unchangedSince} kept out
   */
  record StoreResult(
      Mailbox mailbox, long modSeqBefore, List<Changes.FlagsRow> stored, UidSet modified) {
    public StoreResult {
      stored = List.copyOf(stored);
    }
  }

  /**
   * Where copies went: the n-th of {@code source} became the n-th of {@code target}.
   *
   * @param uidValidity of the target
   */
  record Copied(long uidValidity, UidSet source, UidSet target) {}

  /** A watch that lasts until it is closed. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
